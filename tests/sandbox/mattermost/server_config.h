#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace belfry::sandbox::mattermost {

/// One state of the server's configuration: text values by name, immutable.
class Settings {
 public:
  explicit Settings(std::map<std::string, std::string, std::less<>> values);

  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] bool is_on(std::string_view key) const { return text(key) == "true"; }
  [[nodiscard]] std::int64_t number(std::string_view key) const;

  /// `GET /config/client`, with and without a token.
  [[nodiscard]] const std::string& client_json() const { return client_json_; }
  [[nodiscard]] const std::string& anonymous_json() const { return anonymous_json_; }
  /// `11.6.0.20881273947.{hash of the client's part}.false`
  [[nodiscard]] const std::string& version_id() const { return version_id_; }
  /// The path in `SiteURL`, without a slash at its end.
  [[nodiscard]] const std::string& base_path() const { return base_path_; }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& values() const {
    return values_;
  }

 private:
  const std::map<std::string, std::string, std::less<>> values_;
  std::string client_json_;
  std::string anonymous_json_;
  std::string version_id_;
  std::string base_path_;
};

using SettingsPtr = std::shared_ptr<const Settings>;

/// The configuration, changed as an administrator does.
///
/// Besides the keys of `/config/client` there are these, which no client sees (the server's default
/// in brackets): `MaximumPayloadSizeBytes` (300000), `MaxImageResolution` (33177600),
/// `EnableHardenedMode`, `AllowedUntrustedInternalConnections` (here: the loopback addresses),
/// `OutgoingIntegrationRequestsTimeout` (30), `DisableBotsWhenOwnerIsDeactivated` (true),
/// `Licensed`, `ServerHostname`, and for the rate limiter `RateLimitEnable` (false),
/// `RateLimitPerSec` (10), `RateLimitMaxBurst` (100), `RateLimitVaryByRemoteAddr` (true),
/// `RateLimitVaryByUser`, `RateLimitVaryByHeader`.
///
/// `SiteURL` starts empty, and slash commands need it: set it to the address of the server.
/// Threads  All functions from any thread.
class ServerConfig {
 public:
  ServerConfig();

  [[nodiscard]] SettingsPtr current() const;
  void set(std::string_view key, std::string_view value);

 private:
  mutable std::mutex mutex_;
  SettingsPtr current_;  // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
