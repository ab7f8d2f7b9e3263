#include "tests/sandbox/sandbox.h"

#include "tests/sandbox/control.h"

namespace belfry::sandbox {

namespace {

GraphSettings seeded(GraphSettings settings, std::uint64_t seed) {
  settings.courier.seed = seed;
  return settings;
}

}  // namespace

Sandbox::Sandbox(SandboxOptions options)
    : options_(std::move(options)),
      clock_(options_.scale),
      log_(options_.log),
      control_log_({.entries = 0}),
      authority_(clock_, directory_),
      entra_(clock_, directory_, authority_, options_.entra),
      graph_(clock_, directory_, authority_, webhook_faults_, log_,
             seeded(options_.graph, options_.seed)),
      mattermost_(clock_, log_),
      control_(std::make_unique<ControlApi>(*this)) {
  entra_server_ = std::make_unique<SimulatorServer>(entra_, entra_faults_, log_,
                                                    options_.entra_port, options_.threads);
  graph_server_ = std::make_unique<SimulatorServer>(graph_, graph_faults_, log_,
                                                    options_.graph_port, options_.threads);
  mattermost_server_ = std::make_unique<SimulatorServer>(
      mattermost_, mattermost_faults_, log_, options_.mattermost_port, options_.threads);
  mattermost_.set_config("SiteURL", mattermost_url());
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    control_->extend(
        std::string(method) + " /control/mattermost/*", [this](const WebRequest& request) {
          const auto body = request.body.empty() ? Poco::JSON::Object::Ptr(new Poco::JSON::Object)
                                                 : parse_object(request.body);
          const auto answer = mattermost_.control(request.method, request.path, body);
          return json_reply(answer->has("error") ? 400 : 200, answer);
        });
  control_server_ = std::make_unique<SimulatorServer>(*control_, control_faults_, control_log_,
                                                      options_.control_port, options_.threads);
  graph_.change_settings([&](GraphSettings& s) { s.base_url = graph_url(); });
}

Sandbox::~Sandbox() {
  stop();
}

FaultPlan* Sandbox::faults(std::string_view service) {
  if (service == "entra") return &entra_faults_;
  if (service == "graph") return &graph_faults_;
  if (service == "mattermost") return &mattermost_faults_;
  return service == "webhook" ? &webhook_faults_ : nullptr;
}

std::string Sandbox::entra_url() const {
  return entra_server_->url();
}

std::string Sandbox::graph_url() const {
  return graph_server_->url();
}

std::string Sandbox::mattermost_url() const {
  return mattermost_server_->url();
}

std::string Sandbox::control_url() const {
  return control_server_->url();
}

void Sandbox::stop() {
  control_server_->stop();
  graph_.stop();
  entra_server_->stop();
  graph_server_->stop();
  mattermost_server_->stop();
}

}  // namespace belfry::sandbox
