#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "tests/blackbox/belfry_process.h"
#include "tests/blackbox/browser.h"
#include "tests/kit/temporary_folder.h"
#include "tests/sandbox/sandbox.h"

namespace belfry::blackbox {

/// A person with an account on both sides.
struct Colleague {
  std::string name;
  std::string teams;       ///< id in Teams
  std::string mattermost;  ///< id in Mattermost
};

struct OfficeOptions {
  std::string program = BELFRY_PROGRAM;
  std::string extra_toml;  ///< appended to the configuration, with its own [sections]
  std::string teams_toml = "payment_model = \"B\"";  ///< lines of the section [teams]
  std::string mattermost_toml = "";                  ///< lines of the section [mattermost]
  double clock_scale = 1.0;
};

/// The outside world on loopback, and the real program beside it in a process of its own, reached
/// over HTTP only.
class Office {
 public:
  explicit Office(OfficeOptions options = {});

  [[nodiscard]] sandbox::Sandbox& world() { return world_; }
  [[nodiscard]] sandbox::GraphSimulator& graph() { return world_.graph(); }
  [[nodiscard]] sandbox::MattermostSimulator& mattermost() { return world_.mattermost(); }

  /// Somebody new, away from the desk.
  Colleague hire(const std::string& name);
  /// Through slash command, browser and Entra, as people do; what the last page said.
  Browser::Page connect(const Colleague& colleague);
  /// A slash command of this person; what it was answered.
  std::string say_to_belfry(const Colleague& colleague, const std::string& command);
  /// By the slash command; whether the answer says so.
  [[nodiscard]] bool disconnect(const Colleague& colleague);

  /// Starts the program; waits until it listens, and, unless `environment` wants it to die, is
  /// ready.
  void start(const BelfryProcess::Environment& environment = {});
  [[nodiscard]] bool wait_until_ready();
  void kill() { process_.kill(); }
  int stop() { return process_.terminate(std::chrono::seconds{60}); }
  [[nodiscard]] BelfryProcess& process() { return process_; }

  /// Runs another command of the program with the same configuration.
  [[nodiscard]] Completed command(const std::vector<std::string>& arguments);

  /// Texts of the bot's posts to this person that were not deleted and hold `part`, in order.
  [[nodiscard]] std::vector<std::string> posts_to(const Colleague& colleague,
                                                  const std::string& part = {});
  [[nodiscard]] bool eventually_posted(const Colleague& colleague, const std::string& part,
                                       std::size_t count = 1,
                                       std::chrono::seconds limit = std::chrono::seconds{60});
  /// Nothing is on its way any more: webhooks are delivered, inbox and outbox are empty.
  [[nodiscard]] bool wait_until_quiet(std::chrono::seconds limit = std::chrono::seconds{60});

  /// GET on the admin listener; empty when it does not answer.
  [[nodiscard]] std::string admin(const std::string& path);
  [[nodiscard]] std::string public_url() const;
  [[nodiscard]] std::string log() const;
  /// What the checking proxy found wrong with our requests, if there is one.
  [[nodiscard]] std::string violations() const;
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::string config_path() const {
    return (folder_.path() / "belfry.toml").string();
  }

 private:
  void write_files();
  /// With BELFRY_PRISM and BELFRY_OPENAPI set: a validating proxy between the program and
  /// Mattermost.
  void start_checking_proxy();
  void write_secret(const std::string& name, const std::string& content) const;

  const OfficeOptions options_;
  kit::TemporaryFolder folder_;
  sandbox::Sandbox world_;
  ReservedPort public_port_;
  ReservedPort admin_port_;
  ReservedPort proxy_port_;
  sandbox::MattermostSimulator::NewBot bot_;
  std::string team_;
  std::string command_token_;
  BelfryProcess proxy_;
  std::string mattermost_url_;  ///< as the program is told it
  BelfryProcess process_;
};

}  // namespace belfry::blackbox
