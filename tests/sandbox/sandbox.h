#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/directory.h"
#include "tests/sandbox/entra/entra_simulator.h"
#include "tests/sandbox/entra/token_authority.h"
#include "tests/sandbox/fault.h"
#include "tests/sandbox/graph/graph_simulator.h"
#include "tests/sandbox/mattermost/mattermost_simulator.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"

namespace belfry::sandbox {

class ControlApi;

struct SandboxOptions {
  std::uint16_t entra_port = 0;  ///< 0: any free one
  std::uint16_t graph_port = 0;
  std::uint16_t mattermost_port = 0;
  std::uint16_t control_port = 0;
  double scale = 1.0;  ///< simulated seconds in a real one; 0: time stands still until it is moved
  std::uint64_t seed = 1;
  int threads = 64;  ///< connections that each service serves at once
  RequestLogLimits log = {};
  EntraSettings entra = {};
  GraphSettings graph = {};
};

/// The whole outside world on loopback: Entra, Graph, Mattermost and the control API, with one
/// clock and one log.
///
/// Promises  Everything listens when the constructor returns; stop() and the destructor end all
/// threads. Threads   All functions from any thread, but stop() and the destructor from one.
class Sandbox {
 public:
  explicit Sandbox(SandboxOptions options = {});
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  [[nodiscard]] SandboxClock& clock() { return clock_; }
  [[nodiscard]] RequestLog& log() { return log_; }
  [[nodiscard]] Directory& directory() { return directory_; }
  [[nodiscard]] TokenAuthority& tokens() { return authority_; }
  [[nodiscard]] EntraSimulator& entra() { return entra_; }
  [[nodiscard]] GraphSimulator& graph() { return graph_; }
  [[nodiscard]] MattermostSimulator& mattermost() { return mattermost_; }

  /// What goes wrong at each service; `webhook`: on the way from Graph to the subscriber.
  [[nodiscard]] FaultPlan& entra_faults() { return entra_faults_; }
  [[nodiscard]] FaultPlan& graph_faults() { return graph_faults_; }
  [[nodiscard]] FaultPlan& mattermost_faults() { return mattermost_faults_; }
  [[nodiscard]] FaultPlan& webhook_faults() { return webhook_faults_; }
  /// Null for an unknown service.
  [[nodiscard]] FaultPlan* faults(std::string_view service);

  [[nodiscard]] std::string entra_url() const;
  [[nodiscard]] std::string graph_url() const;
  [[nodiscard]] std::string mattermost_url() const;
  [[nodiscard]] std::string control_url() const;
  [[nodiscard]] ControlApi& control() { return *control_; }

  void stop();

 private:
  const SandboxOptions options_;
  SandboxClock clock_;
  RequestLog log_;
  RequestLog control_log_;
  FaultPlan entra_faults_;
  FaultPlan graph_faults_;
  FaultPlan mattermost_faults_;
  FaultPlan webhook_faults_;
  FaultPlan control_faults_;
  Directory directory_;
  TokenAuthority authority_;
  EntraSimulator entra_;
  GraphSimulator graph_;
  MattermostSimulator mattermost_;
  std::unique_ptr<ControlApi> control_;
  std::unique_ptr<SimulatorServer> entra_server_;
  std::unique_ptr<SimulatorServer> graph_server_;
  std::unique_ptr<SimulatorServer> mattermost_server_;
  std::unique_ptr<SimulatorServer> control_server_;
};

}  // namespace belfry::sandbox
