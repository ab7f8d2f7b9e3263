#include <boost/test/unit_test.hpp>

#include "tests/sandbox/company.h"
#include "tests/sandbox/crypto.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox_tests/http.h"

namespace belfry::sandbox::test {
namespace {

constexpr const char* k_back = "http://127.0.0.1:9/oauth-redirect";
constexpr const char* k_verifier = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ-._~";
constexpr const char* k_scope =
    "Chat.Read ChatMessage.Read Files.Read.All User.Read offline_access";

struct EntraFixture {
  EntraFixture() : sandbox({.scale = 0}), company(make_company(sandbox)) {}

  std::string tenant_url() { return sandbox.entra_url() + "/" + sandbox.directory().tenant_id(); }

  Response authorize(const NameValues& more) {
    std::string url =
        tenant_url() + "/oauth2/v2.0/authorize?response_type=code&response_mode=query&client_id=" +
        sandbox.directory().client_id() + "&redirect_uri=" + percent_encode(k_back) +
        "&scope=" + percent_encode(k_scope) +
        "&state=s-123&code_challenge_method=S256&code_challenge=" + base64url(sha256(k_verifier));
    for (const auto& [name, value] : more) url += "&" + name + "=" + percent_encode(value);
    return get(url);
  }

  /// What came back to the app.
  NameValues callback(const NameValues& more) {
    const std::string location = authorize(more).header("Location");
    const auto question = location.find('?');
    return question == std::string::npos ? NameValues{} : parse_form(location.substr(question + 1));
  }

  Response token(NameValues form) {
    form.emplace_back("client_id", sandbox.directory().client_id());
    form.emplace_back("client_secret", "sandbox-client-secret");
    return post_form(tenant_url() + "/oauth2/v2.0/token", form);
  }

  Response redeem(const std::string& code, const std::string& verifier = k_verifier,
                  const std::string& back = k_back) {
    return token({{"grant_type", "authorization_code"},
                  {"code", code},
                  {"redirect_uri", back},
                  {"code_verifier", verifier}});
  }

  Response refresh(const std::string& refresh_token) {
    return token(
        {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}, {"scope", k_scope}});
  }

  std::string code() {
    return form_value(callback({{"login_hint", "mira@contoso.example"}}), "code");
  }

  static int code_of(const Response& response) {
    const auto json = response.json();
    if (json.isNull() || json->getArray("error_codes").isNull()) return 0;
    return json->getArray("error_codes")->getElement<int>(0);
  }

  static std::string text(const Response& response, const std::string& name) {
    const auto json = response.json();
    return json.isNull() ? "" : json->optValue<std::string>(name, "");
  }

