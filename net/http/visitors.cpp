#include "net/http/visitors.h"

#include <chrono>

namespace belfry::net {
namespace {

constexpr Duration k_window = std::chrono::seconds{1};

}  // namespace

Visitors::Visitor& Visitors::visitor(const std::string& address, Instant now) {
  if (visitors_.size() >= policy_.most_remembered && !visitors_.contains(address)) {
    std::erase_if(visitors_, [&](const auto& entry) {
      return entry.second.connections == 0 && now - entry.second.window >= k_window;
    });
  }
  Visitor& visitor = visitors_[address];
  if (now - visitor.window >= k_window) {
    visitor.window = now;
    visitor.requests = 0;
  }
  return visitor;
}

bool Visitors::enter(const std::string& address, Instant now) {
  const MutexLock lock(mutex_);
  Visitor& who = visitor(address, now);
  if (who.connections >= policy_.connections) return false;
  ++who.connections;
  return true;
}

void Visitors::leave(const std::string& address) {
  const MutexLock lock(mutex_);
  if (const auto found = visitors_.find(address); found != visitors_.end()) {
    --found->second.connections;
  }
}

bool Visitors::may_ask(const std::string& address, Instant now) {
  const MutexLock lock(mutex_);
  return ++visitor(address, now).requests <= policy_.requests_per_second;
}

}  // namespace belfry::net
