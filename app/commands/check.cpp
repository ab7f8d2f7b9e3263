#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/commands/command.h"
#include "app/languages.h"
#include "app/metrics.h"
#include "app/os_entropy.h"
#include "app/secrets.h"
#include "app/system_clock.h"
#include "app/system_time_zones.h"
#include "app/upstreams.h"
#include "net/entra/entra_json.h"
#include "net/json/json_writer.h"
#include "storage/rocks_store.h"
#include "sync/allowance.h"
#include "sync/server_time.h"

namespace belfry::app {
namespace {

/// Application permissions that Belfry needs. Source: Graph, permissions of chats and presence.
constexpr std::array<const char*, 2> k_roles = {"Chat.Read.All", "Presence.Read.All"};
constexpr Duration k_secret_warning = std::chrono::days{30};

enum class Verdict { good, doubtful, bad };

struct Finding {
  std::string what;
  Verdict verdict = Verdict::good;
  std::string detail;  ///< what was found; for `bad` also how to mend it
};

/// Tests one thing after the other; what stands on a broken thing is left out.
class Examination {
 public:
  explicit Examination(const CommandContext& context) : context_(context) {}

  std::vector<Finding> run() {
    if (!read_config()) return std::move(findings_);
    look_at_languages();
    if (read_secrets()) {
      look_at_store();
      look_at_tls();
      if (make_upstreams()) {
        look_at_entra();
        look_at_mattermost();
        look_at_public_url();
      }
    }
    return std::move(findings_);
  }

 private:
  bool note(const char* what, Verdict verdict, std::string detail) {
    findings_.push_back({what, verdict, std::move(detail)});
    return verdict != Verdict::bad;
  }

  bool read_config() {
    auto config = load_config(context_.config_path, context_.environment);
    if (!config) return note("configuration", Verdict::bad, config.error().text);
    config_ = std::move(*config);
    return note("configuration", Verdict::good, context_.config_path);
  }

  void look_at_languages() {
    const auto catalogue = load_languages(config_.render.languages);
    if (catalogue) {
      note("languages", Verdict::good, fmt::format("{}", fmt::join(catalogue->languages(), ", ")));
    } else {
      note("languages", Verdict::bad, catalogue.error().text);
    }
    if (!SystemTimeZones().offset_at("Europe/Berlin", clock_.now().wall)) {
      note("time zones", Verdict::doubtful,
           "are not installed, so posts tell times in UTC: install tzdata");
    }
  }

  bool read_secrets() {
    auto secrets = load_secrets(config_, context_.environment);
    if (!secrets) return note("secrets", Verdict::bad, secrets.error().text);
    secrets_.push_back(std::move(*secrets));
    if (secrets_[0].command_tokens.empty()) {
      note("slash command", Verdict::doubtful,
           "no command token is set: people write to the bot in a direct message instead. For /" +
               config_.mattermost.command + " make a slash command with the URL " +
               config_.server.public_url +
               "/command and put its token into mattermost.command_token_file");
    }
    return note("secrets", Verdict::good, "master key, client secret and bot token are there");
  }

  void look_at_tls() {
    const std::string& certificate = config_.server.tls_certificate;
    if (certificate.empty()) {
      note("TLS", Verdict::good, "plain HTTP behind a reverse proxy on " + config_.server.listen);
    } else if (!std::ifstream(certificate) || !std::ifstream(config_.server.tls_private_key)) {
      note("TLS", Verdict::bad, "server.tls_certificate or server.tls_private_key cannot be read");
    } else {
      note("TLS", Verdict::good, certificate);
    }
  }

  /// Graph's handshake from outside. Needs the running service.
  void look_at_public_url() {
    net::HttpRequest request;
    request.method = "POST";
    request.url = config_.server.public_url + "/changes?validationToken=belfry%20check";
    request.content_type = "text/plain; charset=utf-8";
    request.repetition = net::Repetition::harmless;
    const auto answer = upstreams_->http().send(request);
    if (!answer) {
      note("public URL", Verdict::bad,
           config_.server.public_url + " does not answer: " + answer.error().text +
               ". Is the service running, and does the reverse proxy lead to server.listen?");
    } else if (answer->status != 200 || answer->body != "belfry check") {
      note("public URL", Verdict::bad,
           fmt::format(
               "{} answers the validation handshake with status {}: something else listens there",
               config_.server.public_url, answer->status));
    } else {
      note("public URL", Verdict::good,
           config_.server.public_url + " answers the validation handshake");
    }
  }

  void look_at_store() {
    storage::StoreOptions options;
    options.path = config_.storage.path;
    const auto store = storage::RocksStore::open(options, secrets_[0].master_key, clock_);
    if (store) {
      note("store", Verdict::good, config_.storage.path);
    } else {
      const bool is_held = store.error().kind == ErrorKind::refused;
      note("store", is_held ? Verdict::doubtful : Verdict::bad,
           store.error().text + (is_held ? " (the running service has it: then all is well)" : ""));
    }
  }

  bool make_upstreams() {
    auto upstreams = Upstreams::open(config_, secrets_[0], context_.environment, metrics_,
                                     {clock_, entropy_, server_time_});
    if (!upstreams) return note("CA file and proxies", Verdict::bad, upstreams.error().text);
    upstreams_ = std::move(*upstreams);
    return true;
  }

