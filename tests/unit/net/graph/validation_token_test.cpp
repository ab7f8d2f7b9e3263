#include "net/graph/validation_token.h"

#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "net/crypto/base64.h"
#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"

using belfry::WallTime;
using belfry::net::check_token;
using belfry::net::cloud_named;
using belfry::net::JsonView;
using belfry::net::SigningKeys;
using belfry::net::TokenRules;
using belfry::net::verdict_at;
using belfry::sync::TokenVerdict;
using belfry::tests::graph_fixture;

namespace {

/// The tokens of the sample, with what they are to be judged by.
struct Tokens {
  const std::string text = graph_fixture("validation_tokens");
  const JsonView json = *JsonView::parse(text);
  const SigningKeys keys = *SigningKeys::from_json(graph_fixture("jwks"));
  const WallTime now{std::chrono::seconds(json["now"].integer().value())};

  [[nodiscard]] TokenRules rules() const {
    return {.tenant = belfry::TenantId(json["tenantId"].text()),
            .client_id = json["audience"].text(),
            .cloud = *cloud_named("global")};
  }
  [[nodiscard]] std::string token(const std::string& name) const {
    return json["tokens"][name].text();
  }
  [[nodiscard]] TokenVerdict verdict(const std::string& name, WallTime at,
                                     const TokenRules& by) const {
    return verdict_at(check_token(token(name), keys, by), at, by);
  }
  [[nodiscard]] TokenVerdict verdict(const std::string& name) const {
    return verdict(name, now, rules());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(validation_token)

BOOST_AUTO_TEST_CASE(the_sound_tokens_are_valid_and_all_others_are_not) {
  const Tokens tokens;
  std::set<std::string> sound;
  for (const JsonView each : tokens.json["valid"]) sound.insert(each.text());
  BOOST_REQUIRE_EQUAL(sound.size(), 2U);

  for (const std::string name :
       {"good_v1", "good_v2", "wrong_audience", "wrong_publisher", "wrong_tenant", "foreign_issuer",
        "expired", "not_yet_valid", "bad_signature", "unknown_kid", "alg_none"}) {
    BOOST_REQUIRE_MESSAGE(!tokens.token(name).empty(), name);
    const TokenVerdict expected = sound.contains(name)                 ? TokenVerdict::valid
                                  : name == std::string("unknown_kid") ? TokenVerdict::unknown_key
                                                                       : TokenVerdict::invalid;
    BOOST_TEST((tokens.verdict(name) == expected), name);
  }
}

BOOST_AUTO_TEST_CASE(a_token_lives_from_nbf_to_exp_with_a_small_skew) {
  const Tokens tokens;
  const WallTime begin{std::chrono::seconds(1'772'438'400)};
  const WallTime end{std::chrono::seconds(1'772'467'500)};
  const auto verdict = [&tokens](WallTime at) {
    return tokens.verdict("good_v1", at, tokens.rules());
  };

  BOOST_TEST((verdict(begin) == TokenVerdict::valid));
  BOOST_TEST((verdict(end) == TokenVerdict::valid));
  BOOST_TEST((verdict(begin - std::chrono::minutes(4)) == TokenVerdict::valid));
  BOOST_TEST((verdict(end + std::chrono::minutes(4)) == TokenVerdict::valid));
  BOOST_TEST((verdict(begin - std::chrono::minutes(6)) == TokenVerdict::invalid));
  BOOST_TEST((verdict(end + std::chrono::minutes(6)) == TokenVerdict::invalid));
}

BOOST_AUTO_TEST_CASE(an_expired_token_with_an_unknown_key_is_not_worth_fetching_keys) {
  const Tokens tokens;

  BOOST_TEST((tokens.verdict("unknown_kid", tokens.now + std::chrono::days(1), tokens.rules()) ==
              TokenVerdict::invalid));
}

BOOST_AUTO_TEST_CASE(another_audience_or_tenant_of_ours_refuses_the_same_token) {
  const Tokens tokens;
  TokenRules other_app = tokens.rules();
  other_app.client_id = "00000000-1111-2222-3333-444444444444";
  TokenRules other_tenant = tokens.rules();
  other_tenant.tenant = belfry::TenantId("b2a40d77-6c18-4f3e-9a5b-0d1e2f3a4b5c");

  BOOST_TEST((tokens.verdict("good_v1", tokens.now, other_app) == TokenVerdict::invalid));
  BOOST_TEST((tokens.verdict("good_v1", tokens.now, other_tenant) == TokenVerdict::invalid));
  BOOST_TEST((tokens.verdict("wrong_tenant", tokens.now, other_tenant) == TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(ids_are_compared_without_case) {
  const Tokens tokens;
  TokenRules rules = tokens.rules();
  rules.tenant = belfry::TenantId("3F6C1A52-9D0E-4B7A-8C21-5E4D7F90B113");
  rules.client_id = "8B1F0C9E-2D47-4E6A-B35D-71C9A0E8F264";

  BOOST_TEST((tokens.verdict("good_v1", tokens.now, rules) == TokenVerdict::valid));
  BOOST_TEST((tokens.verdict("good_v2", tokens.now, rules) == TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(each_cloud_has_its_own_issuers) {
  const Tokens tokens;
  TokenRules government = tokens.rules();
  government.cloud = *cloud_named("gcc-high");
  TokenRules china = tokens.rules();
  china.cloud = *cloud_named("china");

  BOOST_TEST((tokens.verdict("good_v1", tokens.now, government) == TokenVerdict::valid));
  BOOST_TEST((tokens.verdict("good_v2", tokens.now, government) == TokenVerdict::invalid));
  BOOST_TEST((tokens.verdict("good_v1", tokens.now, china) == TokenVerdict::invalid));
}

BOOST_AUTO_TEST_CASE(a_login_url_of_our_own_is_an_issuer_too) {
  const Tokens tokens;
  TokenRules rules = tokens.rules();
  rules.cloud = belfry::net::with_overrides(*cloud_named("china"),
                                            {.login_url = "https://login.microsoftonline.com/"});

  BOOST_TEST((tokens.verdict("good_v2", tokens.now, rules) == TokenVerdict::valid));
}

BOOST_AUTO_TEST_CASE(a_changed_claim_spoils_the_signature) {
  const Tokens tokens;
  const std::string token = tokens.token("good_v1");
  const std::size_t first = token.find('.') + 1;
  const std::size_t second = token.find('.', first);
  std::string claims = *belfry::net::decode_base64url(token.substr(first, second - first));
  claims.replace(claims.find("1772467500"), 10, "1972467500");
  const std::string forged =
      token.substr(0, first) + belfry::net::base64url(claims) + token.substr(second);

  BOOST_TEST((check_token(forged, tokens.keys, tokens.rules()).verdict == TokenVerdict::invalid));
}

BOOST_AUTO_TEST_CASE(what_is_no_token_is_invalid) {
  const Tokens tokens;
  for (const std::string text : {"", ".", "..", "a.b", "a.b.c", "e30.e30.", "e30.e30.e30",
                                 "!!.!!.!!", "....", "bm8.bm8.bm8"})
    BOOST_TEST((check_token(text, tokens.keys, tokens.rules()).verdict == TokenVerdict::invalid),
               text);
}

BOOST_AUTO_TEST_CASE(a_key_set_without_a_usable_key_is_refused) {
  for (const std::string set : {"", "{}", R"({"keys":[]})", R"({"keys":[{"kty":"EC","kid":"a"}]})",
                                R"({"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]})",
                                R"({"keys":[{"kty":"RSA","n":"","e":""}]})"})
    BOOST_TEST(!SigningKeys::from_json(set), set);
}

BOOST_AUTO_TEST_SUITE_END()
