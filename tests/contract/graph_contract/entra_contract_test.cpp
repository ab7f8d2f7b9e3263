#include <map>
#include <string>

#include <Poco/URI.h>
#include <boost/test/unit_test.hpp>

#include "net/entra/entra_json.h"
#include "tests/contract/graph_contract/client_world.h"

using belfry::ErrorKind;
using belfry::Secret;
using belfry::sync::k_client_misconfigured;
using belfry::sync::k_grant_dead;
using belfry::tests::ClientWorld;

namespace {

const std::string k_redirect = "https://belfry.example.com/oauth-redirect";
const Secret k_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

struct World : ClientWorld {
  /// What Entra sends the browser back with when this person signs in.
  std::map<std::string, std::string> signed_in(const std::string& mail) {
    belfry::net::HttpRequest request;
    request.method = "GET";
    request.url = entra.authorize_url({.redirect_uri = k_redirect,
                                       .state = "the state",
                                       .code_challenge = entra.code_challenge(k_verifier),
                                       .login_hint = mail});
    const auto answer = http().send(request);
    BOOST_REQUIRE(answer);
    const std::string location = answer->header("Location");
    BOOST_REQUIRE(location.starts_with(k_redirect + "?"));
    std::map<std::string, std::string> query;
    for (const auto& [name, value] : Poco::URI(location).getQueryParameters()) query[name] = value;
    return query;
  }

