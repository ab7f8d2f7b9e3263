#include "tests/sandbox/graph/allowance.h"

#include "tests/sandbox/time_text.h"

namespace belfry::sandbox {

void Allowance::spend(std::string_view bucket, std::int64_t now_ms, std::int64_t messages) {
  const std::lock_guard lock(mutex_);
  spent_[{month_of(now_ms), std::string(bucket)}] += messages;
}

bool Allowance::spend_one_within(std::string_view bucket, std::int64_t now_ms, std::int64_t cap) {
  const std::lock_guard lock(mutex_);
  std::int64_t& spent = spent_[{month_of(now_ms), std::string(bucket)}];
  if (spent >= cap) return false;
  ++spent;
  return true;
}

std::int64_t Allowance::spent(std::string_view bucket, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto found = spent_.find({month_of(now_ms), std::string(bucket)});
  return found == spent_.end() ? 0 : found->second;
}

}  // namespace belfry::sandbox
