#pragma once

#include <optional>

#include "sync/base/mutex.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/policy/breaker.h"
#include "sync/port/journal.h"

namespace belfry::sync {

/// The one door to an upstream: a circuit breaker shared by all stages, told of every answer. Safe
/// from any thread.
class UpstreamGate {
 public:
  UpstreamGate(Upstream upstream, Journal& journal, BreakerPolicy policy = {});

  /// None: the caller may make one call now, and has to tell its outcome. Else: ask again then.
  [[nodiscard]] std::optional<Instant> closed_until(Instant now);

  /// What the call came to; nullptr = it succeeded. Any answer that is neither transient nor in
  /// doubt means that the upstream lives; a `throttled` one closes the door until the time that it
  /// named.
  void told(const Error* error, Instant now);

  [[nodiscard]] bool is_open()
      const;  ///< true: the breaker has opened, the upstream counts as down

 private:
  const Upstream upstream_;
  Journal& journal_;
  mutable Mutex mutex_;
  Breaker breaker_ GUARDED_BY(mutex_);
};

/// Makes `call` through `gate` and tells the gate what came of it. The gate must have been asked
/// before.
template <class Call>
auto through(UpstreamGate& gate, Instant now, Call&& call) {
  auto result = call();
  gate.told(result ? nullptr : &result.error(), now);
  return result;
}

}  // namespace belfry::sync
