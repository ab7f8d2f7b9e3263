#include "app/config.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "app/config_reader.h"
#include "net/http/url.h"
#include "sync/policy/sweep_rules.h"

namespace belfry::app {
namespace {

enum class PlainHttp { on_loopback, anywhere };

void check_url(ConfigReader& reader, const char* key, std::string& url, PlainHttp plain) {
  if (url.empty()) return;
  while (url.ends_with('/')) url.pop_back();
  const auto parsed = net::parse_url(url);
  if (!parsed || url.find_first_of("?#") != std::string::npos) {
    reader.wrong(key, "has to be a URL such as \"https://belfry.example.com\"");
  } else if (parsed->scheme == net::Url::Scheme::http && plain == PlainHttp::on_loopback &&
             !net::is_loopback(parsed->host)) {
    reader.wrong(key, "has to begin with https:// (http:// is taken on loopback addresses only)");
  }
}

/// `host:port` as a URL has it; port 0 = any free one.
bool is_address(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || address.find_first_of("/?#@") != std::string::npos)
    return false;
  int port = -1;
  const char* const end = address.data() + address.size();
  const auto [parsed, error] = std::from_chars(address.data() + colon + 1, end, port);
  if (error != std::errc{} || parsed != end || port < 0 || port > 65535) return false;
  return net::parse_url("http://" + address.substr(0, colon)).has_value();
}

std::string host_of(const std::string& address) {
  const auto url = net::parse_url("http://" + address.substr(0, address.rfind(':')));
  return url ? url->host : std::string{};
}

void check_address(ConfigReader& reader, const char* key, const std::string& address) {
  if (!is_address(address))
    reader.wrong(key, "has to be host:port, such as \"127.0.0.1:8443\" or \"[::1]:8443\"");
}

void check_guid(ConfigReader& reader, const char* key, const std::string& text) {
  constexpr std::size_t k_length = 36;
  bool is_guid = text.size() == k_length;
  for (std::size_t i = 0; is_guid && i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    is_guid = is_dash ? text[i] == '-' : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
  }
  if (!text.empty() && !is_guid) {
    reader.wrong(key,
                 "has to be a GUID such as \"3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113\" (Entra shows "
                 "it as an ID)");
  }
}

void read_server(ConfigReader& reader, Config::Server& server) {
  reader.section("server");
  reader.required_text("public_url", server.public_url,
                       "the URL under which Microsoft reaches Belfry");
  reader.text("listen", server.listen);
  reader.text("tls_certificate", server.tls_certificate);
  reader.text("tls_private_key", server.tls_private_key);
  reader.text("admin_listen", server.admin_listen);
  reader.flag("allow_plain_http", server.allow_plain_http);
  check_url(reader, "public_url", server.public_url, PlainHttp::on_loopback);
  check_address(reader, "listen", server.listen);
  check_address(reader, "admin_listen", server.admin_listen);
  if (server.tls_certificate.empty() != server.tls_private_key.empty()) {
    reader.wrong("tls_certificate", "and tls_private_key have to be given together");
  }
  if (server.listen == server.admin_listen && !server.listen.ends_with(":0")) {
    reader.wrong("admin_listen", "has to differ from server.listen");
  }
  const bool is_plain = server.tls_certificate.empty() && !server.allow_plain_http;
  if (is_plain && is_address(server.listen) && !net::is_loopback(host_of(server.listen))) {
    reader.wrong(
        "listen",
        "needs tls_certificate beyond loopback, or allow_plain_http = true behind a proxy");
  }
}

void read_teams(ConfigReader& reader, Config::Teams& teams) {
  reader.section("teams");
  reader.required_text("tenant_id", teams.tenant_id, "the directory (tenant) ID of Entra");
  reader.required_text("client_id", teams.client_id,
                       "the application (client) ID of the app registration");
  reader.text("client_secret_file", teams.client_secret_file);
  reader.choice<sync::PaymentModel>("payment_model", teams.payment_model,
                                    {{"evaluation", sync::PaymentModel::evaluation},
                                     {"A", sync::PaymentModel::a},
                                     {"B", sync::PaymentModel::b},
                                     {"none", sync::PaymentModel::none}});
  reader.choice<sync::SubscribeKind>("subscribe", teams.subscribe,
                                     {{"auto", sync::SubscribeKind::automatic},
                                      {"tenant", sync::SubscribeKind::tenant},
                                      {"accounts", sync::SubscribeKind::accounts},
                                      {"chats", sync::SubscribeKind::chats}});
  reader.number("max_chat_subscriptions", teams.max_chat_subscriptions, 1, 10'000);
  reader.number("evaluation_cap", teams.evaluation_cap, 0, 1'000'000);
  reader.flag("resource_data", teams.resource_data);
  reader.number("certificate_bits", teams.certificate_bits, 2048, 4096);
  if (teams.certificate_bits % 1024 != 0)
    reader.wrong("certificate_bits", "has to be 2048, 3072 or 4096");
  reader.choice<std::string>(
      "cloud", teams.cloud,
      {{"global", "global"}, {"gcc-high", "gcc-high"}, {"dod", "dod"}, {"china", "china"}});
  reader.text("graph_url", teams.graph_url);
  reader.text("login_url", teams.login_url);
  check_guid(reader, "tenant_id", teams.tenant_id);
  check_guid(reader, "client_id", teams.client_id);
  check_url(reader, "graph_url", teams.graph_url, PlainHttp::on_loopback);
  check_url(reader, "login_url", teams.login_url, PlainHttp::on_loopback);
  const bool is_per_user_in_model_a = teams.subscribe == sync::SubscribeKind::accounts &&
                                      teams.payment_model == sync::PaymentModel::a;
  if (is_per_user_in_model_a)
    reader.wrong("subscribe", "= \"accounts\" is not offered in payment model A");
}

void read_mattermost(ConfigReader& reader, Config::Mattermost& mattermost) {
  reader.section("mattermost");
  reader.required_text("url", mattermost.url, "the site URL of the Mattermost server");
  reader.text("bot_token_file", mattermost.bot_token_file);
  reader.text("command", mattermost.command);
  reader.text("command_token_file", mattermost.command_token_file);
  reader.texts("admins", mattermost.admins);
  for (std::string& name : mattermost.admins) {
    if (name.starts_with('@')) name.erase(0, 1);  // as people write it
  }
  reader.text("ca_file", mattermost.ca_file);
  reader.flag("allow_plain_http", mattermost.allow_plain_http);
  const bool is_word = !mattermost.command.empty() &&
                       mattermost.command.find_first_of(" /\t\"") == std::string::npos;
  if (!is_word) reader.wrong("command", "has to be a word without a slash, such as \"msteams\"");
  check_url(reader, "url", mattermost.url,
            mattermost.allow_plain_http ? PlainHttp::anywhere : PlainHttp::on_loopback);
}

void read_rest(ConfigReader& reader, Config& config) {
  reader.section("storage");
  reader.text("path", config.storage.path);
  if (config.storage.path.empty()) reader.wrong("path", "has to be a directory");
  reader.text("master_key_file", config.storage.master_key_file);
  reader.section("deliver");
  reader.flag("skip_active", config.deliver.skip_active);
  reader.choice<sync::OnDelete>("on_delete", config.deliver.on_delete,
                                {{"mark", sync::OnDelete::mark},
                                 {"remove", sync::OnDelete::remove},
                                 {"ignore", sync::OnDelete::ignore}});
  reader.section("render");
  reader.text("languages", config.render.languages);
  reader.section("reconcile");
  reader.choice<sync::RouteChoice>("route", config.reconcile.route,
                                   {{"auto", sync::RouteChoice::automatic},
                                    {"list", sync::RouteChoice::list},
                                    {"delta", sync::RouteChoice::delta}});
  // Simulators may be asked as often as a test wants.
  const Duration least =
      config.teams.graph_url.empty() ? Duration{std::chrono::minutes{1}} : Duration{1000};
  reader.duration("interval", config.reconcile.interval, least);
  reader.duration("exhausted_interval", config.reconcile.exhausted_interval, least);
  reader.text("silence", config.reconcile.silence);
  if (config.reconcile.silence != "auto" && !parse_duration(config.reconcile.silence)) {
    reader.wrong("silence", "has to be \"auto\" or a duration such as \"2h\"");
  }
  reader.duration("max_age", config.reconcile.max_age, std::chrono::minutes{1});
  if (config.reconcile.max_age > sync::SweepRules{}.most_back)
    reader.wrong("max_age", "has to be at most 30d: nothing older is looked for");
  reader.section("accounts");
  reader.flag("require_same_email", config.accounts.require_same_email);
  reader.number("max_connected", config.accounts.max_connected, 0, 1'000'000);
  reader.flag("restricted", config.accounts.restricted);
  reader.number("max_pending_invites", config.accounts.max_pending_invites, 0, 1'000'000);
  reader.section("log");
  reader.choice<LogLevel>("level", config.log.level,
                          {{"debug", LogLevel::debug},
                           {"info", LogLevel::info},
                           {"warn", LogLevel::warn},
                           {"error", LogLevel::error}});
  reader.choice<LogFormat>("format", config.log.format,
                           {{"text", LogFormat::text}, {"json", LogFormat::json}});
}

}  // namespace

Result<Config> load_config(const std::string& path, const Environment& environment) {
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(path, ignored);
  if (!is_there && path == k_default_config && ConfigReader::has_settings(environment))
    return parse_config("", path, environment);
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text || std::filesystem::is_directory(path, ignored)) {
    return fail(
        ErrorKind::refused,
        path + " cannot be read; give another file with --config, or copy the default one there");
  }
  return parse_config(text.str(), path, environment);
}

