#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/deliver.h"
#include "sync/policy/route_choice.h"
#include "sync/subscriptions.h"

namespace belfry::app {

/// Names and values of the process' environment.
using Environment = std::map<std::string, std::string>;

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { text, json };

inline constexpr const char* k_default_config = "/etc/belfry/belfry.toml";

/// What the configuration file and the environment say, checked: behind load_config() every value
/// is valid.
struct Config {
  std::string folder;  ///< of the file: secrets may stand beside it (app/secrets.h)
  struct Server {
    std::string public_url;  ///< without a slash at its end
    std::string listen = "127.0.0.1:8443";
    std::string tls_certificate;
    std::string tls_private_key;
    std::string admin_listen = "127.0.0.1:8444";
    bool allow_plain_http = false;
  } server;
  struct Teams {
    std::string tenant_id;
    std::string client_id;
    std::string client_secret_file;
    sync::PaymentModel payment_model = sync::PaymentModel::evaluation;
    sync::SubscribeKind subscribe = sync::SubscribeKind::automatic;
    std::int64_t max_chat_subscriptions = 5000;
    std::int64_t evaluation_cap = 500;
    bool resource_data = true;
    /// Of the certificates made from now on; each message costs one private operation.
    std::int64_t certificate_bits = 3072;
    std::string cloud = "global";
    std::string graph_url;  ///< empty: the cloud's
    std::string login_url;
  } teams;
  struct Mattermost {
    std::string url;
    std::string bot_token_file;
    std::string command = "msteams";
    std::string command_token_file;
    std::vector<std::string> admins;
    std::string ca_file;
    bool allow_plain_http = false;
  } mattermost;
  struct Storage {
    std::string path = "/var/lib/belfry/store";
    std::string master_key_file;
  } storage;
  struct Deliver {
    bool skip_active = true;
    sync::OnDelete on_delete = sync::OnDelete::mark;
  } deliver;
  struct Render {
    std::string languages;  ///< folder with files of more languages; empty: none
  } render;
  struct Reconcile {
    sync::RouteChoice route = sync::RouteChoice::automatic;
    Duration interval = std::chrono::hours{24};
    Duration exhausted_interval = std::chrono::minutes{15};
    std::string silence = "auto";  ///< or a duration
    Duration max_age = std::chrono::hours{72};
  } reconcile;
  struct Accounts {
    bool require_same_email = true;
    std::int64_t max_connected = 1000;
    bool restricted = false;
    std::int64_t max_pending_invites = 0;
  } accounts;
  struct Log {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
  } log;
};

/// Reads the file, then lets the environment (`BELFRY_SECTION__KEY`) override it. Where there is no
/// file at the default place the environment may be all there is. Errors: refused; the text names
/// the file and for each fault the line, the key and the expected form, one a line.
[[nodiscard]] Result<Config> load_config(const std::string& path, const Environment& environment);
/// The same for a text, for tests and for the commented default file.
[[nodiscard]] Result<Config> parse_config(std::string_view toml, const std::string& file_name,
                                          const Environment& environment);

/// `24h`, `15m`, `90s`, `500ms`, `7d`; nothing for anything else.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The path of a URL without a slash at its end; empty for the root.
[[nodiscard]] std::string path_of_url(std::string_view url);

}  // namespace belfry::app
