#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/sequences.h"
#include "storage/vault.h"
#include "sync/base/result.h"
#include "sync/model/allowance.h"
#include "sync/model/change.h"
#include "sync/model/sweep.h"

namespace belfry::storage {

/// What one call brings to the inbox: tells which of it is new, and adds that to the call's batch.
/// The names of all that may be new are locked while it lives, so that two equal changes at once
/// are one; it has to outlive the commit. What was brought outlives it. For one thread.
///
///     Arrivals arrivals(vault, sequences, *access, {changes, old, {}});
///     … arrivals.sort(now) …  arrivals.add_to(batch)  …  access->commit(batch, …)
class Arrivals {
 public:
  struct Brought {
    std::span<const Change> changes;
    std::span<const OldMessages> old;     ///< those not seen before become a `summary` a chat
    std::vector<Stripes::Key> locks_too;  ///< of what else the call looks at before it writes
  };
  Arrivals(Vault& vault, Sequences& sequences, Database::Access& access, const Brought& brought);

  /// Has to come first. `now`: when the summaries were made.
  [[nodiscard]] Result<> sort(WallTime now);

  /// The new changes, without summaries.
  [[nodiscard]] const std::vector<const Change*>& unseen() const { return unseen_; }
  [[nodiscard]] std::size_t known() const { return known_; }
  [[nodiscard]] const std::vector<MessageRef>& summed_up() const { return summed_up_; }
  /// For the journal, of all that is new.
  [[nodiscard]] std::vector<JournalRecord> lines() const;
  [[nodiscard]] bool bring_nothing() const {
    return unseen_.empty() && summaries_.empty() && seen_.empty() && metered_.empty();
  }

  /// Inbox entries, what is seen from now on, and what it costs the month.
  void add_to(Database::Batch& batch);

 private:
  /// Neither on disk nor in this call. The empty name, an edit's, is always new.
  [[nodiscard]] Result<bool> is_new(const std::string& name);
  /// Counts a change against the month, unless this subscription announced it before.
  [[nodiscard]] Result<> meter(const Change& change, const std::string& name);
  [[nodiscard]] Result<> sum_up(const OldMessages& old, std::size_t first_name, WallTime now);

  // constant after construction
  Vault& vault_;
  Sequences& sequences_;
  Database::Access& access_;
  const std::span<const Change> changes_;
  const std::span<const OldMessages> old_;
  const std::vector<std::string> names_;  ///< of the changes, then of the old messages
  const Stripes::Held held_;

  std::unordered_map<std::string_view, std::string> seen_;  ///< to be written, by name
  std::map<Month, std::int64_t> metered_;
  std::vector<const Change*> unseen_;
  std::vector<Change> summaries_;
  std::size_t known_ = 0;
  std::vector<MessageRef> summed_up_;
  std::vector<JournalRecord> old_lines_;
  std::optional<Sequences::Taken> taken_;
};

}  // namespace belfry::storage