Result<Config> parse_config(std::string_view toml, const std::string& file_name,
                            const Environment& environment) {
  toml::table root;
  try {
    root = toml::parse(toml, file_name);
  } catch (const toml::parse_error& e) {
    return fail(ErrorKind::refused,
                fmt::format("{}:{}: {}", file_name, e.source().begin.line, e.description()));
  }
  Config config;
  config.folder = std::filesystem::path(file_name).parent_path().string();
  ConfigReader reader(root, file_name, environment);
  read_server(reader, config.server);
  read_teams(reader, config.teams);
  read_mattermost(reader, config.mattermost);
  read_rest(reader, config);
  reader.refuse_unknown();
  if (std::string faults = reader.faults(); !faults.empty())
    return fail(ErrorKind::refused, std::move(faults));
  return config;
}

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  constexpr std::int64_t k_most = 100'000;
  if (error != std::errc{} || count < 0 || count > k_most) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit == "ms") return Duration{count};
  if (unit == "s") return std::chrono::seconds{count};
  if (unit == "m") return std::chrono::minutes{count};
  if (unit == "h") return std::chrono::hours{count};
  if (unit == "d") return std::chrono::days{count};
  return std::nullopt;
}

std::string path_of_url(std::string_view url) {
  const auto parsed = net::parse_url(url);
  if (!parsed) return {};
  std::string path = parsed->target.substr(0, parsed->target.find('?'));
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace belfry::app
