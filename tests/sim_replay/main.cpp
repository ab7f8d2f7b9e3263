#include <cstdlib>
#include <limits>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/journal_writer.h"
#include "app/os_entropy.h"
#include "tests/sim/world.h"

namespace {

/// The service's own log of one world, on standard output, with the world's time.
class WorldLog {
 public:
  explicit WorldLog(belfry::sim::World& world)
      : log_({belfry::app::LogLevel::debug, belfry::app::LogFormat::text}, world.clock(),
             {.most_repeated = std::numeric_limits<int>::max()},
             {[](std::string_view line) { fmt::print("{}", line); }}),
        journal_(log_, metrics_, signer_, store_, world.clock()) {
    world.listen(journal_);
  }

 private:
  belfry::app::Log log_;
  belfry::app::Metrics metrics_;
  belfry::app::HmacSigner signer_{belfry::Secret{"of no world"}, "belfry-sim"};
  belfry::sim::ModelStore store_;
  belfry::app::JournalWriter journal_;
};

}  // namespace

/// belfry-sim: runs one world again, or many, and tells what was broken.
int main(int argc, char** argv) {
  std::uint64_t seed = 0;
  std::uint64_t worlds = 1;
  CLI::App line{"Runs seeded worlds: each is told by its seed alone.", "belfry-sim"};
  line.add_option("--seed", seed, "the first seed")->required();
  line.add_option("--worlds", worlds, "how many, from that seed on")->capture_default_str();
  bool only_the_first = false;
  line.add_flag("--first", only_the_first, "stop at the first that is broken");
  bool is_logged = false;
  line.add_flag("--log", is_logged, "write what the service logs, at level debug");
  CLI11_PARSE(line, argc, argv);

  std::uint64_t broken = 0;
  for (std::uint64_t one = seed; one < seed + worlds; ++one) {
    belfry::sim::World world(one);
    std::optional<WorldLog> log;
    if (is_logged) log.emplace(world);
    const std::string what = world.run();
    if (!what.empty()) ++broken;
    if (!what.empty() || worlds == 1)
      fmt::print("seed {}: {} ({} posts, {} crashes, digest {:016x})\n", one,
                 what.empty() ? "every promise was kept" : what, world.posts(), world.crashes(),
                 world.digest());
    if (only_the_first && broken > 0) return EXIT_FAILURE;
  }
  if (worlds > 1) fmt::print("{} worlds, {} broken\n", worlds, broken);
  return broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
