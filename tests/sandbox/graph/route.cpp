#include "tests/sandbox/graph/route.h"

#include <span>

namespace belfry::sandbox {

namespace {

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  for (std::string& part : path_parts(path)) {
    const auto open = part.find('(');
    if (open == std::string::npos || !part.ends_with(')')) {
      out.push_back(std::move(part));
      continue;
    }
    std::string key = part.substr(open + 1, part.size() - open - 2);
    if (const auto equals = key.find("='"); equals != std::string::npos) key.erase(0, equals + 1);
    if (key.size() >= 2 && key.front() == '\'' && key.back() == '\'')
      key = key.substr(1, key.size() - 2);
    out.push_back(part.substr(0, open));
    out.push_back(std::move(key));
  }
  return out;
}

/// Compares the words of a path from a given place on.
class Words {
 public:
  Words(const std::vector<std::string>& all, std::size_t start)
      : words_(std::span(all).subspan(start)) {}

  [[nodiscard]] std::size_t count() const { return words_.size(); }
  [[nodiscard]] const std::string& at(std::size_t i) const { return words_[i]; }
  [[nodiscard]] bool is(std::size_t i, std::string_view word) const {
    return i < count() && equal_ignoring_case(at(i), word);
  }

 private:
  std::span<const std::string> words_;
};

GraphCall subscription_call(std::string_view method, const Words& words, GraphRoute& route) {
  if (words.count() == 1) {
    if (method == "POST") return GraphCall::create_subscription;
    return method == "GET" ? GraphCall::list_subscriptions : GraphCall::unknown;
  }
  route.item = words.at(1);
  if (words.count() == 3 && words.is(2, "reauthorize") && method == "POST")
    return GraphCall::reauthorize_subscription;
  if (words.count() != 2) return GraphCall::unknown;
  if (method == "GET") return GraphCall::get_subscription;
  if (method == "PATCH") return GraphCall::renew_subscription;
  return method == "DELETE" ? GraphCall::delete_subscription : GraphCall::unknown;
}

GraphCall chat_call(const Words& words, GraphRoute& route) {
  if (words.count() == 1) return GraphCall::list_chats;
  if (words.is(1, "getAllMessages")) {
    if (words.count() == 2) return GraphCall::get_all_messages;
    return words.is(2, "delta") && words.count() == 3 ? GraphCall::delta : GraphCall::unknown;
  }
  route.chat = words.at(1);
  if (words.count() == 2) return GraphCall::get_chat;
  if (words.is(2, "members") && words.count() == 3) return GraphCall::list_members;
  if (!words.is(2, "messages")) return GraphCall::unknown;
  if (words.count() == 3) return GraphCall::list_messages;
  route.message = words.at(3);
  if (words.count() == 4) return GraphCall::get_message;
  if (!words.is(4, "hostedContents")) return GraphCall::unknown;
  if (words.count() == 5) return GraphCall::list_hosted_contents;
  route.item = words.at(5);
  return words.count() == 7 && words.is(6, "$value") ? GraphCall::get_hosted_content
                                                     : GraphCall::unknown;
}

GraphCall call_of(std::string_view method, const std::vector<std::string>& parts,
                  GraphRoute& route) {
  const bool get = method == "GET" || method == "HEAD";
  if (parts.size() == 2 && parts[0] == "_download" && get) {
    route.item = parts[1];
    return GraphCall::download;
  }
  if (parts.size() < 2 || parts[0] != "v1.0") return GraphCall::unknown;
  Words words(parts, 1);
  if (words.is(0, "subscriptions")) return subscription_call(method, words, route);
  if (words.is(0, "$batch") && method == "POST") return GraphCall::batch;
  if (words.is(0, "communications") && words.is(1, "getPresencesByUserId") && method == "POST")
    return GraphCall::presence;
  if (!get) return GraphCall::unknown;
  if (words.is(0, "applications") && words.count() == 2) {
    route.item = words.at(1);
    return GraphCall::application;
  }
  if (words.is(0, "shares") && words.count() >= 3 && words.is(2, "driveItem")) {
    route.item = words.at(1);
    if (words.count() == 3) return GraphCall::drive_item;
    return words.is(3, "content") ? GraphCall::drive_content : GraphCall::unknown;
  }
  if (words.is(0, "me")) {
    route.me = true;
    if (words.count() == 1) return GraphCall::me;
    words = Words(parts, 2);
  } else if (words.is(0, "users") && words.count() >= 3) {
    route.user = words.at(1);
    words = Words(parts, 3);
  }
  return words.is(0, "chats") ? chat_call(words, route) : GraphCall::unknown;
}

}  // namespace

GraphRoute route_of(std::string_view method, std::string_view path) {
  GraphRoute route;
  route.call = call_of(method, segments(path), route);
  return route;
}

std::string_view operation_name(GraphCall call) {
  switch (call) {
    case GraphCall::unknown:
      break;
    case GraphCall::me:
      return "graph.me";
    case GraphCall::application:
      return "graph.application";
    case GraphCall::presence:
      return "graph.presence";
    case GraphCall::batch:
      return "graph.batch";
    case GraphCall::create_subscription:
      return "graph.create_subscription";
    case GraphCall::list_subscriptions:
      return "graph.list_subscriptions";
    case GraphCall::get_subscription:
      return "graph.get_subscription";
    case GraphCall::renew_subscription:
      return "graph.renew_subscription";
    case GraphCall::reauthorize_subscription:
      return "graph.reauthorize_subscription";
    case GraphCall::delete_subscription:
      return "graph.delete_subscription";
    case GraphCall::list_chats:
      return "graph.list_chats";
    case GraphCall::get_chat:
      return "graph.get_chat";
    case GraphCall::list_members:
      return "graph.list_members";
    case GraphCall::list_messages:
      return "graph.list_messages";
    case GraphCall::get_message:
      return "graph.get_message";
    case GraphCall::list_hosted_contents:
      return "graph.list_hosted_contents";
    case GraphCall::get_hosted_content:
      return "graph.get_hosted_content";
    case GraphCall::get_all_messages:
      return "graph.get_all_messages";
    case GraphCall::delta:
      return "graph.delta";
    case GraphCall::drive_item:
      return "graph.drive_item";
    case GraphCall::drive_content:
      return "graph.drive_content";
    case GraphCall::download:
      return "graph.download";
  }
  return "graph.unknown";
}

}  // namespace belfry::sandbox
