#include "tests/blackbox/office.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <Poco/Exception.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace belfry::blackbox {
namespace {

sandbox::SandboxOptions world_options(double scale) {
  sandbox::SandboxOptions options;
  options.scale = scale;
  // How Graph punishes who answers late has its tests elsewhere; here a busy machine is no matter.
  sandbox::CourierSettings& courier = options.graph.courier;
  courier.answer_deadline_ms = 30'000;
  courier.retry_answer_deadline_ms = 30'000;
  courier.slow_share = 1.0;
  courier.drop_share = 1.0;
  return options;
}

}  // namespace

Office::Office(OfficeOptions options)
    : options_(std::move(options)), world_(world_options(options_.clock_scale)) {
  auto settings = world_.entra().settings();
  settings.sign_in = sandbox::SignInMode::person;
  world_.entra().change_settings(settings);
  bot_ = mattermost().create_bot("belfry");
  team_ = mattermost().team_by_name("staff");
  mattermost().set_config("SiteURL", world_.mattermost_url());
  mattermost().add_command(team_, "msteams", public_url() + "/command", &command_token_);
  mattermost_url_ = world_.mattermost_url();
  start_checking_proxy();
  write_files();
}

Office::~Office() {
  const std::string found = violations();
  if (!found.empty())
    std::fprintf(stderr, "violations of Mattermost's API description:\n%s\n", found.c_str());
  if (!found.empty()) std::abort();
}

void Office::start_checking_proxy() {
  const char* prism = std::getenv("BELFRY_PRISM");
  const char* description = std::getenv("BELFRY_OPENAPI");
  if (prism == nullptr || description == nullptr) return;
  const std::string port = std::to_string(proxy_port_.number());
  proxy_.start(prism,
               {"proxy", "--errors", "-h", "127.0.0.1", "-p", port, description, mattermost_url_},
               folder_.path() / "prism");
  mattermost_url_ = "http://127.0.0.1:" + port;
  const bool listens = eventually(std::chrono::seconds{60}, [this] {
    std::ifstream in(folder_.path() / "prism");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str().find("is listening") != std::string::npos;
  });
  if (!listens) throw std::runtime_error("the checking proxy does not start");
}

std::string Office::violations() const {
  std::ifstream in(folder_.path() / "prism");
  std::string found;
  for (std::string line; std::getline(in, line);) {
    if (line.find("iolation") != std::string::npos || line.find("422") != std::string::npos)
      found += line + "\n";
  }
  return found;
}

void Office::write_secret(const std::string& name, const std::string& content) const {
  const auto path = folder_.path() / name;
  std::ofstream(path) << content;
  ::chmod(path.c_str(), 0600);
}

void Office::write_files() {
  write_secret("master-key", std::string(32, 'k'));
  write_secret("client-secret", world_.directory().client_secrets().front());
  write_secret("bot-token", bot_.token);
  write_secret("command-token", command_token_);
  const std::string folder = folder_.path().string();
  std::ofstream(config_path()) << fmt::format(
      "[server]\npublic_url = \"{0}\"\nlisten = \"127.0.0.1:{1}\"\nadmin_listen = "
      "\"127.0.0.1:{2}\"\n"
      "[teams]\ntenant_id = \"{3}\"\nclient_id = \"{4}\"\nclient_secret_file = "
      "\"{5}/client-secret\"\n"
      "graph_url = \"{6}\"\nlogin_url = \"{7}\"\n{9}\n"
      "[mattermost]\nurl = \"{8}\"\nbot_token_file = \"{5}/bot-token\"\ncommand_token_file = "
      "\"{5}/command-token\"\n{11}\n"
      "[storage]\npath = \"{5}/store\"\nmaster_key_file = \"{5}/master-key\"\n[log]\nlevel = "
      "\"debug\"\n{10}\n",
      public_url(), public_port_.number(), admin_port_.number(), world_.directory().tenant_id(),
      world_.directory().client_id(), folder, world_.graph_url(), world_.entra_url(),
      mattermost_url_, options_.teams_toml, options_.extra_toml, options_.mattermost_toml);
}

std::string Office::public_url() const {
  return fmt::format("http://127.0.0.1:{}", public_port_.number());
}

Colleague Office::hire(const std::string& name) {
  const std::string mail = name + "@example.com";
  Colleague colleague;
  colleague.name = name;
  colleague.teams = graph().add_person({{}, name, mail});
  sandbox::MattermostSimulator::NewUser user;
  user.username = name;
  user.email = mail;
  colleague.mattermost = mattermost().add_user(user);
  graph().set_presence(colleague.teams, "Away", "Away");
  return colleague;
}

Browser::Page Office::connect(const Colleague& colleague) {
  auto settings = world_.entra().settings();
  settings.signs_in = colleague.teams;
  world_.entra().change_settings(settings);
  const auto answer = mattermost().run_command(colleague.mattermost, team_, "/msteams connect");
  const auto begin = answer.text.find("http://");
  if (begin == std::string::npos) return {answer.status, "", answer.text, ""};
  const auto end = answer.text.find(')', begin);
  return Browser().open(answer.text.substr(begin, end - begin));
}

std::string Office::say_to_belfry(const Colleague& colleague, const std::string& command) {
  return mattermost().run_command(colleague.mattermost, team_, command).text;
}

bool Office::disconnect(const Colleague& colleague) {
  return say_to_belfry(colleague, "/msteams disconnect").find("You are disconnected") !=
         std::string::npos;
}

void Office::start(const BelfryProcess::Environment& environment) {
  process_.start(options_.program, {"--config", config_path(), "serve"}, folder_.path() / "log",
                 environment);
}

bool Office::wait_until_ready() {
  return eventually(std::chrono::seconds{180},
                    [this] {
                      return admin("/readyz").find("\"ready\":true") != std::string::npos ||
                             !process_.is_running();
                    }) &&
         process_.is_running();
}

Completed Office::command(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"--config", config_path()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(options_.program, all);
}

std::vector<std::string> Office::posts_to(const Colleague& colleague, const std::string& part) {
  std::vector<std::string> texts;
  for (const auto& post : mattermost().posts_in_direct_channel(colleague.mattermost)) {
    if (post.delete_at == 0 && post.user_id == bot_.user_id &&
        post.message.find(part) != std::string::npos) {
      texts.push_back(post.message);
    }
  }
  return texts;
}

bool Office::eventually_posted(const Colleague& colleague, const std::string& part,
                               std::size_t count, std::chrono::seconds limit) {
  return eventually(limit, [&] { return posts_to(colleague, part).size() >= count; });
}

bool Office::wait_until_quiet(std::chrono::seconds limit) {
  return graph().wait_until_quiet(limit) && eventually(limit, [this] {
           const std::string status = admin("/api/v1/status");
           return status.find("\"inbox_entries\":0") != std::string::npos &&
                  status.find("\"outbox_entries\":0") != std::string::npos;
         });
}

std::string Office::admin(const std::string& path) {
  try {
    return Browser().fetch(fmt::format("http://127.0.0.1:{}{}", admin_port_.number(), path)).body;
  } catch (const Poco::Exception&) {
    return {};
  }
}

std::string Office::log() const {
  std::ifstream in(folder_.path() / "log");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace belfry::blackbox
