#include "net/mattermost/bot_socket.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "net/http/url.h"
#include "net/mattermost/mattermost_json.h"

namespace belfry::net {
namespace {

std::optional<DirectMessage> message_of(const JsonView& data, const MattermostUserId& bot) {
  if (data["channel_type"].text() != "D") return std::nullopt;
  // The post comes as JSON within a text.
  const std::string text = data["post"].text();
  const auto json = JsonView::parse(text);
  const auto post = json ? read_post(*json) : std::nullopt;
  if (!post || post->author.empty() || post->author == bot || !post->type.empty()) {
    return std::nullopt;
  }
  // Two bots that answer each other would never stop.
  const JsonView props = (*json)["props"];
  if (props["from_bot"].text() == "true" || props["from_webhook"].text() == "true") {
    return std::nullopt;
  }
  return DirectMessage{post->author, post->channel, post->summary.id, post->text};
}

}  // namespace

BotEvent take_event(std::string_view text, BotSession& session) {
  const auto event = JsonView::parse(text);
  const std::string name = event ? (*event)["event"].text() : std::string();
  // Replies to what a client sends have no event, and we send nothing.
  if (name.empty()) return {};
  const std::int64_t sequence = (*event)["seq"].integer().value_or(-1);
  const JsonView data = (*event)["data"];
  if (name == "hello") {
    session.connection = data["connection_id"].text();
    session.next_sequence = sequence + 1;
    session.bot = MattermostUserId((*event)["broadcast"]["user_id"].text());
    return {BotEvent::Kind::hello};
  }
  if (sequence > session.next_sequence) return {BotEvent::Kind::gap};
  // Seen before: sent again by a connection that resumed a little too far back.
  if (sequence < session.next_sequence) return {};
  ++session.next_sequence;
  if (name == "user_updated") {
    auto person = read_user(data["user"]);
    if (!person) return {};
    return {BotEvent::Kind::person, std::nullopt, std::move(person)};
  }
  if (name != "posted" || session.bot.empty()) return {};
  auto message = message_of(data, session.bot);
  if (!message) return {};
  return {BotEvent::Kind::message, std::move(message), std::nullopt};
}

BotSocket::BotSocket(const Dialer& dialer, const sync::Clock& clock, sync::Random& random,
                     BotListener& listener, BotSocketOptions options)
    : dialer_(dialer),
      clock_(clock),
      random_(random),
      listener_(listener),
      options_(std::move(options)) {}

void BotSocket::run(const std::stop_token& stop) {
  std::atomic<bool> aborted{false};
  const std::stop_callback abort(stop, [&] { aborted.store(true); });
  while (!stop.stop_requested()) {
    auto socket = connect(aborted);
    const Error why = socket ? listen(**socket) : socket.error();
    if (stop.stop_requested()) {
      if (socket) (*socket)->close();
      return;
    }
    listener_.disconnected(why);
    wait(sync::delay_after(why, failures_++, options_.retry, random_), stop);
  }
}

Result<std::unique_ptr<WebSocket>> BotSocket::connect(const std::atomic<bool>& aborted) const {
  std::string text = options_.url;
  while (text.ends_with('/')) text.pop_back();
  text += "/api/v4/websocket";
  if (!session_.connection.empty()) {
    text += fmt::format("?connection_id={}&sequence_number={}", percent_encode(session_.connection),
                        session_.next_sequence);
  }
  const auto url = parse_url(text);
  if (!url) return fail(url.error());
  // With the token on the upgrade, not in a message afterwards: else no session can be resumed.
  return WebSocket::open(
      dialer_, *url,
      {{"Authorization", "Bearer " + options_.token.reveal()}, {"User-Agent", options_.user_agent}},
      options_.socket, clock_, aborted);
}

Error BotSocket::listen(WebSocket& socket) {
  bool is_first = true;
  std::string text;
  for (;;) {
    const WireEnd end = socket.receive(text);
    if (end != WireEnd::done) {
      return Error{ErrorKind::transient, std::string("websocket: ") + describe(end), {}, 0, {}};
    }
    const BotEvent event = take_event(text, session_);
    if (event.kind == BotEvent::Kind::gap) {
      return Error{ErrorKind::transient, "websocket: events are missing", {}, 0, {}};
    }
    const bool is_hello = event.kind == BotEvent::Kind::hello;
    if (is_first || is_hello) {
      // A session that goes on begins with the events that were missed, not with a hello.
      listener_.connected(is_hello ? BotListener::Continuity::anew
                                   : BotListener::Continuity::resumed);
      is_first = false;
    }
    failures_ = 0;
    if (event.message) listener_.direct_message(*event.message);
    if (event.person) listener_.person_changed(*event.person);
  }
}

void BotSocket::wait(Duration delay, const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock<std::mutex> lock(mutex);
  never.wait_for(lock, stop, delay, [] { return false; });
}

}  // namespace belfry::net
