#include "sync/upstream_gate.h"

#include <algorithm>

namespace belfry::sync {
namespace {

/// How long a caller waits while another one's probe is under way.
constexpr Duration k_probe_wait = std::chrono::milliseconds{250};

}  // namespace

UpstreamGate::UpstreamGate(Upstream upstream, Journal& journal, BreakerPolicy policy)
    : upstream_(upstream), journal_(journal), breaker_(policy) {}

std::optional<Instant> UpstreamGate::closed_until(Instant now) {
  MutexLock lock(mutex_);
  if (breaker_.enter(now)) return std::nullopt;
  return std::max(breaker_.next(), now + k_probe_wait);
}

void UpstreamGate::told(const Error* error, Instant now) {
  auto change = Breaker::Change::none;
  {
    MutexLock lock(mutex_);
    const bool failed = error != nullptr &&
                        (error->kind == ErrorKind::transient || error->kind == ErrorKind::in_doubt);
    change = failed ? breaker_.failure(now) : breaker_.success();
    if (error != nullptr && error->kind == ErrorKind::throttled && error->retry_after) {
      breaker_.hold(now + *error->retry_after);
    }
  }
  if (change == Breaker::Change::opened) journal_.record(UpstreamDown{upstream_, *error});
  if (change == Breaker::Change::closed) journal_.record(UpstreamBack{upstream_});
}

bool UpstreamGate::is_open() const {
  MutexLock lock(mutex_);
  return breaker_.is_open();
}

}  // namespace belfry::sync
