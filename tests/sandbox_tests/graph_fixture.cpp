#include "tests/sandbox_tests/graph_fixture.h"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

namespace belfry::sandbox::test {

namespace {

/// One for the whole run: making it takes longer than most tests.
const PrivateKey& subscriber_key() {
  static const PrivateKey key = make_rsa_key(3'072);
  return key;
}

}  // namespace

GraphFixture::GraphFixture(SandboxOptions options)
    : sandbox(std::move(options)),
      company(make_company(sandbox)),
      app(sandbox.tokens().issue_app_token(30L * 86'400).token),
      key(subscriber_key()),
      certificate(self_signed_certificate(key)) {}

std::string GraphFixture::user_token(const std::string& person) {
  return sandbox.tokens()
      .issue_user_token(*sandbox.directory().person(person),
                        {"Chat.Read", "ChatMessage.Read", "Files.Read.All", "User.Read"},
                        30L * 86'400)
      .token;
}

std::string GraphFixture::subscription_json(const Wanted& wanted) {
  const std::int64_t expires =
      sandbox.clock().now_ms() + std::chrono::milliseconds(wanted.expiry).count();
  std::string json = fmt::format(
      R"({{"changeType":"{}","notificationUrl":"{}","resource":"{}","expirationDateTime":"{}","clientState":"{}")",
      wanted.change_type,
      wanted.notification_url.empty() ? receiver.url() : wanted.notification_url, wanted.resource,
      time_text(expires), wanted.client_state);
  if (wanted.lifecycle)
    json += fmt::format(R"(,"lifecycleNotificationUrl":"{}")", receiver.url("/lifecycle"));
  if (wanted.rich)
    json += fmt::format(
        R"(,"includeResourceData":true,"encryptionCertificate":"{}","encryptionCertificateId":"cert-1")",
        certificate);
  return json + "}";
}

Response GraphFixture::subscribe(const Wanted& wanted) {
  return post_json(url("/subscriptions"), app, subscription_json(wanted));
}

std::string GraphFixture::subscribed(const Wanted& wanted) {
  const Response response = subscribe(wanted);
  BOOST_REQUIRE_MESSAGE(response.status == 201, response.body);
  return response.json()->getValue<std::string>("id");
}

Response GraphFixture::renew(const std::string& id, std::chrono::minutes expiry) {
  const std::int64_t expires = sandbox.clock().now_ms() + std::chrono::milliseconds(expiry).count();
  return post_json(url("/subscriptions/" + id), app,
                   fmt::format(R"({{"expirationDateTime":"{}"}})", time_text(expires)), "PATCH");
}

}  // namespace belfry::sandbox::test
