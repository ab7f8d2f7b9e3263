#include "app/config.h"

#include <chrono>

#include <boost/test/unit_test.hpp>

#include "tests/unit/app/temporary_folder.h"

namespace belfry::app {
namespace {

constexpr const char* k_least = R"(
[server]
public_url = "https://belfry.example.com"
[teams]
tenant_id = "3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113"
client_id = "8A9b1c2d-0000-4000-8000-0123456789ab"
[mattermost]
url = "https://mattermost.example.com"
)";

Result<Config> parse(const std::string& toml, const Environment& environment = {}) {
  return parse_config(toml, "belfry.toml", environment);
}

/// `more` comes first, so that its line numbers are its own.
Config accepted(const std::string& more, const Environment& environment = {}) {
  const auto config = parse(more + k_least, environment);
  BOOST_REQUIRE_MESSAGE(config, config.error().text);
  return *config;
}

std::string refusal(const std::string& toml, const Environment& environment = {}) {
  const auto config = parse(toml, environment);
  BOOST_REQUIRE(!config);
  BOOST_TEST((config.error().kind == ErrorKind::refused));
  return config.error().text;
}

/// With one key of the least configuration given otherwise.
std::string refusal_of(const std::string& variable, const std::string& value) {
  return refusal(k_least, {{variable, value}});
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(what_is_not_given_has_its_default) {
  const Config config = accepted("");

  BOOST_TEST(config.server.listen == "127.0.0.1:8443");
  BOOST_TEST(config.server.admin_listen == "127.0.0.1:8444");
  BOOST_TEST(config.teams.max_chat_subscriptions == 5000);
  BOOST_TEST(config.teams.resource_data);
  BOOST_TEST(config.mattermost.command == "msteams");
  BOOST_TEST(config.storage.path == "/var/lib/belfry/store");
  BOOST_TEST(config.render.languages.empty());
  BOOST_TEST((config.reconcile.interval == std::chrono::hours{24}));
  BOOST_TEST((config.reconcile.exhausted_interval == std::chrono::minutes{15}));
  BOOST_TEST((config.reconcile.max_age == std::chrono::hours{72}));
  BOOST_TEST(config.accounts.max_connected == 1000);
  BOOST_TEST((config.log.level == LogLevel::info));
}

BOOST_AUTO_TEST_CASE(every_kind_of_value_is_read) {
  const Config config = accepted(R"(
[deliver]
skip_active = false
on_delete = "remove"
[render]
languages = "/etc/belfry/languages"
[reconcile]
interval = "90m"
silence = "2h"
[accounts]
max_connected = 0
[log]
level = "debug"
format = "json"
)",
                                 {{"BELFRY_MATTERMOST__ADMINS", "anna, bert,"}});

  BOOST_TEST(!config.deliver.skip_active);
  BOOST_TEST((config.deliver.on_delete == sync::OnDelete::remove));
  BOOST_TEST(config.render.languages == "/etc/belfry/languages");
  BOOST_TEST((config.reconcile.interval == std::chrono::minutes{90}));
  BOOST_TEST(config.reconcile.silence == "2h");
  BOOST_TEST(config.accounts.max_connected == 0);
  BOOST_TEST((config.log.level == LogLevel::debug));
  BOOST_TEST((config.log.format == LogFormat::json));
  BOOST_TEST(config.mattermost.admins == (std::vector<std::string>{"anna", "bert"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_environment_overrides_the_file) {
  const Config config =
      accepted("[log]\nlevel = \"debug\"\n", {{"BELFRY_LOG__LEVEL", "error"},
                                              {"BELFRY_ACCOUNTS__MAX_CONNECTED", "7"},
                                              {"BELFRY_DELIVER__SKIP_ACTIVE", "false"},
                                              {"BELFRY_RECONCILE__MAX_AGE", "3d"},
                                              {"BELFRY_LOG", "of no section, so not ours"},
                                              {"HOME", "/root"}});

  BOOST_TEST((config.log.level == LogLevel::error));
  BOOST_TEST(config.accounts.max_connected == 7);
  BOOST_TEST(!config.deliver.skip_active);
  BOOST_TEST((config.reconcile.max_age == std::chrono::days{3}));
}

BOOST_AUTO_TEST_CASE(a_misspelt_key_is_named_with_its_line_and_the_right_one) {
  const std::string why =
      refusal(std::string("[log]\nlevle = \"debug\"\n[servre]\nlisten = \"x\"\n") + k_least);

  BOOST_TEST(
      holds(why, "belfry.toml:2: log.levle is not a key that Belfry knows; did you mean level?"));
  BOOST_TEST(
      holds(why, "belfry.toml:3: servre is not a section that Belfry knows; did you mean server?"));
}

BOOST_AUTO_TEST_CASE(a_misspelt_variable_is_named_with_the_right_one) {
  const std::string why = refusal_of("BELFRY_LOG__LEVLE", "debug");

  BOOST_TEST(
      why ==
      "BELFRY_LOG__LEVLE is not a setting that Belfry knows; did you mean BELFRY_LOG__LEVEL?");
}

BOOST_AUTO_TEST_CASE(all_faults_are_told_at_once) {
  const std::string why = refusal(R"([server]
listen = 8443
[teams]
tenant_id = "contoso.example"
[deliver]
skip_active = "yes"
on_delete = "burn"
[accounts]
max_connected = -1
[reconcile]
interval = "soon"
max_age = "31d"
[mattermost]
admins = "anna"
)");

  BOOST_TEST(holds(why, "belfry.toml: server.public_url is missing: the URL under which"));
  BOOST_TEST(holds(why, "belfry.toml:2: server.listen has to be a text, in quotes"));
  BOOST_TEST(holds(why, "belfry.toml:4: teams.tenant_id has to be a GUID such as"));
  BOOST_TEST(holds(why, "belfry.toml: teams.client_id is missing"));
  BOOST_TEST(
      holds(why, "belfry.toml:6: deliver.skip_active has to be true or false, without quotes"));
  BOOST_TEST(holds(
      why, "belfry.toml:7: deliver.on_delete has to be one of \"mark\", \"remove\", \"ignore\""));
  BOOST_TEST(
      holds(why, "belfry.toml:9: accounts.max_connected has to be a whole number from 0 to"));
  BOOST_TEST(holds(why, "belfry.toml:11: reconcile.interval has to be a duration such as"));
  BOOST_TEST(holds(why, "belfry.toml:12: reconcile.max_age has to be at most 30d"));
  BOOST_TEST(holds(why, "belfry.toml:14: mattermost.admins has to be a list of texts such as"));
  BOOST_TEST(holds(why, "belfry.toml: mattermost.url is missing"));
}

BOOST_AUTO_TEST_CASE(a_fault_in_the_environment_names_the_variable) {
  BOOST_TEST(refusal_of("BELFRY_ACCOUNTS__MAX_CONNECTED", "many") ==
             "BELFRY_ACCOUNTS__MAX_CONNECTED has to be a whole number from 0 to 1000000");
  BOOST_TEST(holds(refusal_of("BELFRY_LOG__FORMAT", "xml"),
                   "BELFRY_LOG__FORMAT has to be one of \"text\", \"json\""));
}

BOOST_AUTO_TEST_CASE(what_is_no_toml_is_named_with_its_line) {
  BOOST_TEST(refusal("[server]\nlisten = \n").starts_with("belfry.toml:2: "));
}

BOOST_AUTO_TEST_CASE(plain_http_is_for_loopback) {
  for (const char* loopback :
       {"http://127.0.0.1:8065", "http://localhost/sub", "http://[::1]:80"}) {
    BOOST_TEST(parse(k_least, {{"BELFRY_MATTERMOST__URL", loopback}}).has_value(), loopback);
  }
  for (const char* key : {"BELFRY_SERVER__PUBLIC_URL", "BELFRY_TEAMS__GRAPH_URL",
                          "BELFRY_TEAMS__LOGIN_URL", "BELFRY_MATTERMOST__URL"}) {
    for (const char* elsewhere :
         {"http://example.com", "http://127.evil.example", "http://localhost.evil.example"}) {
      BOOST_TEST(holds(refusal_of(key, elsewhere), "has to begin with https://"), key);
    }
  }
}

BOOST_AUTO_TEST_CASE(mattermost_may_be_made_an_exception_from_https) {
  const Environment environment = {{"BELFRY_MATTERMOST__URL", "http://mattermost.lan:8065"},
                                   {"BELFRY_MATTERMOST__ALLOW_PLAIN_HTTP", "true"}};

  BOOST_TEST(accepted("", environment).mattermost.url == "http://mattermost.lan:8065");
}

BOOST_AUTO_TEST_CASE(what_is_no_url_is_refused) {
  for (const char* wrong : {"example.com", "ftp://example.com", "https://", "https://a b",
                            "https://user:password@example.com", "https://example.com/?x=1"}) {
    BOOST_TEST(holds(refusal_of("BELFRY_MATTERMOST__URL", wrong), "has to be a URL such as"),
               wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_slash_at_the_end_of_a_url_means_nothing) {
  const Config config =
      accepted("", {{"BELFRY_SERVER__PUBLIC_URL", "https://example.com/belfry/"}});

  BOOST_TEST(config.server.public_url == "https://example.com/belfry");
  BOOST_TEST(path_of_url(config.server.public_url) == "/belfry");
  BOOST_TEST(path_of_url("https://example.com") == "");
}

BOOST_AUTO_TEST_CASE(an_address_is_host_and_port) {
  for (const char* right : {"127.0.0.1:0", "localhost:8443", "[::1]:65535"}) {
    BOOST_TEST(parse(k_least, {{"BELFRY_SERVER__LISTEN", right}}).has_value(), right);
  }
  for (const char* wrong : {"", "8443", ":8443", "localhost", "localhost:", "localhost:66000",
                            "localhost:-1", "localhost:8443x", "::1:8443", "a b:1", "a/b:1"}) {
    BOOST_TEST(holds(refusal_of("BELFRY_SERVER__LISTEN", wrong),
                     "BELFRY_SERVER__LISTEN has to be host:port"),
               wrong);
  }
}

BOOST_AUTO_TEST_CASE(beyond_loopback_one_listens_with_tls_or_by_decision) {
  const Environment open = {{"BELFRY_SERVER__LISTEN", "0.0.0.0:8443"}};
  Environment decided = open;
  decided["BELFRY_SERVER__ALLOW_PLAIN_HTTP"] = "true";
  Environment with_tls = open;
  with_tls["BELFRY_SERVER__TLS_CERTIFICATE"] = "/etc/belfry/certificate.pem";
  with_tls["BELFRY_SERVER__TLS_PRIVATE_KEY"] = "/etc/belfry/key.pem";
  Environment half = with_tls;
  half.erase("BELFRY_SERVER__TLS_PRIVATE_KEY");

  BOOST_TEST(holds(refusal(k_least, open), "needs tls_certificate beyond loopback"));
  BOOST_TEST(holds(refusal(k_least, half), "have to be given together"));
  accepted("", decided);
  accepted("", with_tls);
}

BOOST_AUTO_TEST_CASE(the_two_listeners_need_two_addresses) {
  BOOST_TEST(holds(refusal_of("BELFRY_SERVER__ADMIN_LISTEN", "127.0.0.1:8443"), "has to differ"));
}

BOOST_AUTO_TEST_CASE(what_model_a_does_not_sell_is_refused) {
  const std::string why = refusal(
      k_least, {{"BELFRY_TEAMS__SUBSCRIBE", "accounts"}, {"BELFRY_TEAMS__PAYMENT_MODEL", "A"}});

  BOOST_TEST(holds(why, "is not offered in payment model A"));
}

BOOST_AUTO_TEST_CASE(a_duration_has_one_number_and_one_unit) {
  BOOST_TEST((parse_duration("500ms") == std::chrono::milliseconds{500}));
  BOOST_TEST((parse_duration("90s") == std::chrono::seconds{90}));
  BOOST_TEST((parse_duration("15m") == std::chrono::minutes{15}));
  BOOST_TEST((parse_duration("24h") == std::chrono::hours{24}));
  BOOST_TEST((parse_duration("7d") == std::chrono::days{7}));
  for (const char* wrong : {"", "24", "h", "1h30m", "-1h", "1.5h", " 1h", "1 h", "999999999999h"})
    BOOST_TEST(!parse_duration(wrong), wrong);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named) {
  const tests::TemporaryFolder folder;

  for (const std::string& path : {folder / "missing.toml", folder.path()}) {
    const auto config = load_config(path, {{"BELFRY_LOG__LEVEL", "info"}});
    BOOST_REQUIRE(!config);
    BOOST_TEST(holds(config.error().text, path + " cannot be read"));
  }
}

BOOST_AUTO_TEST_CASE(a_file_tells_where_secrets_may_stand) {
  const tests::TemporaryFolder folder;

  const auto config = load_config(folder.put("belfry.toml", k_least), {});

  BOOST_REQUIRE(config);
  BOOST_TEST(config->folder == folder.path());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