  void look_at_entra() {
    const auto token = upstreams_->entra().app_token();
    if (!token) {
      note("Entra", Verdict::bad, token.error().text);
      return;
    }
    note("Entra", Verdict::good, "a token was issued for client " + config_.teams.client_id);
    look_at_clock();
    const std::vector<std::string> roles = net::roles_of(token->access);
    for (const char* role : k_roles) {
      const bool is_granted = std::find(roles.begin(), roles.end(), role) != roles.end();
      note("permission", is_granted ? Verdict::good : Verdict::bad,
           std::string(role) +
               (is_granted ? " is granted"
                           : " is missing: add it under API permissions > Microsoft Graph > "
                             "Application permissions and grant admin consent"));
    }
    look_at_secret_expiry(token->access);
  }

  void look_at_clock() {
    const auto ahead = server_time_.ahead();
    if (!ahead) return;
    const Duration tolerance = sync::AllowancePolicy{}.clock_tolerance;
    const bool differs = std::chrono::abs(*ahead) > tolerance;
    note("clock", differs ? Verdict::doubtful : Verdict::good,
         differs ? fmt::format("this machine's time is {} min {} Microsoft's: set it (NTP). Posts "
                               "and sweeps go by it; the month's allowance goes by Microsoft's",
                               std::chrono::abs(*ahead) / std::chrono::minutes{1},
                               *ahead > Duration{} ? "ahead of" : "behind")
                 : "agrees with Microsoft's");
  }

  void look_at_secret_expiry(const Secret& token) {
    const auto expiry = upstreams_->graph().client_secret_expiry(token, config_.teams.client_id,
                                                                 secrets_[0].client_secret);
    if (!expiry || !expiry->has_value()) {
      note("client secret", Verdict::doubtful,
           "its expiry is unknown (Application.Read.All is not granted, which Belfry does not need "
           "otherwise)");
      return;
    }
    const Duration left = **expiry - clock_.now().wall;
    const bool is_near = left < k_secret_warning;
    note("client secret", is_near ? Verdict::bad : Verdict::good,
         "expires " + format_iso8601(**expiry) +
             (is_near ? ": make a new one in Entra and replace the file" : ""));
  }

  void look_at_mattermost() {
    auto& mattermost = upstreams_->mattermost();
    const auto server = mattermost.server();
    if (!server) {
      note("Mattermost", Verdict::bad, config_.mattermost.url + ": " + server.error().text);
      return;
    }
    note("Mattermost", Verdict::good, server->version + " on " + server->database);
    const auto bot = mattermost.bot();
    if (!bot) {
      note("bot", Verdict::bad,
           "the bot's token is refused: " + bot.error().text +
               ". Make a new one; a bot is also disabled when its owner is deactivated");
      return;
    }
    note("bot", Verdict::good, "@" + bot->username);
    for (const std::string& name : config_.mattermost.admins) look_at_administrator(name);
    if (!server->shows_mail_addresses && config_.accounts.require_same_email) {
      note("mail addresses", Verdict::bad,
           "are hidden (ShowEmailAddress), so nobody can connect: show them, make the bot a system "
           "administrator, or "
           "set accounts.require_same_email = false");
    }
    if (server->restricts_direct_messages) {
      note("direct messages", Verdict::doubtful,
           "are restricted to teams (RestrictDirectMessage): add the bot to every team of the "
           "people it shall reach");
    }
  }

  void look_at_administrator(const std::string& name) {
    const auto user = upstreams_->mattermost().user_by_name(name);
    const std::string setting = "@" + name + " of mattermost.admins ";
    if (user && user->is_active) {
      note("administrator", Verdict::good, setting + "is told when the allowance runs out");
    } else if (user) {
      note("administrator", Verdict::doubtful, setting + "is deactivated and cannot be written to");
    } else if (user.error().kind == ErrorKind::gone) {
      note("administrator", Verdict::doubtful,
           setting + "is unknown in Mattermost: a user name is wanted, without domain");
    } else {
      note("administrator", Verdict::doubtful,
           setting + "cannot be looked up: " + user.error().text);
    }
  }

  const CommandContext& context_;
  SystemClock clock_;
  OsEntropy entropy_;
  sync::ServerTime server_time_;
  Metrics metrics_;
  Config config_;
  std::vector<Secrets> secrets_;  ///< one, once they are read
  std::unique_ptr<Upstreams> upstreams_;
  std::vector<Finding> findings_;
};

const char* sign_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "ok  ";
    case Verdict::doubtful:
      return "note";
    case Verdict::bad:
      return "BAD ";
  }
  return "";
}

}  // namespace

ExitCode run_check(const CommandContext& context) {
  const std::vector<Finding> findings = Examination(context).run();
  bool is_good = true;
  std::vector<std::string> list;
  for (const Finding& finding : findings) {
    is_good = is_good && finding.verdict != Verdict::bad;
    if (context.prints_json) {
      list.push_back(net::JsonObject()
                         .text("what", finding.what)
                         .flag("ok", finding.verdict != Verdict::bad)
                         .text("detail", finding.detail)
                         .take());
    } else {
      fmt::print("{}  {:<16} {}\n", sign_of(finding.verdict), finding.what, finding.detail);
    }
  }
  if (context.prints_json) fmt::print("{}\n", net::json_array(list));
  return is_good ? ExitCode::ok : ExitCode::failed;
}

}  // namespace belfry::app
