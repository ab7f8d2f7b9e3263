#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/clock.h"

namespace belfry::sandbox::mattermost {

/// An event before it got its number: everything that stands before `"seq"` in its JSON.
struct SocketEvent {
  std::string name{};
  std::string data_json{};
  std::string broadcast_json{};
};

/// One client's connection, which outlives a broken socket for a while.
///
/// Promises  Events are numbered without gaps. The last 128 are kept for a reconnection. A reader
///           who lets 256 of them queue is cut off.
/// Threads   All functions from any thread; one thread at a time takes.
/// Source    Mattermost, app/platform/web_conn.go: sendQueueSize, deadQueueSize.
class SocketConnection {
 public:
  SocketConnection(std::string id, std::string user_id)
      : id_(std::move(id)), user_id_(std::move(user_id)) {}

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& user_id() const { return user_id_; }

  void push(const SocketEvent& event);
  /// A reply has no number of its own and is not repeated.
  void reply(std::string json);
  /// The next text to send; nothing when `limit` has passed or the connection was cut.
  [[nodiscard]] std::optional<std::string> take(std::chrono::milliseconds limit);
  void cut();
  [[nodiscard]] bool is_cut() const { return cut_.load(); }

 private:
  friend class SocketHub;

  struct Numbered {
    std::int64_t number = 0;
    std::string text{};
  };

  const std::string id_;
  const std::string user_id_;
  std::atomic<bool> cut_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> queue_;    // guarded by mutex_
  std::deque<Numbered> recent_;      // guarded by mutex_
  std::int64_t next_number_ = 0;     // guarded by mutex_
  std::int64_t detached_at_ms_ = 0;  // guarded by the hub's mutex_; 0: attached
};

using SocketConnectionPtr = std::shared_ptr<SocketConnection>;

/// Who is connected.
/// Threads  All functions from any thread; publish() costs one atomic read when nobody is.
class SocketHub {
 public:
  explicit SocketHub(SandboxClock& clock) : clock_(clock) {}

  /// A new connection, which begins with `hello`.
  SocketConnectionPtr attach(std::string_view user_id, std::string_view server_version,
                             std::string_view hostname);
  /// The connection of that id, which goes on with event `sequence`; null when it is unknown, of
  /// somebody else, gone for more than 5 min, or has sent too much since.
  SocketConnectionPtr resume(std::string_view connection_id, std::string_view user_id,
                             std::int64_t sequence);
  void detach(const SocketConnectionPtr& connection);

  [[nodiscard]] bool is_idle() const { return connections_.load() == 0; }
  [[nodiscard]] bool is_connected(std::string_view user_id) const;
  [[nodiscard]] std::size_t attached() const;
  void publish(const std::vector<std::string>& user_ids, const SocketEvent& event);
  void publish_to_all(const SocketEvent& event);
  /// Breaks every socket; clients may come back to their connections.
  void cut_sockets();
  /// Breaks every socket and forgets every connection, as a restart does.
  void cut_all();

 private:
  [[nodiscard]] std::vector<SocketConnectionPtr> of_users(
      const std::vector<std::string>& user_ids) const;

  SandboxClock& clock_;
  std::atomic<std::size_t> connections_{0};
  mutable std::shared_mutex mutex_;
  std::map<std::string, SocketConnectionPtr, std::less<>> by_id_;  // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