  Sandbox sandbox;
  Company company;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(entra_simulator, EntraFixture)

BOOST_AUTO_TEST_CASE(without_a_hint_the_people_are_shown_on_a_page) {
  const Response page = authorize({});

  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.body.find("Mira Lindqvist") != std::string::npos);
  BOOST_TEST(page.body.find("sandbox_person=") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_hint_signs_in_at_once_and_brings_code_and_state_back) {
  const NameValues back = callback({{"login_hint", "MIRA@contoso.example"}});

  BOOST_TEST(!form_value(back, "code").empty());
  BOOST_TEST(form_value(back, "state") == "s-123");
}

BOOST_AUTO_TEST_CASE(who_declines_comes_back_with_access_denied) {
  const NameValues back = callback({{"sandbox_answer", "access_denied"}});

  BOOST_TEST(form_value(back, "error") == "access_denied");
  BOOST_TEST(form_value(back, "state") == "s-123");
}

BOOST_AUTO_TEST_CASE(a_redirect_uri_that_is_not_registered_is_never_redirected_to) {
  EntraSettings settings = sandbox.entra().settings();
  settings.redirect_uris = {"https://other.example/back"};
  sandbox.entra().change_settings(settings);

  const Response page = authorize({{"login_hint", "mira@contoso.example"}});

  BOOST_TEST(page.status == 400);
  BOOST_TEST(page.header("Location").empty());
}

BOOST_AUTO_TEST_CASE(a_code_is_redeemed_for_a_real_signed_token_and_a_refresh_token) {
  const Response tokens = redeem(code());

  BOOST_TEST(tokens.status == 200);
  BOOST_TEST(!text(tokens, "refresh_token").empty());
  BOOST_TEST(text(tokens, "scope").find("Chat.Read") != std::string::npos);
  const auto expires_in = tokens.json()->getValue<int>("expires_in");
  BOOST_TEST(expires_in >= 3'599);
  BOOST_TEST(expires_in <= 5'400);
  const std::string jwt = text(tokens, "access_token");
  const auto dot = jwt.rfind('.');
  const auto header = parse_object(*decode_base64(jwt.substr(0, jwt.find('.'))));
  const auto key = sandbox.tokens().public_key(header->getValue<std::string>("kid"));
  BOOST_TEST(rs256_verify(key, jwt.substr(0, dot), *decode_base64(jwt.substr(dot + 1))));
}

BOOST_AUTO_TEST_CASE(a_code_works_once) {
  const std::string once = code();
  BOOST_TEST(redeem(once).status == 200);

  const Response again = redeem(once);

  BOOST_TEST(again.status == 400);
  BOOST_TEST(text(again, "error") == "invalid_grant");
  BOOST_TEST(code_of(again) == 54005);
}

BOOST_AUTO_TEST_CASE(a_code_lives_ten_minutes) {
  const std::string fresh = code();
  sandbox.clock().advance(std::chrono::minutes{10});
  BOOST_TEST(redeem(fresh).status == 200);

  const std::string stale = code();
  sandbox.clock().advance(std::chrono::minutes{10} + std::chrono::seconds{1});

  BOOST_TEST(code_of(redeem(stale)) == 70008);
}

BOOST_AUTO_TEST_CASE(a_wrong_verifier_is_refused) {
  const Response answer = redeem(code(), std::string(50, 'x'));

  BOOST_TEST(text(answer, "error") == "invalid_grant");
  BOOST_TEST(code_of(answer) == 501481);
}

BOOST_AUTO_TEST_CASE(another_redirect_uri_than_at_the_beginning_is_refused) {
  BOOST_TEST(code_of(redeem(code(), k_verifier, "http://127.0.0.1:9/elsewhere")) == 500112);
}

BOOST_AUTO_TEST_CASE(a_refresh_yields_a_new_token_and_the_old_one_goes_on_working) {
  const std::string first = text(redeem(code()), "refresh_token");

  const Response second = refresh(first);

  BOOST_TEST(second.status == 200);
  BOOST_TEST(text(second, "refresh_token") != first);
  BOOST_TEST(refresh(first).status == 200);
  BOOST_TEST(refresh(text(second, "refresh_token")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_refresh_token_lives_ninety_days) {
  const std::string token_text = text(redeem(code()), "refresh_token");

  sandbox.clock().advance(std::chrono::hours{24 * 90});
  BOOST_TEST(refresh(token_text).status == 200);
  sandbox.clock().advance(std::chrono::seconds{1});

  BOOST_TEST(code_of(refresh(token_text)) == 700082);
}

BOOST_AUTO_TEST_CASE(revoked_sessions_kill_every_refresh_token_of_that_person) {
  const std::string before = text(redeem(code()), "refresh_token");

  sandbox.entra().revoke_sessions(company.mira);

  const Response answer = refresh(before);
  BOOST_TEST(text(answer, "error") == "invalid_grant");
  BOOST_TEST(code_of(answer) == 50173);
  BOOST_TEST(redeem(code()).status == 200);
}

BOOST_AUTO_TEST_CASE(a_disabled_account_gets_no_tokens) {
  const std::string before = text(redeem(code()), "refresh_token");
  Person mira = *sandbox.directory().person(company.mira);
  mira.enabled = false;
  sandbox.directory().add_person(mira);

  BOOST_TEST(code_of(refresh(before)) == 50057);
}

BOOST_AUTO_TEST_CASE(an_app_token_names_its_roles_and_is_issued_without_any) {
  const NameValues form{{"grant_type", "client_credentials"},
                        {"scope", "https://graph.microsoft.com/.default"}};
  const Response with = token(form);
  sandbox.directory().set_app_roles({});
  const Response without = token(form);

  const auto claims = [](const Response& response) {
    const std::string jwt = text(response, "access_token");
    const auto dot = jwt.find('.');
    return parse_object(*decode_base64(jwt.substr(dot + 1, jwt.rfind('.') - dot - 1)));
  };
  BOOST_TEST(claims(with)->getArray("roles")->size() == 2U);
  BOOST_TEST(without.status == 200);
  BOOST_TEST(!claims(without)->has("roles"));
}

BOOST_AUTO_TEST_CASE(a_wrong_secret_app_tenant_or_scope_has_its_own_error) {
  const NameValues good{{"grant_type", "client_credentials"},
                        {"scope", "https://graph.microsoft.com/.default"}};
  const auto with = [&](const std::string& name, const std::string& value) {
    NameValues form = good;
    form.emplace_back("client_id", name == "client_id" ? value : sandbox.directory().client_id());
    form.emplace_back("client_secret", name == "client_secret" ? value : "sandbox-client-secret");
    return post_form(sandbox.entra_url() + "/" +
                         (name == "tenant" ? value : sandbox.directory().tenant_id()) +
                         "/oauth2/v2.0/token",
                     form);
  };

  const Response secret = with("client_secret", "wrong");
  BOOST_TEST(secret.status == 401);
  BOOST_TEST(text(secret, "error") == "invalid_client");
  BOOST_TEST(code_of(secret) == 7000215);
  BOOST_TEST(code_of(with("client_id", "someone else")) == 700016);
  BOOST_TEST(code_of(with("tenant", "nowhere")) == 90002);
  BOOST_TEST(code_of(with("tenant", "common")) == 50194);
  BOOST_TEST(code_of(token({{"grant_type", "client_credentials"}, {"scope", "Chat.Read"}})) ==
             70011);
}

BOOST_AUTO_TEST_CASE(every_error_of_the_token_endpoint_can_be_had_on_demand) {
  const std::string refresh_token = text(redeem(code()), "refresh_token");
  for (const TokenError& wanted : token_errors()) {
    BOOST_TEST(sandbox.entra().fail_tokens({.name = std::string(wanted.name),
                                            .grant_type = "refresh_token",
                                            .person = company.mira,
                                            .times = 1}));
    const Response answer = refresh(refresh_token);

    BOOST_TEST(answer.status == wanted.status);
    BOOST_TEST(text(answer, "error") == std::string(wanted.error));
    BOOST_TEST(code_of(answer) == wanted.code);
  }
  BOOST_TEST(refresh(refresh_token).status == 200);
}

BOOST_AUTO_TEST_CASE(keys_rotate_and_the_old_one_stays_until_it_is_retired) {
  const auto keys = [&](const char* path) {
    return get(sandbox.entra_url() + path).json()->getArray("keys")->size();
  };
  BOOST_TEST(keys("/common/discovery/v2.0/keys") == 1U);

  sandbox.tokens().rotate_keys();
  BOOST_TEST(keys("/common/discovery/keys") == 2U);
  sandbox.tokens().retire_old_keys();

  BOOST_TEST(keys("/common/discovery/v2.0/keys") == 1U);
}

BOOST_AUTO_TEST_CASE(both_configurations_name_the_keys) {
  const std::string base = sandbox.entra_url();
  BOOST_TEST(text(get(base + "/common/v2.0/.well-known/openid-configuration"), "jwks_uri") ==
             base + "/common/discovery/v2.0/keys");
  BOOST_TEST(text(get(base + "/common/.well-known/openid-configuration"), "jwks_uri") ==
             base + "/common/discovery/keys");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::sandbox::test
