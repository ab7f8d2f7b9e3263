#include "app/secrets.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/app/temporary_folder.h"

namespace belfry::app {
namespace {

using std::filesystem::perms;

const std::string k_key(32, 'k');

struct SecretsFixture {
  tests::TemporaryFolder folder;
  Config config;
  Environment environment;

  SecretsFixture() {
    config.folder = folder.path();
    config.storage.path = folder / "store";
  }
  void put_all() {
    folder.put("master-key", k_key);
    folder.put("client-secret", "s3cret\n");
    folder.put("bot-token", " token \r\n");
  }
  std::string refusal() {
    const auto secrets = load_secrets(config, environment);
    BOOST_REQUIRE(!secrets);
    return secrets.error().text;
  }
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_FIXTURE_TEST_SUITE(secrets, SecretsFixture)

BOOST_AUTO_TEST_CASE(files_beside_the_configuration_need_no_setting) {
  put_all();

  const auto loaded = load_secrets(config, environment);

  BOOST_REQUIRE_MESSAGE(loaded, loaded.error().text);
  BOOST_TEST(loaded->master_key.bytes().equals(k_key));
  BOOST_TEST(loaded->client_secret.equals("s3cret"));
  BOOST_TEST(loaded->bot_token.equals("token"));
  BOOST_TEST(loaded->command_tokens.empty());
}

BOOST_AUTO_TEST_CASE(each_team_has_a_command_token) {
  put_all();
  folder.put("command-token", "first\n\n  second\n");

  const auto loaded = load_secrets(config, environment);

  BOOST_REQUIRE(loaded);
  BOOST_REQUIRE_EQUAL(loaded->command_tokens.size(), 2U);
  BOOST_TEST(loaded->command_tokens[0].equals("first"));
  BOOST_TEST(loaded->command_tokens[1].equals("second"));
}

BOOST_AUTO_TEST_CASE(a_credential_comes_before_a_named_file_and_that_before_one_beside) {
  put_all();
  config.teams.client_secret_file = folder.put("named", "named");
  config.mattermost.bot_token_file = folder.put("named-token", "named token");
  folder.put("belfry.client-secret", "credential");
  environment["CREDENTIALS_DIRECTORY"] = folder.path();

  const auto loaded = load_secrets(config, environment);

  BOOST_REQUIRE(loaded);
  BOOST_TEST(loaded->client_secret.equals("credential"));
  BOOST_TEST(loaded->bot_token.equals("named token"));
}

BOOST_AUTO_TEST_CASE(a_secret_that_others_can_read_is_refused) {
  put_all();
  for (const perms open : {perms::group_read, perms::others_read, perms::others_write}) {
    folder.allow("master-key", perms::owner_read | open);

    const std::string why = refusal();

    BOOST_TEST(
        holds(why, "storage.master_key_file: " + (folder / "master-key") + " is open to others"));
    BOOST_TEST(holds(why, "chmod 0400"));
  }
  folder.allow("master-key", perms::owner_read | perms::owner_write);
  BOOST_TEST(load_secrets(config, environment).has_value());
}

BOOST_AUTO_TEST_CASE(a_credential_has_the_permissions_that_systemd_gave_it) {
  put_all();
  folder.put("belfry.master-key", std::string(32, 'c'));
  folder.allow("belfry.master-key", perms::owner_read | perms::group_read);
  environment["CREDENTIALS_DIRECTORY"] = folder.path();

  const auto key = load_master_key(config, environment);

  BOOST_REQUIRE(key);
  BOOST_TEST(key->bytes().equals(std::string(32, 'c')));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_named_with_the_way_to_get_it) {
  BOOST_TEST(holds(refusal(), "storage.master_key_file is not set"));
  BOOST_TEST(holds(refusal(), "openssl rand -base64 32"));
  folder.put("master-key", k_key);
  BOOST_TEST(holds(refusal(), "teams.client_secret_file is not set"));
  folder.put("client-secret", "\n");
  BOOST_TEST(holds(refusal(), "teams.client_secret_file is not set"));
  folder.allow("client-secret", perms::owner_all);
  folder.put("client-secret", "s3cret");
  BOOST_TEST(holds(refusal(), "mattermost.bot_token_file is not set"));
}

BOOST_AUTO_TEST_CASE(a_named_file_that_is_not_there_is_no_matter_of_another_place) {
  put_all();
  config.mattermost.bot_token_file = folder / "elsewhere";

  BOOST_TEST(
      holds(refusal(), "mattermost.bot_token_file: " + (folder / "elsewhere") + " is not there"));
}

BOOST_AUTO_TEST_CASE(a_key_of_another_length_is_refused_without_being_shown) {
  put_all();
  folder.allow("master-key", perms::owner_all);
  folder.put("master-key", "much too short");

  BOOST_TEST(holds(refusal(), "storage.master_key_file: "));
  BOOST_TEST(!holds(refusal(), "much too short"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
