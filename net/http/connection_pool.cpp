#include "net/http/connection_pool.h"

#include <algorithm>
#include <utility>

namespace belfry::net {

std::unique_ptr<Connection> ConnectionPool::take(const std::string& endpoint, Instant now) {
  std::vector<Waiting> expired;  // closed after the lock is released
  const MutexLock lock(mutex_);
  const auto found = waiting_.find(endpoint);
  if (found == waiting_.end()) return nullptr;
  std::vector<Waiting>& waiting = found->second;
  const auto fresh = std::find_if(waiting.begin(), waiting.end(), [&](const Waiting& one) {
    return now - one.since < idle_limit_;
  });
  std::move(waiting.begin(), fresh, std::back_inserter(expired));
  waiting.erase(waiting.begin(), fresh);
  if (waiting.empty()) return nullptr;
  auto connection = std::move(waiting.back().connection);
  waiting.pop_back();
  return connection;
}

void ConnectionPool::put(const std::string& endpoint, std::unique_ptr<Connection> connection,
                         Instant now) {
  std::unique_ptr<Connection> surplus;
  const MutexLock lock(mutex_);
  std::vector<Waiting>& waiting = waiting_[endpoint];
  if (waiting.size() >= most_per_endpoint_) {
    surplus = std::move(connection);
    return;
  }
  waiting.push_back({std::move(connection), now});
}

void ConnectionPool::clear() {
  std::map<std::string, std::vector<Waiting>> all;
  const MutexLock lock(mutex_);
  all.swap(waiting_);
}

}  // namespace belfry::net
