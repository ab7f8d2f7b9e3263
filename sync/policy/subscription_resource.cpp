#include "sync/policy/subscription_resource.h"

#include <string_view>

namespace belfry::sync {
namespace {

constexpr std::string_view k_all_messages = "/chats/getAllMessages";
constexpr std::string_view k_user_prefix = "/users/";
constexpr std::string_view k_chat_prefix = "/chats/";
constexpr std::string_view k_chat_suffix = "/messages";

const char* model_query(PaymentModel model) {
  switch (model) {
    case PaymentModel::a:
      return "?model=A";
    case PaymentModel::b:
      return "?model=B";
    case PaymentModel::evaluation:
    case PaymentModel::none:
      break;
  }
  return "";
}

}  // namespace

const char* name_of(SubscribeKind kind) {
  switch (kind) {
    case SubscribeKind::automatic:
      return "auto";
    case SubscribeKind::tenant:
      return "tenant";
    case SubscribeKind::accounts:
      return "accounts";
    case SubscribeKind::chats:
      return "chats";
  }
  return "unknown";
}

std::string tenant_resource(PaymentModel model) {
  return std::string(k_all_messages) + model_query(model);
}

std::string account_resource(const TeamsUserId& user, PaymentModel model) {
  return std::string(k_user_prefix) + user.text() + std::string(k_all_messages) +
         model_query(model);
}

std::string chat_resource(const ChatId& chat) {
  return std::string(k_chat_prefix) + chat.text() + std::string(k_chat_suffix);
}

std::optional<ChatId> chat_of_resource(const std::string& resource) {
  const std::size_t around = k_chat_prefix.size() + k_chat_suffix.size();
  if (resource.size() <= around || !resource.starts_with(k_chat_prefix) ||
      !resource.ends_with(k_chat_suffix))
    return std::nullopt;
  return ChatId{resource.substr(k_chat_prefix.size(), resource.size() - around)};
}

std::optional<TeamsUserId> user_of_resource(const std::string& resource) {
  if (!resource.starts_with(k_user_prefix)) return std::nullopt;
  const std::size_t end = resource.find(k_all_messages);
  if (end == std::string::npos) return std::nullopt;
  return TeamsUserId{resource.substr(k_user_prefix.size(), end - k_user_prefix.size())};
}

SubscribeKind kind_of_resource(const std::string& resource) {
  if (!is_metered(resource)) return SubscribeKind::chats;
  return user_of_resource(resource) ? SubscribeKind::accounts : SubscribeKind::tenant;
}

bool is_metered(const std::string& resource) {
  return resource.find("getAllMessages") != std::string::npos;
}

}  // namespace belfry::sync
