#include "net/entra/entra_client.h"

#include <map>
#include <string>

#include <Poco/URI.h>
#include <boost/test/unit_test.hpp>

#include "net/entra/pkce.h"
#include "tests/unit/net/graph/scripted_upstream.h"

using belfry::ErrorKind;
using belfry::Secret;
using belfry::net::EntraClient;
using belfry::tests::answer_fixture;

namespace {

struct World : belfry::tests::UpstreamWorld {
  EntraClient entra{http("entra"),
                    cloud(),
                    {.tenant = belfry::TenantId("tenant-id"),
                     .client_id = "client-id",
                     .client_secret = Secret("s+cr&t=~")}};

  std::map<std::string, std::string> form() const {
    std::map<std::string, std::string> fields;
    Poco::URI uri("http://x/?" + upstream.only().body);
    for (const auto& [name, value] : uri.getQueryParameters()) fields[name] = value;
    return fields;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(entra_client, World)

BOOST_AUTO_TEST_CASE(the_challenge_is_that_of_the_standard) {
  // RFC 7636, appendix B.
  const Secret verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

  BOOST_TEST(belfry::net::s256_challenge(verifier) ==
             "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  BOOST_TEST(entra.code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

BOOST_AUTO_TEST_CASE(the_browser_is_sent_to_sign_in_with_pkce) {
  const std::string url =
      entra.authorize_url({.redirect_uri = "https://belfry.example.com/oauth-redirect",
                           .state = "a&b",
                           .code_challenge = "challenge",
                           .login_hint = "mira@contoso.example"});

  BOOST_TEST(url.starts_with(upstream.url() + "/tenant-id/oauth2/v2.0/authorize?"));
  std::map<std::string, std::string> query;
  for (const auto& [name, value] : Poco::URI(url).getQueryParameters()) query[name] = value;
  BOOST_TEST(query["client_id"] == "client-id");
  BOOST_TEST(query["response_type"] == "code");
  BOOST_TEST(query["redirect_uri"] == "https://belfry.example.com/oauth-redirect");
  BOOST_TEST(query["response_mode"] == "query");
  BOOST_TEST(query["scope"] ==
             "Chat.Read ChatMessage.Read Files.Read.All User.Read offline_access");
  BOOST_TEST(query["state"] == "a&b");
  BOOST_TEST(query["code_challenge"] == "challenge");
  BOOST_TEST(query["code_challenge_method"] == "S256");
  BOOST_TEST(query["prompt"] == "select_account");
  BOOST_TEST(query["login_hint"] == "mira@contoso.example");
  BOOST_TEST(entra.authorize_url({}).find("login_hint") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_app_asks_for_its_own_token) {
  upstream.will_answer("token_client_credentials_response");

  const auto grant = entra.app_token();

  BOOST_REQUIRE(grant);
  auto fields = form();
  BOOST_TEST(upstream.only().method == "POST");
  BOOST_TEST(upstream.only().target == "/tenant-id/oauth2/v2.0/token");
  BOOST_TEST(upstream.only().header("Content-Type") == "application/x-www-form-urlencoded");
  BOOST_TEST(fields["grant_type"] == "client_credentials");
  BOOST_TEST(fields["client_id"] == "client-id");
  BOOST_TEST(fields["client_secret"] == "s+cr&t=~");
  BOOST_TEST(fields["scope"] == "https://graph.microsoft.com/.default");
  BOOST_TEST(seen().at(0) == "entra app_token 200");
}

BOOST_AUTO_TEST_CASE(a_code_is_redeemed_with_its_verifier) {
  upstream.will_answer("token_code_response");

  const auto grant = entra.redeem_code(Secret("the-code"), Secret("the-verifier"),
                                       "https://b.example/oauth-redirect");

  BOOST_REQUIRE(grant);
  auto fields = form();
  BOOST_TEST(fields["grant_type"] == "authorization_code");
  BOOST_TEST(fields["code"] == "the-code");
  BOOST_TEST(fields["code_verifier"] == "the-verifier");
  BOOST_TEST(fields["redirect_uri"] == "https://b.example/oauth-redirect");
  BOOST_TEST(fields["client_secret"] == "s+cr&t=~");
}

BOOST_AUTO_TEST_CASE(a_refresh_asks_for_what_was_granted) {
  upstream.will_answer("token_refresh_response");

  const auto grant = entra.refresh(Secret("old-token"));

  BOOST_REQUIRE(grant);
  auto fields = form();
  BOOST_TEST(fields["grant_type"] == "refresh_token");
  BOOST_TEST(fields["refresh_token"] == "old-token");
  BOOST_TEST(!fields.contains("scope"));
}

BOOST_AUTO_TEST_CASE(refusals_never_hold_what_was_sent) {
  for (const std::string fixture :
       {"token_error_secret_wrong", "token_error_revoked", "token_error_html"}) {
    upstream.will_answer(answer_fixture(fixture));

    const auto grant = entra.refresh(Secret("old-token"));

    BOOST_REQUIRE(!grant);
    BOOST_TEST(grant.error().text.find("s+cr") == std::string::npos, grant.error().text);
    BOOST_TEST(grant.error().text.find("old-token") == std::string::npos, grant.error().text);
  }
}

BOOST_AUTO_TEST_CASE(a_token_that_was_not_answered_may_be_asked_for_again) {
  upstream.will_answer({.is_lost = true});
  upstream.will_answer({.is_lost = true});

  const auto grant = entra.refresh(Secret("old-token"));

  BOOST_REQUIRE(!grant);
  BOOST_TEST((grant.error().kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_SUITE_END()
