#pragma once

#include <optional>

#include "sync/base/mutex.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/policy/backoff.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/resource.h"
#include "sync/step.h"

namespace belfry::sync {

struct SigningKeyPolicy {
  /// On an unknown key id they are read at most this often: anybody can invent one.
  Duration every = std::chrono::minutes{5};
  /// How long others wait while one worker reads them.
  Duration busy_pause = std::chrono::milliseconds{100};
  /// After a reading that failed, for who waits with a message in hand.
  Duration soon_again = std::chrono::seconds{1};
  /// So old they are read again, known or not: a withdrawn key stops being trusted within a day.
  /// Source: Entra, "signing key rollover": look every 24 h.
  Duration lives = std::chrono::hours{24};
  RetryPolicy retry;
};

/// When Microsoft's signing keys are read: as soon as a notification names one that is not known,
/// and once a day from then on.
///
/// Threads   Any; no lock is held across the call.
class SigningKeyUpkeep {
 public:
  SigningKeyUpkeep(ResourceOpener& resources, Random& random, Journal& journal,
                   const SigningKeyPolicy& policy);

  /// At most one outside call. When to judge again: at once, or a little later when somebody else
  /// reads them now. Errors: transient, throttled; throttled too when they were read a moment ago.
  Result<Instant> read_for_unknown(Moment now);
  [[nodiscard]] StepOutcome step(Moment now);

 private:
  /// The caller has set is_reading_.
  Result<> read(Moment now);

  ResourceOpener& resources_;
  Random& random_;
  Journal& journal_;
  const SigningKeyPolicy policy_;
  Mutex mutex_;
  Instant not_before_ GUARDED_BY(mutex_);
  std::optional<Instant> due_ GUARDED_BY(mutex_);  ///< none: nobody has needed them yet
  bool is_reading_ GUARDED_BY(mutex_) = false;
  int failures_ GUARDED_BY(mutex_) = 0;
};

}  // namespace belfry::sync