  [[nodiscard]] std::string mail_of(const std::string& person) {
    return microsoft.directory().person(person)->mail;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(entra_contract, World)

BOOST_AUTO_TEST_CASE(a_person_signs_in_and_stays_signed_in) {
  auto query = signed_in(mail_of(company.mira));
  BOOST_TEST(query["state"] == "the state");

  const auto grant = entra.redeem_code(Secret(query["code"]), k_verifier, k_redirect);
  BOOST_REQUIRE_MESSAGE(grant, grant.error().text);
  BOOST_TEST(grant->scopes.find("Chat.Read") != std::string::npos);
  BOOST_TEST((grant->lifetime >= std::chrono::minutes(59)));
  BOOST_TEST(graph.me(grant->access)->user.text() == company.mira);
  BOOST_TEST(graph.me(grant->access)->mail == mail_of(company.mira));

  const auto refreshed = entra.refresh(grant->refresh);
  BOOST_REQUIRE_MESSAGE(refreshed, refreshed.error().text);
  BOOST_TEST(!refreshed->refresh.empty());
  BOOST_TEST(!refreshed->refresh.equals(grant->refresh.reveal()));
  BOOST_TEST(graph.me(refreshed->access)->user.text() == company.mira);
}

BOOST_AUTO_TEST_CASE(a_code_works_once_and_with_its_verifier_only) {
  auto first = signed_in(mail_of(company.mira));
  BOOST_REQUIRE(entra.redeem_code(Secret(first["code"]), k_verifier, k_redirect));
  BOOST_TEST(entra.redeem_code(Secret(first["code"]), k_verifier, k_redirect).error().code ==
             k_grant_dead);

  auto second = signed_in(mail_of(company.mira));
  const Secret other("another-verifier-that-is-long-enough-to-be-one");
  BOOST_TEST(entra.redeem_code(Secret(second["code"]), other, k_redirect).error().code ==
             k_grant_dead);
  BOOST_TEST(entra.redeem_code(Secret("made up"), k_verifier, k_redirect).error().code ==
             k_grant_dead);
}

BOOST_AUTO_TEST_CASE(revoked_sessions_are_a_dead_grant) {
  auto query = signed_in(mail_of(company.mira));
  const auto grant = entra.redeem_code(Secret(query["code"]), k_verifier, k_redirect);
  BOOST_REQUIRE(grant);

  microsoft.entra().revoke_sessions(company.mira);
  const auto refreshed = entra.refresh(grant->refresh);

  BOOST_REQUIRE(!refreshed);
  BOOST_TEST((refreshed.error().kind == ErrorKind::refused));
  BOOST_TEST(refreshed.error().code == k_grant_dead);
  BOOST_TEST(refreshed.error().text.find("AADSTS50173") != std::string::npos,
             refreshed.error().text);
}

BOOST_AUTO_TEST_CASE(who_consented_to_fewer_scopes_can_still_be_refreshed) {
  auto settings = microsoft.entra().settings();
  settings.withheld_scopes = {"Files.Read.All"};
  microsoft.entra().change_settings(settings);
  auto query = signed_in(mail_of(company.mira));

  const auto grant = entra.redeem_code(Secret(query["code"]), k_verifier, k_redirect);
  BOOST_REQUIRE_MESSAGE(grant, grant.error().text);
  BOOST_TEST(grant->scopes.find("Files.Read.All") == std::string::npos);
  const auto refreshed = entra.refresh(grant->refresh);

  BOOST_REQUIRE_MESSAGE(refreshed, refreshed.error().text);
  BOOST_TEST(refreshed->scopes.find("Chat.Read") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_app_token_carries_the_roles_that_were_granted) {
  microsoft.directory().set_app_roles({"Chat.Read.All", "Presence.Read.All"});

  const auto roles = belfry::net::roles_of(app());

  BOOST_TEST((std::set<std::string>(roles.begin(), roles.end()) ==
              std::set<std::string>{"Chat.Read.All", "Presence.Read.All"}));
}

BOOST_AUTO_TEST_CASE(a_wrong_registration_is_for_the_administrator) {
  auto wrong_secret = entra_with("wrong");
  auto wrong_tenant = entra_with(microsoft.directory().client_secrets().at(0),
                                 "00000000-0000-0000-0000-000000000001");

  for (belfry::net::EntraClient* client : {&wrong_secret, &wrong_tenant}) {
    const auto grant = client->app_token();
    BOOST_REQUIRE(!grant);
    BOOST_TEST((grant.error().kind == ErrorKind::unauthorized), grant.error().text);
    BOOST_TEST(grant.error().code == k_client_misconfigured);
  }
}

BOOST_AUTO_TEST_CASE(an_hour_of_trouble_disconnects_nobody) {
  auto query = signed_in(mail_of(company.mira));
  const auto grant = entra.redeem_code(Secret(query["code"]), k_verifier, k_redirect);
  BOOST_REQUIRE(grant);
  using belfry::sandbox::FaultAction;
  const belfry::sandbox::FaultRule rules[] = {
      {.operation = "entra.*",
       .action = FaultAction::answer,
       .status = 503,
       .body = "<html></html>"},
      {.operation = "entra.*",
       .action = FaultAction::answer,
       .status = 500,
       .body = R"({"error":"invalid_grant"})"},
      {.operation = "entra.*", .action = FaultAction::lose_answer},
      {.operation = "entra.*", .action = FaultAction::drop},
      {.operation = "entra.*", .action = FaultAction::reset_mid_body}};
  for (const auto& rule : rules) {
    microsoft.entra_faults().clear();
    microsoft.entra_faults().add(rule);

    const auto refreshed = entra.refresh(grant->refresh);

    BOOST_REQUIRE(!refreshed);
    BOOST_TEST((refreshed.error().kind == ErrorKind::transient), refreshed.error().text);
  }
  microsoft.entra_faults().clear();
  BOOST_TEST(entra.refresh(grant->refresh).has_value());
}

BOOST_AUTO_TEST_CASE(every_refusal_that_entra_knows_has_a_meaning) {
  auto query = signed_in(mail_of(company.mira));
  const auto grant = entra.redeem_code(Secret(query["code"]), k_verifier, k_redirect);
  BOOST_REQUIRE(grant);
  for (const auto& known : belfry::sandbox::token_errors()) {
    microsoft.entra().clear_failures();
    BOOST_REQUIRE(microsoft.entra().fail_tokens({.name = std::string(known.name)}));

    const auto refreshed = entra.refresh(grant->refresh);

    BOOST_REQUIRE(!refreshed);
    const belfry::Error& error = refreshed.error();
    const bool is_dead = error.kind == ErrorKind::refused && error.code == k_grant_dead;
    const bool is_ours =
        error.kind == ErrorKind::unauthorized && error.code == k_client_misconfigured;
    const bool passes = error.kind == ErrorKind::transient || error.kind == ErrorKind::throttled;
    BOOST_TEST((is_dead || is_ours || passes), known.name);
    BOOST_TEST(is_dead == (std::string(known.error) == "invalid_grant" ||
                           std::string(known.error) == "interaction_required" ||
                           std::string(known.error) == "consent_required"),
               known.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
