#include <cstdlib>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/sim/world.h"

/// belfry-sim: runs one world again, or many, and tells what was broken.
int main(int argc, char** argv) {
  std::uint64_t seed = 0;
  std::uint64_t worlds = 1;
  CLI::App line{"Runs seeded worlds: each is told by its seed alone.", "belfry-sim"};
  line.add_option("--seed", seed, "the first seed")->required();
  line.add_option("--worlds", worlds, "how many, from that seed on")->capture_default_str();
  bool only_the_first = false;
  line.add_flag("--first", only_the_first, "stop at the first that is broken");
  CLI11_PARSE(line, argc, argv);

  std::uint64_t broken = 0;
  for (std::uint64_t one = seed; one < seed + worlds; ++one) {
    belfry::sim::World world(one);
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
