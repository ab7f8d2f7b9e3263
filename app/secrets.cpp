#include "app/secrets.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "app/platform.h"

namespace belfry::app {
namespace {

/// One secret: where it may stand, under the names that an administrator knows.
struct Place {
  const char* name;         ///< `belfry.<name>` as a credential, `<name>` beside the configuration
  const char* setting;      ///< the key that names a file
  const std::string& file;  ///< the key's value
};

struct Found {
  std::string path;
  bool is_credential = false;
};

bool is_there(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// The first that there is; none is not yet a fault.
std::optional<Found> find(const Place& place, const Config& config,
                          const Environment& environment) {
  if (const auto folder = environment.find("CREDENTIALS_DIRECTORY"); folder != environment.end()) {
    const std::string path = folder->second + "/belfry." + place.name;
    if (is_there(path)) return Found{path, true};
  }
  if (!place.file.empty()) return Found{place.file};
  const std::string beside = config.folder + "/" + place.name;
  if (!config.folder.empty() && is_there(beside)) return Found{beside};
  return std::nullopt;
}

/// Empty when it is nowhere.
Result<Secret> read_secret(const Place& place, const Config& config,
                           const Environment& environment) {
  const auto found = find(place, config, environment);
  if (!found) return Secret{};
  // systemd has seen to a credential's permissions.
  if (!found->is_credential) {
    const auto checked = platform::check_private_file(found->path, config.storage.path);
    if (!checked)
      return fail(ErrorKind::refused, std::string(place.setting) + ": " + checked.error().text);
  }
  std::ifstream in(found->path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) {
    return fail(ErrorKind::refused,
                std::string(place.setting) + ": " + found->path + " cannot be read");
  }
  return Secret{std::move(text).str()};
}

Error missing(const Place& place, const std::string& advice) {
  const std::string name(place.name);
  return {ErrorKind::refused,
          std::string(place.setting) +
              " is not set, and there is neither a systemd credential belfry." + name +
              " nor a file " + name + " beside the configuration; " + advice,
          std::nullopt,
          0,
          {}};
}

Secret without_blanks_around(const Secret& secret) {
  const std::string& text = secret.reveal();
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return Secret{};
  return Secret{text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1)};
}

}  // namespace

Result<storage::MasterKey> load_master_key(const Config& config, const Environment& environment) {
  const Place place{"master-key", "storage.master_key_file", config.storage.master_key_file};
  const auto content = read_secret(place, config, environment);
  if (!content) return fail(content.error());
  if (content->empty()) {
    return fail(
        missing(place, "make a key with: openssl rand -base64 32 > FILE && chmod 0400 FILE"));
  }
  auto key = storage::MasterKey::parse(content->reveal());
  if (!key) return fail(ErrorKind::refused, std::string(place.setting) + ": " + key.error().text);
  return key;
}

Result<Secrets> load_secrets(const Config& config, const Environment& environment) {
  auto master_key = load_master_key(config, environment);
  if (!master_key) return fail(master_key.error());
  Secrets secrets{std::move(*master_key), {}, {}, {}};

  const auto required = [&](const Place& place, const char* advice) -> Result<Secret> {
    const auto content = read_secret(place, config, environment);
    if (!content) return fail(content.error());
    Secret secret = without_blanks_around(*content);
    if (secret.empty()) return fail(missing(place, advice));
    return secret;
  };
  auto client_secret =
      required({"client-secret", "teams.client_secret_file", config.teams.client_secret_file},
               "make one in Entra: app registration > Certificates & secrets");
  if (!client_secret) return fail(client_secret.error());
  secrets.client_secret = std::move(*client_secret);
  auto bot_token =
      required({"bot-token", "mattermost.bot_token_file", config.mattermost.bot_token_file},
               "make a bot in Mattermost: Integrations > Bot Accounts; its token is shown once");
  if (!bot_token) return fail(bot_token.error());
  secrets.bot_token = std::move(*bot_token);

  const auto command_tokens = read_secret(
      {"command-token", "mattermost.command_token_file", config.mattermost.command_token_file},
      config, environment);
  if (!command_tokens) return fail(command_tokens.error());
  std::istringstream lines(command_tokens->reveal());
  for (std::string line; std::getline(lines, line);) {
    if (Secret token = without_blanks_around(Secret{line}); !token.empty())
      secrets.command_tokens.push_back(std::move(token));
  }
  return secrets;
}

}  // namespace belfry::app
