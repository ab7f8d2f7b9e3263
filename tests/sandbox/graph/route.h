#pragma once

#include <string>
#include <string_view>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

enum class GraphCall {
  unknown,
  me,
  application,
  presence,
  batch,
  create_subscription,
  list_subscriptions,
  get_subscription,
  renew_subscription,
  reauthorize_subscription,
  delete_subscription,
  list_chats,
  get_chat,
  list_members,
  list_messages,
  get_message,
  list_hosted_contents,
  get_hosted_content,
  get_all_messages,
  delta,
  drive_item,
  drive_content,
  download,
};

/// What a request addresses. Slashes and `name('id')` are understood alike, since notifications
/// name resources so.
struct GraphRoute {
  GraphCall call = GraphCall::unknown;
  bool me = false;   ///< below `/me`
  std::string user;  ///< below `/users/{id}`
  std::string chat;
  std::string message;
  std::string item;  ///< hosted content, subscription, share, download or application
};

[[nodiscard]] GraphRoute route_of(std::string_view method, std::string_view path);
/// `graph.get_message`
[[nodiscard]] std::string_view operation_name(GraphCall call);

}  // namespace belfry::sandbox
