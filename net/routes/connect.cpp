#include <fmt/format.h>

#include "net/routes/page.h"
#include "net/routes/routes.h"

namespace belfry::net {
namespace {

/// Binds a sign-in to the browser that began it. As long as a sign-in lives; Lax, since Entra's
/// redirect is a navigation from another site.
constexpr const char* k_cookie = "belfry_sign_in";
constexpr int k_cookie_seconds = 600;

HttpReply redirect(const std::string& url) {
  HttpReply reply = plain_reply(302, "");
  reply.headers = {{"Location", url}, {"Referrer-Policy", "no-referrer"}};
  return reply;
}

std::string cookie_of(const std::string& value, int seconds, bool is_https) {
  return fmt::format("{}={}; Max-Age={}; Path=/; HttpOnly; SameSite=Lax{}", k_cookie, value,
                     seconds, is_https ? "; Secure" : "");
}

HttpReply refused(sync::ConnectRefusal refusal) {
  const int status = refusal == sync::ConnectRefusal::try_again ? 503 : 403;
  return page(status, PageTone::bad, "Not connected", sync::say(refusal));
}

}  // namespace

void add_connect_routes(Router& router, sync::Connect& connect, const sync::Clock& clock,
                        const std::string& public_url) {
  const bool is_https = public_url.starts_with("https://");
  router.add("GET", "/connect", [&connect, &clock, is_https](const HttpIncoming& request) {
    const auto begun = connect.begin(request.query_value("ticket"), clock.now());
    if (const auto* refusal = std::get_if<sync::ConnectRefusal>(&begun)) return refused(*refusal);
    const auto& sign_in = std::get<sync::Connect::Begun>(begun);
    HttpReply reply = redirect(sign_in.authorize_url);
    reply.headers.emplace_back("Set-Cookie",
                               cookie_of(sign_in.browser, k_cookie_seconds, is_https));
    return reply;
  });
  router.add("GET", "/oauth-redirect",
             [&connect, &clock, is_https, public_url](const HttpIncoming& request) {
               const auto finished = connect.finish(
                   {request.query_value("state"), Secret{request.query_value("code")},
                    request.query_value("error"), request.query_value("error_description"),
                    request.cookie(k_cookie)},
                   clock.now());
               HttpReply reply = std::holds_alternative<sync::ConnectRefusal>(finished)
                                     ? refused(std::get<sync::ConnectRefusal>(finished))
                                     : redirect(public_url + "/account-connected");
               reply.headers.emplace_back("Set-Cookie", cookie_of("", 0, is_https));
               return reply;
             });
  router.add("GET", "/account-connected", [](const HttpIncoming&) {
    return page(200, PageTone::good, "You are connected",
                "Messages that reach you while you are away from Teams now ring in Mattermost. You "
                "can close this page.");
  });
}

}  // namespace belfry::net
