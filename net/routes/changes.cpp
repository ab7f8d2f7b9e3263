#include "net/graph/notification_json.h"
#include "net/routes/handshake.h"
#include "net/routes/routes.h"

namespace belfry::net {
namespace {

/// Graph repeats with growing gaps by itself; this is for other senders and for proxies.
constexpr const char* k_retry_after_s = "10";

HttpReply take_in(const HttpIncoming& request, sync::Intake& intake, const sync::Clock& clock) {
  if (auto handshake = answer_handshake(request)) return *handshake;
  const auto batch = notifications_from_json(request.body);
  if (!batch) return plain_reply(400, "bad request");
  switch (intake.receive(*batch, clock.now())) {
    case sync::IntakeAnswer::accepted:
      return HttpReply{202, "text/plain; charset=utf-8", "", {}};
    case sync::IntakeAnswer::try_again:
      break;
  }
  HttpReply reply = plain_reply(503, "try again");
  reply.headers.emplace_back("Retry-After", k_retry_after_s);
  return reply;
}

}  // namespace

void add_changes_route(Router& router, sync::Intake& intake, const sync::Clock& clock,
                       std::function<void(Duration)> answered) {
  router.add("POST", "/changes",
             [&intake, &clock, answered = std::move(answered)](const HttpIncoming& request) {
               const Instant began = clock.now().steady;
               HttpReply reply = take_in(request, intake, clock);
               answered(clock.now().steady - began);
               return reply;
             });
}

}  // namespace belfry::net
