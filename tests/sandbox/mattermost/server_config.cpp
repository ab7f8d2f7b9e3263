#include "tests/sandbox/mattermost/server_config.h"

#include <array>
#include <charconv>
#include <set>

#include <Poco/MD5Engine.h>
#include <fmt/format.h>

#include "tests/sandbox/mattermost/json_text.h"

namespace belfry::sandbox::mattermost {

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

const Values& default_values() {
  static const Values k_values{
      {"AllowCustomThemes", "true"},
      {"BuildDate", "Wed Apr  8 10:12:41 UTC 2026"},
      {"BuildEnterpriseReady", "true"},
      {"BuildHash", "5f1c0e9a7b3d42860c1e9f7a6b5d4c3e2f1a0b9c"},
      {"BuildHashEnterprise", "none"},
      {"BuildNumber", "20881273947"},
      {"CustomUrlSchemes", ""},
      {"DefaultClientLocale", "en"},
      {"EnableBotAccountCreation", "true"},
      {"EnableCommands", "true"},
      {"EnableCustomEmoji", "false"},
      {"EnableFileAttachments", "true"},
      {"EnableInlineLatex", "true"},
      {"EnableLatex", "false"},
      {"EnableLinkPreviews", "true"},
      {"EnablePermalinkPreviews", "true"},
      {"EnablePostIconOverride", "false"},
      {"EnablePostUsernameOverride", "false"},
      {"EnableUserAccessTokens", "false"},
      {"EnableUserStatuses", "true"},
      {"ExperimentalTimezone", "true"},
      {"MaxFileSize", "104857600"},
      {"MaxMarkdownNodes", "0"},
      {"MaxPostSize", "16383"},
      {"MinimumHashtagLength", "3"},
      {"PostEditTimeLimit", "-1"},
      {"PostPriority", "true"},
      {"RestrictDirectMessage", "any"},
      {"SQLDriverName", "postgres"},
      {"SchemaVersion", "159"},
      {"ShowEmailAddress", "true"},
      {"ShowFullName", "true"},
      {"SiteName", "Mattermost"},
      {"SiteURL", ""},
      {"TeammateNameDisplay", "full_name"},
      {"Version", "11.6.0"},
      // From here on: not in /config/client.
      {"AllowedUntrustedInternalConnections", "127.0.0.1 localhost ::1"},
      {"DisableBotsWhenOwnerIsDeactivated", "true"},
      {"EnableHardenedMode", "false"},
      {"Licensed", "false"},
      {"MaxImageResolution", "33177600"},
      {"MaximumPayloadSizeBytes", "300000"},
      {"OutgoingIntegrationRequestsTimeout", "30"},
      {"RateLimitEnable", "false"},
      {"RateLimitMaxBurst", "100"},
      {"RateLimitPerSec", "10"},
      {"RateLimitVaryByHeader", ""},
      {"RateLimitVaryByRemoteAddr", "true"},
      {"RateLimitVaryByUser", "false"},
      {"ServerHostname", "mm-1"},
  };
  return k_values;
}

const std::set<std::string_view>& server_only() {
  static const std::set<std::string_view> k_names{"AllowedUntrustedInternalConnections",
                                                  "DisableBotsWhenOwnerIsDeactivated",
                                                  "EnableHardenedMode",
                                                  "Licensed",
                                                  "MaxImageResolution",
                                                  "MaximumPayloadSizeBytes",
                                                  "OutgoingIntegrationRequestsTimeout",
                                                  "RateLimitEnable",
                                                  "RateLimitMaxBurst",
                                                  "RateLimitPerSec",
                                                  "RateLimitVaryByHeader",
                                                  "RateLimitVaryByRemoteAddr",
                                                  "RateLimitVaryByUser",
                                                  "ServerHostname"};
  return k_names;
}

constexpr std::array<std::string_view, 9> k_anonymous{"BuildEnterpriseReady",
                                                      "BuildNumber",
                                                      "DefaultClientLocale",
                                                      "EnableBotAccountCreation",
                                                      "EnableCustomEmoji",
                                                      "EnableUserStatuses",
                                                      "SiteName",
                                                      "SiteURL",
                                                      "Version"};

std::string md5_text(const std::string& bytes) {
  Poco::MD5Engine engine;
  engine.update(bytes);
  return Poco::DigestEngine::digestToHex(engine.digest());
}

std::string path_of(std::string_view url) {
  const auto host = url.find("://");
  if (host == std::string_view::npos) return {};
  const auto slash = url.find('/', host + 3);
  if (slash == std::string_view::npos) return {};
  std::string path(url.substr(slash));
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

Settings::Settings(std::map<std::string, std::string, std::less<>> values)
    : values_(std::move(values)) {
  JsonObject client;
  for (const auto& [key, value] : values_)
    if (!server_only().contains(key)) client.text(key, value);
  client_json_ = client.take();
  JsonObject anonymous;
  for (const auto key : k_anonymous) anonymous.text(key, text(key));
  anonymous_json_ = anonymous.take();
  version_id_ = fmt::format("{}.{}.{}.{}", text("Version"), text("BuildNumber"),
                            md5_text(client_json_), is_on("Licensed") ? "true" : "false");
  base_path_ = path_of(text("SiteURL"));
}

std::string Settings::text(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::string() : found->second;
}

std::int64_t Settings::number(std::string_view key) const {
  const std::string value = text(key);
  std::int64_t out = 0;
  std::from_chars(value.data(), value.data() + value.size(), out);
  return out;
}

ServerConfig::ServerConfig() : current_(std::make_shared<Settings>(default_values())) {}

SettingsPtr ServerConfig::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void ServerConfig::set(std::string_view key, std::string_view value) {
  const std::lock_guard lock(mutex_);
  auto values = current_->values();
  values.insert_or_assign(std::string(key), std::string(value));
  current_ = std::make_shared<Settings>(std::move(values));
}

}  // namespace belfry::sandbox::mattermost
