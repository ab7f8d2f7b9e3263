#include <cstddef>

#include "net/graph/links.h"
#include "net/graph/notification_json.h"
#include "sync/base/invariant.h"
#include "tests/fuzz/targets.h"

namespace belfry::fuzz {
namespace {

/// A path that is made of the ids names them again.
void require_sound_ref(const Notification& of, const net::NotificationPolicy& policy) {
  const std::string& chat = of.ref.chat.text();
  const std::string& message = of.ref.message.text();
  invariant(!chat.empty(), "a chat is named");
  invariant(message.empty() == (of.kind == ChangeKind::chat), "a message is named, or the chat");
  invariant(chat.size() <= policy.max_id_bytes && message.size() <= policy.max_id_bytes,
            "ids are short");
  const std::string path = "chats('" + net::percent_encoded(chat) + "')";
  if (message.empty()) {
    invariant(net::chat_of_path(path, policy) == of.ref.chat, "a path names its chat");
    return;
  }
  const std::string whole = path + "/messages('" + net::percent_encoded(message) + "')";
  invariant(net::message_of_path(whole, policy) == of.ref, "a path names its message");
}

}  // namespace

void notification(std::string_view bytes) {
  const net::NotificationPolicy policy;
  const auto batch = net::notifications_from_json(bytes, policy);
  if (!batch) return;
  std::size_t copied = 0;
  for (const Notification& each : batch->notifications) {
    require_sound_ref(each, policy);
    invariant(!each.subscription.empty(), "a notification names its subscription");
    if (!each.resource) continue;
    std::size_t own = 0;
    for (const std::string& token : each.resource->validation_tokens) own += token.size();
    // A token may grow when it is read: U+FFFD, three bytes, takes the place of a broken one.
    invariant(own <= 3 * policy.max_token_bytes, "tokens are bounded");
    copied += own;
  }
  invariant(copied <= 3 * policy.max_copied_bytes, "copies of tokens are bounded");
  for (const LifecycleNotification& each : batch->lifecycle)
    invariant(!each.subscription.empty(), "a lifecycle notification names its subscription");
}

}  // namespace belfry::fuzz
