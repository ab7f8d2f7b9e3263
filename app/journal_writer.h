#pragma once

#include <deque>
#include <string>
#include <vector>

#include "app/log.h"
#include "app/metrics.h"
#include "sync/base/mutex.h"
#include "sync/port/clock.h"
#include "sync/port/journal.h"
#include "sync/port/signer.h"
#include "sync/port/store.h"
#include "sync/step.h"

namespace belfry::app {

struct JournalPolicy {
  std::size_t most_waiting =
      10'000;  ///< records not yet stored; beyond, the oldest are dropped and counted
  std::size_t batch = 200;
  Duration flush_every = std::chrono::seconds{2};
};

/// Makes of each event a log line, metrics and, for those that an administrator may ask for later,
/// a record of the journal family. Ids become short keyed hashes.
///
/// Threads   record() from any thread, never blocks on the store; flush() is a chore of the engine.
class JournalWriter : public sync::Journal {
 public:
  JournalWriter(Log& log, Metrics& metrics, const sync::Signer& signer, sync::JournalStore& store,
                const sync::Clock& clock, JournalPolicy policy = {});

  void record(const sync::Event& event) override;
  [[nodiscard]] JournalRecord line_of(const sync::MessageReconciled& event) const override;
  /// Stores what has gathered.
  [[nodiscard]] sync::StepOutcome flush(Moment now);

  /// A hash by which a line of the log can be told from another; 8 characters.
  [[nodiscard]] std::string short_hash(const std::string& id) const;

 private:
  class Writer;

  void line(LogLevel level, const char* event, const LogFields& fields);
  [[nodiscard]] LogFields fields_of(const sync::MessageReconciled& event) const;
  [[nodiscard]] JournalRecord record_of(const char* event, const LogFields& fields) const;
  void keep(const char* event, const LogFields& fields);
  void drop_excess() REQUIRES(mutex_);

  Log& log_;
  Metrics& metrics_;
  const sync::Signer& signer_;
  sync::JournalStore& store_;
  const sync::Clock& clock_;
  const JournalPolicy policy_;
  Mutex mutex_;
  std::deque<sync::JournalRecord> waiting_ GUARDED_BY(mutex_);
};

}  // namespace belfry::app
