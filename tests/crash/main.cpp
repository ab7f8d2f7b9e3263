#include <cstdlib>
#include <memory>

#include "app/commands/command.h"
#include "app/platform.h"
#include "tests/crash/kill_point.h"
#include "tests/kit/pointed_store.h"
#include "tests/kit/pointed_upstreams.h"

namespace {

using belfry::crash::KillPoint;

/// The ports of the real service, each call with a point before and behind it.
class PointedPorts {
 public:
  PointedPorts(const belfry::app::Outside& real, KillPoint& point)
      : store_({real.intake, real.sweep_store, real.plan, real.delivery}, point),
        mattermost_(real.mattermost, point),
        files_(real.file_sink, point),
        graph_(real.graph, point) {}

  [[nodiscard]] belfry::app::Outside in_place_of(const belfry::app::Outside& real) {
    return {store_,         store_,
            store_,         real.dead_letters,
            real.accounts,  real.subscriptions,
            real.service,   real.journal,
            store_,         real.allowance,
            graph_,         real.sweeps,
            real.identity,  real.resources,
            mattermost_,    real.file_source,
            files_,         real.clock,
            real.random,    real.entropy,
            real.signer,    real.zones,
            real.catalogue, real.server_time};
  }

 private:
  belfry::kit::PointedStore<KillPoint> store_;
  belfry::kit::PointedMattermost<KillPoint> mattermost_;
  belfry::kit::PointedFileSink<KillPoint> files_;
  belfry::kit::PointedGraph<KillPoint> graph_;
};

}  // namespace

/// The daemon, which kills itself at the point that BELFRY_TEST_KILL names. Arguments as the
/// program's: --config FILE serve.
int main(int argc, char** argv) {
  namespace app = belfry::app;
  app::platform::block_signals();
  if (argc < 3) return static_cast<int>(app::ExitCode::usage);
  app::CommandContext context;
  context.environment = app::platform::environment();
  context.config_path = argv[2];
  const char* wanted = std::getenv("BELFRY_TEST_KILL");
  KillPoint point(wanted == nullptr ? "" : wanted);
  std::unique_ptr<PointedPorts> ports;
  return static_cast<int>(app::run_serve(context, [&](const app::Outside& real) {
    ports = std::make_unique<PointedPorts>(real, point);
    return ports->in_place_of(real);
  }));
}
