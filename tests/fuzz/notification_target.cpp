#include <cstddef>

#include "net/graph/links.h"
#include "net/graph/notification_json.h"
#include "sync/base/invariant.h"
#include "tests/fuzz/targets.h"

namespace belfry::fuzz {
namespace {

/// A path that is made of both ids names them again.
void require_sound_ref(const MessageRef& ref, const net::NotificationPolicy& policy) {
  const std::string& chat = ref.chat.text();
  const std::string& message = ref.message.text();
  invariant(!chat.empty() && !message.empty(), "a message is named");
  invariant(chat.size() <= policy.max_id_bytes && message.size() <= policy.max_id_bytes,
            "ids are short");
  const std::string path = "chats('" + net::percent_encoded(chat) + "')/messages('" +
                           net::percent_encoded(message) + "')";
  invariant(net::message_of_path(path, policy) == ref, "a path names its message");
}

}  // namespace

void notification(std::string_view bytes) {
  const net::NotificationPolicy policy;
  const auto batch = net::notifications_from_json(bytes, policy);
  if (!batch) return;
  std::size_t copied = 0;
  for (const Notification& each : batch->notifications) {
    require_sound_ref(each.ref, policy);
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
