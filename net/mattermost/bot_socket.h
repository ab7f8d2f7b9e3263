#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "net/http/dialer.h"
#include "net/http/web_socket.h"
#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/policy/backoff.h"
#include "sync/port/clock.h"
#include "sync/port/mattermost.h"
#include "sync/port/random.h"

namespace belfry::net {

/// What somebody wrote to the bot.
struct DirectMessage {
  MattermostUserId user;
  ChannelId channel;
  PostId post;
  Content text;
};

/// Told by the bot socket, from its thread. May block for a while, but the server cuts off a reader
/// that is 256 events behind.
class BotListener {
 public:
  virtual ~BotListener() = default;
  virtual void direct_message(const DirectMessage& message) = 0;
  /// Somebody's settings changed; anybody's on the server.
  virtual void person_changed(const sync::MattermostUser& person) = 0;
  /// A connection stands. `anew`: what was written while there was none will not come.
  enum class Continuity : std::uint8_t { resumed, anew };
  virtual void connected(Continuity continuity) = 0;
  /// It ended or could not be made; the socket goes on trying. unauthorized: the bot's token.
  virtual void disconnected(const Error& why) = 0;
};

struct BotSocketOptions {
  std::string url;  ///< as `mattermost.url`
  Secret token;     ///< the bot's
  std::string user_agent = "Belfry";
  WebSocketPolicy socket;
  /// Between attempts; the server forgets a connection after 5 min, so no longer than that.
  sync::RetryPolicy retry{std::chrono::seconds{1}, std::chrono::minutes{1}, Duration::max(),
                          std::chrono::minutes{15}};
};

/// Where a connection stands, so that another can go on behind it. Source: Mattermost, "WebSocket
/// events"; server code of reliable connections.
struct BotSession {
  std::string connection;  ///< empty: none yet
  std::int64_t next_sequence = 0;
  MattermostUserId bot;  ///< as `hello` names it: its posts are ours and are not told
};

/// What an event does to a session, and what it brings.
struct BotEvent {
  enum class Kind : std::uint8_t {
    ignored,
    hello,    ///< a new session
    message,  ///< `message` is set
    person,   ///< `person` is set
    gap,      ///< events are missing: go on with another connection, which resends them
  };
  Kind kind = Kind::ignored;
  std::optional<DirectMessage> message{};
  std::optional<sync::MattermostUser> person{};
};
/// Takes one message of the socket. Pure, but for `session`.
[[nodiscard]] BotEvent take_event(std::string_view text, BotSession& session);

/// The bot's WebSocket: tells what people write to the bot in its direct channels, and who changed
/// their settings. With it the
/// commands work without a slash command, and without any way from Mattermost to us.
///
/// Promises  Goes on by itself until stopped: reconnects with backoff and jitter, resumes where the
///           server still knows the session. Drops the bot's own posts, posts of other integrations
///           and system messages.
/// Threads   run() blocks the thread that is given to it; nothing else is needed.
/// Errors    Told to the listener, never end run().
class BotSocket {
 public:
  /// All outlive this.
  BotSocket(const Dialer& dialer, const sync::Clock& clock, sync::Random& random,
            BotListener& listener, BotSocketOptions options);

  /// Returns within 0.1 s of a stop, unless the listener blocks.
  void run(const std::stop_token& stop);

 private:
  [[nodiscard]] Result<std::unique_ptr<WebSocket>> connect(const std::atomic<bool>& aborted) const;
  /// Until the connection ends; why it did.
  [[nodiscard]] Error listen(WebSocket& socket);
  void wait(Duration delay, const std::stop_token& stop) const;

  const Dialer& dialer_;
  const sync::Clock& clock_;
  sync::Random& random_;
  BotListener& listener_;
  const BotSocketOptions options_;
  BotSession session_;
  int failures_ = 0;  ///< attempts since an event last came
};

}  // namespace belfry::net
