#include "net/entra/entra_json.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"
#include "tests/unit/net/graph/scripted_upstream.h"

using belfry::Error;
using belfry::ErrorKind;
using belfry::Secret;
using belfry::net::grant_from_json;
using belfry::net::GrantType;
using belfry::net::HttpAnswer;
using belfry::net::JsonView;
using belfry::net::redirect_error;
using belfry::net::roles_of;
using belfry::net::token_error;
using belfry::sync::k_client_misconfigured;
using belfry::sync::k_grant_dead;
using belfry::tests::graph_fixture;

namespace {

HttpAnswer answer_in(const std::string& fixture) {
  const auto scripted = belfry::tests::answer_fixture(fixture);
  return {.status = scripted.status, .headers = scripted.headers, .body = scripted.body};
}

HttpAnswer invalid_request(int number) {
  return {.status = 400,
          .headers = {},
          .body = R"({"error":"invalid_request","error_codes":[)" + std::to_string(number) + "]}"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(entra_json)

BOOST_AUTO_TEST_CASE(grants_come_with_lifetime_scopes_and_perhaps_a_refresh_token) {
  const auto app = grant_from_json(graph_fixture("token_client_credentials_response"));
  BOOST_TEST((app->lifetime == std::chrono::seconds(3599)));
  BOOST_TEST(app->refresh.empty());
  BOOST_TEST(!app->access.empty());

  const auto code = grant_from_json(graph_fixture("token_code_response"));
  BOOST_TEST((code->lifetime == std::chrono::seconds(4271)));
  BOOST_TEST(code->refresh.equals("1.AVEA-first-refresh-token.AgABAwEAAA"));
  BOOST_TEST(code->scopes ==
             "Chat.Read ChatMessage.Read Files.Read.All User.Read profile openid email");

  const auto refreshed = grant_from_json(graph_fixture("token_refresh_response"));
  BOOST_TEST(refreshed->refresh.equals("1.AVEA-second-refresh-token.AgABAwEAAA"));

  const auto same = grant_from_json(graph_fixture("token_refresh_response_same"));
  BOOST_TEST(same->refresh.empty());
  BOOST_TEST(same->scopes == "Chat.Read User.Read");
}

BOOST_AUTO_TEST_CASE(a_grant_that_cannot_be_read_may_be_asked_for_again) {
  for (const std::string body :
       {"<html></html>", "{}", R"({"access_token":"x"})", R"({"expires_in":3599})",
        R"({"access_token":"x","expires_in":-1})", R"({"access_token":"","expires_in":10})"}) {
    const auto grant = grant_from_json(body);
    BOOST_REQUIRE_MESSAGE(!grant, body);
    BOOST_TEST((grant.error().kind == ErrorKind::transient), body);
  }
}

BOOST_AUTO_TEST_CASE(every_sample_of_a_refusal_has_its_meaning) {
  struct Expected {
    std::string fixture;
    ErrorKind kind;
    std::string code;
    std::string text;
  };
  const Expected samples[] = {
      {"token_error_revoked", ErrorKind::refused, k_grant_dead, "AADSTS50173"},
      {"token_error_refresh_expired", ErrorKind::refused, k_grant_dead, "AADSTS700082"},
      {"token_error_mfa", ErrorKind::refused, k_grant_dead, "AADSTS50076"},
      {"token_error_interaction_required", ErrorKind::refused, k_grant_dead,
       "interaction_required AADSTS50079"},
      {"token_error_conditional_access", ErrorKind::refused, k_grant_dead, "Conditional Access"},
      {"token_error_sign_in_frequency", ErrorKind::refused, k_grant_dead, "AADSTS70043"},
      {"token_error_consent", ErrorKind::refused, k_grant_dead, "consent is missing"},
      {"token_error_user_disabled", ErrorKind::refused, k_grant_dead, "disabled"},
      {"token_error_code_used", ErrorKind::refused, k_grant_dead, "AADSTS54005"},
      {"token_error_pkce", ErrorKind::refused, k_grant_dead, "AADSTS501481"},
      {"token_error_secret_wrong", ErrorKind::unauthorized, k_client_misconfigured,
       "secret is wrong"},
      {"token_error_secret_expired", ErrorKind::unauthorized, k_client_misconfigured,
       "secret has expired"},
      {"token_error_app_missing", ErrorKind::unauthorized, k_client_misconfigured,
       "teams.client_id"},
      {"token_error_tenant", ErrorKind::unauthorized, k_client_misconfigured, "teams.tenant_id"},
      {"token_error_temporary", ErrorKind::transient, "", "AADSTS90033"},
      {"token_error_throttled", ErrorKind::throttled, "", "AADSTS90055"},
      {"token_error_html", ErrorKind::transient, "", "502"}};
  for (const Expected& sample : samples) {
    const HttpAnswer answer = answer_in(sample.fixture);

    const Error error = token_error(answer, GrantType::refresh_token);

    BOOST_TEST((error.kind == sample.kind), sample.fixture);
    BOOST_TEST(error.code == sample.code, sample.fixture);
    BOOST_TEST(error.status == answer.status, sample.fixture);
    BOOST_TEST(error.text.find(sample.text) != std::string::npos, error.text);
    BOOST_TEST(error.text.find("Trace ID") == std::string::npos, error.text);
  }
  const Error throttled = token_error(answer_in("token_error_throttled"), GrantType::refresh_token);
  BOOST_TEST((throttled.retry_after == std::chrono::seconds(60)));
}

BOOST_AUTO_TEST_CASE(nothing_but_a_dead_grant_disconnects_anybody) {
  for (const int status : {400, 401, 403, 404, 408, 500, 502, 503, 504})
    for (const std::string body :
         {"", "<html></html>", "{}", "[]", R"({"error":"server_error"})",
          R"({"error":"temporarily_unavailable"})", R"({"error":"something_new"})",
          R"({"error":{"code":"Forbidden"}})"}) {
      const Error error =
          token_error({.status = status, .headers = {}, .body = body}, GrantType::refresh_token);
      BOOST_TEST((error.kind == ErrorKind::transient), status << " " << body);
      BOOST_TEST(error.code.empty(), status << " " << body);
    }
  // An hour of 503 is an outage, whatever stands in it.
  const Error outage =
      token_error({.status = 503, .headers = {}, .body = R"({"error":"invalid_grant"})"},
                  GrantType::refresh_token);
  BOOST_TEST((outage.kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_CASE(a_made_up_code_does_not_put_our_registration_in_doubt) {
  const Error malformed = token_error(invalid_request(9002313), GrantType::authorization_code);
  BOOST_TEST(malformed.code == k_grant_dead);
  const Error tenant = token_error(invalid_request(90002), GrantType::authorization_code);
  BOOST_TEST(tenant.code == k_client_misconfigured);
  const Error app = token_error(invalid_request(9002313), GrantType::client_credentials);
  BOOST_TEST(app.code == k_client_misconfigured);
}

BOOST_AUTO_TEST_CASE(an_app_has_no_grant_that_could_die) {
  const Error error =
      token_error({.status = 400, .headers = {}, .body = R"({"error":"invalid_grant"})"},
                  GrantType::client_credentials);

  BOOST_TEST(error.code == k_client_misconfigured);
}

BOOST_AUTO_TEST_CASE(odd_words_stay_out_of_the_text) {
  const HttpAnswer answer{
      .status = 400,
      .headers = {},
      .body = R"({"error":"mira@contoso.example said\n so","trace_id":"<script>"})"};

  const Error error = token_error(answer, GrantType::refresh_token);

  BOOST_TEST(error.text.find("mira") == std::string::npos, error.text);
  BOOST_TEST(error.text.find("<script>") == std::string::npos, error.text);
}

BOOST_AUTO_TEST_CASE(what_the_redirect_tells_is_understood) {
  const std::string text = graph_fixture("authorize_callbacks");
  const auto callbacks = JsonView::parse(text);
  const auto error_of = [&callbacks](const char* name) {
    const JsonView callback = (*callbacks)[name];
    return redirect_error({callback["error"].text(), callback["error_description"].text()});
  };

  BOOST_TEST(error_of("denied").code == k_grant_dead);
  BOOST_TEST(error_of("denied").text.find("declined") != std::string::npos);
  BOOST_TEST(error_of("consent").code == k_grant_dead);
  BOOST_TEST(error_of("admin_consent").text.find("administrator must consent") !=
             std::string::npos);
  BOOST_TEST((error_of("server").kind == ErrorKind::transient));
  BOOST_TEST(redirect_error({"unauthorized_client", ""}).code == k_client_misconfigured);
  for (const char* name : {"ok", "wrong_state", "no_state"})
    BOOST_TEST((*callbacks)[name]["error"].is_missing(), name);
}

BOOST_AUTO_TEST_CASE(the_roles_of_an_app_token_are_read_for_diagnosis) {
  const auto token = [](const std::string& fixture) {
    return grant_from_json(graph_fixture(fixture))->access;
  };

  BOOST_TEST(roles_of(token("token_client_credentials_response")) ==
                 (std::vector<std::string>{"Chat.Read.All", "Presence.Read.All"}),
             boost::test_tools::per_element());
  BOOST_TEST(roles_of(token("token_client_credentials_missing_role")).empty());
  BOOST_TEST(roles_of(Secret("opaque")).empty());
  BOOST_TEST(roles_of(Secret("")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
