#include "tests/sandbox/mattermost/socket_hub.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/json_text.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_queued = 256;
constexpr std::size_t k_recent = 128;
constexpr std::int64_t k_detached_ms = 5 * 60'000;

}  // namespace

void SocketConnection::push(const SocketEvent& event) {
  const std::lock_guard lock(mutex_);
  std::string text = fmt::format(R"({{"event":"{}","data":{},"broadcast":{},"seq":{}}})",
                                 event.name, event.data_json, event.broadcast_json, next_number_);
  if (queue_.size() >= k_queued) cut_ = true;
  queue_.push_back(text);
  recent_.push_back({next_number_, std::move(text)});
  if (recent_.size() > k_recent) recent_.pop_front();
  ++next_number_;
  // Detached and never fetched: only the recent ones could ever be asked for.
  if (queue_.size() > k_queued) queue_.pop_front();
  wake_.notify_one();
}

void SocketConnection::reply(std::string json) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(json));
  wake_.notify_one();
}

std::optional<std::string> SocketConnection::take(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, limit, [&] { return cut_.load() || !queue_.empty(); });
  if (cut_ || queue_.empty()) return std::nullopt;
  std::string text = std::move(queue_.front());
  queue_.pop_front();
  return text;
}

void SocketConnection::cut() {
  const std::lock_guard lock(mutex_);
  cut_ = true;
  wake_.notify_all();
}

SocketConnectionPtr SocketHub::attach(std::string_view user_id, std::string_view server_version,
                                      std::string_view hostname) {
  auto connection = std::make_shared<SocketConnection>(make_id(), std::string(user_id));
  connection->push({.name = "hello",
                    .data_json = JsonObject()
                                     .text("connection_id", connection->id())
                                     .text("server_hostname", hostname)
                                     .text("server_version", server_version)
                                     .take(),
                    .broadcast_json = JsonObject()
                                          .null("omit_users")
                                          .text("user_id", user_id)
                                          .text("channel_id", "")
                                          .text("team_id", "")
                                          .text("connection_id", "")
                                          .text("omit_connection_id", "")
                                          .take()});
  const std::unique_lock lock(mutex_);
  by_id_.emplace(connection->id(), connection);
  connections_ = by_id_.size();
  return connection;
}

SocketConnectionPtr SocketHub::resume(std::string_view connection_id, std::string_view user_id,
                                      std::int64_t sequence) {
  const std::int64_t now = clock_.now_ms();
  const std::unique_lock lock(mutex_);
  const auto found = by_id_.find(connection_id);
  if (found == by_id_.end()) return nullptr;
  const SocketConnectionPtr old = found->second;
  if (old->user_id() != user_id) return nullptr;
  by_id_.erase(found);
  connections_ = by_id_.size();
  const bool expired = old->detached_at_ms_ > 0 && now - old->detached_at_ms_ > k_detached_ms;
  old->cut();
  if (expired) return nullptr;

  auto fresh = std::make_shared<SocketConnection>(old->id(), old->user_id());
  {
    const std::lock_guard old_lock(old->mutex_);
    const bool complete = sequence == old->next_number_ ||
                          (!old->recent_.empty() && sequence >= old->recent_.front().number &&
                           sequence < old->next_number_);
    if (!complete) return nullptr;
    for (const auto& event : old->recent_)
      if (event.number >= sequence) fresh->queue_.push_back(event.text);
    fresh->recent_ = old->recent_;
    fresh->next_number_ = old->next_number_;
  }
  by_id_.emplace(fresh->id(), fresh);
  connections_ = by_id_.size();
  return fresh;
}

void SocketHub::detach(const SocketConnectionPtr& connection) {
  const std::int64_t now = clock_.now_ms();
  const std::unique_lock lock(mutex_);
  std::erase_if(by_id_, [&](const auto& entry) {
    return entry.second->detached_at_ms_ > 0 && now - entry.second->detached_at_ms_ > k_detached_ms;
  });
  connections_ = by_id_.size();
  connection->detached_at_ms_ = now;
}

bool SocketHub::is_connected(std::string_view user_id) const {
  const std::shared_lock lock(mutex_);
  return std::any_of(by_id_.begin(), by_id_.end(), [&](const auto& entry) {
    return entry.second->user_id() == user_id && entry.second->detached_at_ms_ == 0;
  });
}

std::size_t SocketHub::attached() const {
  const std::shared_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(by_id_.begin(), by_id_.end(),
                    [](const auto& entry) { return entry.second->detached_at_ms_ == 0; }));
}

std::vector<SocketConnectionPtr> SocketHub::of_users(
    const std::vector<std::string>& user_ids) const {
  std::vector<SocketConnectionPtr> out;
  const std::shared_lock lock(mutex_);
  for (const auto& [id, connection] : by_id_)
    if (std::find(user_ids.begin(), user_ids.end(), connection->user_id()) != user_ids.end())
      out.push_back(connection);
  return out;
}

void SocketHub::publish(const std::vector<std::string>& user_ids, const SocketEvent& event) {
  if (is_idle()) return;
  for (const auto& connection : of_users(user_ids)) connection->push(event);
}

void SocketHub::publish_to_all(const SocketEvent& event) {
  if (is_idle()) return;
  std::vector<SocketConnectionPtr> everybody;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, connection] : by_id_) everybody.push_back(connection);
  }
  for (const auto& connection : everybody) connection->push(event);
}

void SocketHub::cut_sockets() {
  const std::shared_lock lock(mutex_);
  for (const auto& [id, connection] : by_id_) connection->cut();
}

void SocketHub::cut_all() {
  const std::unique_lock lock(mutex_);
  for (const auto& [id, connection] : by_id_) connection->cut();
  by_id_.clear();
  connections_ = 0;
}

}  // namespace belfry::sandbox::mattermost
