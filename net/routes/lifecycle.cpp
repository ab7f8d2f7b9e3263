#include "net/graph/notification_json.h"
#include "net/routes/handshake.h"
#include "net/routes/routes.h"

namespace belfry::net {

void add_lifecycle_route(Router& router, sync::Subscriptions& subscriptions,
                         const sync::Clock& clock, std::function<void()> believed) {
  router.add("POST", "/lifecycle",
             [&subscriptions, &clock, believed = std::move(believed)](const HttpIncoming& request) {
               if (auto handshake = answer_handshake(request)) return *handshake;
               const auto batch = notifications_from_json(request.body);
               if (!batch) return plain_reply(400, "bad request");
               bool changes_something = false;
               for (const LifecycleNotification& notification : batch->lifecycle) {
                 if (subscriptions.on_lifecycle(notification, clock.now()))
                   changes_something = true;
               }
               if (changes_something) believed();
               return HttpReply{202, "text/plain; charset=utf-8", "", {}};
             });
}

}  // namespace belfry::net
