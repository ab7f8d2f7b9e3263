#include "app/secrets.h"

#include <fstream>
#include <sstream>

#include "app/platform.h"

namespace belfry::app {
namespace {

enum class Need { required, optional };

/// The named file, else the credential; empty when neither is given and none is needed.
Result<Secret> read_secret(const std::string& file, const char* key, const char* credential,
                           Need need, const Environment& environment) {
  std::string path = file;
  if (path.empty()) {
    const auto folder = environment.find("CREDENTIALS_DIRECTORY");
    if (folder != environment.end()) path = folder->second + "/" + credential;
    if (!path.empty() && !std::ifstream(path)) path.clear();
  } else if (const auto checked = platform::check_private_file(path); !checked) {
    return fail(ErrorKind::refused, std::string(key) + ": " + checked.error().text);
  }
  if (path.empty()) {
    if (need == Need::optional) return Secret{};
    return fail(ErrorKind::refused,
                std::string(key) + " is not set and there is no systemd credential " + credential);
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(ErrorKind::refused, std::string(key) + ": " + path + " cannot be read");
  return Secret{text.str()};
}

Secret without_blanks_around(const Secret& secret) {
  const std::string& text = secret.reveal();
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return Secret{};
  return Secret{text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1)};
}

}  // namespace

Result<storage::MasterKey> load_master_key(const Config& config, const Environment& environment) {
  const auto content = read_secret(config.storage.master_key_file, "storage.master_key_file",
                                   "belfry.master-key", Need::required, environment);
  if (!content) {
    return fail(ErrorKind::refused,
                content.error().text +
                    "; make a key with: openssl rand -base64 32 > FILE && chmod 0400 FILE");
  }
  return storage::MasterKey::parse(content->reveal());
}

Result<Secrets> load_secrets(const Config& config, const Environment& environment) {
  auto master_key = load_master_key(config, environment);
  if (!master_key) return fail(master_key.error());
  const auto client_secret =
      read_secret(config.teams.client_secret_file, "teams.client_secret_file",
                  "belfry.client-secret", Need::required, environment);
  if (!client_secret) return fail(client_secret.error());
  const auto bot_token = read_secret(config.mattermost.bot_token_file, "mattermost.bot_token_file",
                                     "belfry.bot-token", Need::required, environment);
  if (!bot_token) return fail(bot_token.error());
  const auto command_token =
      read_secret(config.mattermost.command_token_file, "mattermost.command_token_file",
                  "belfry.command-token", Need::optional, environment);
  if (!command_token) return fail(command_token.error());
  Secrets secrets{std::move(*master_key),
                  without_blanks_around(*client_secret),
                  without_blanks_around(*bot_token),
                  {}};
  std::istringstream lines(command_token->reveal());
  for (std::string line; std::getline(lines, line);) {
    if (Secret token = without_blanks_around(Secret{line}); !token.empty())
      secrets.command_tokens.push_back(token);
  }
  return secrets;
}

}  // namespace belfry::app
