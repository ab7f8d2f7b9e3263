#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/fuzz/seeds.h"

/// Writes the seeds of all targets into a folder each, below the one that is named.
int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: write_seeds FOLDER\n", stderr);
    return 2;
  }
  for (const auto& [target, inputs] : belfry::fuzz::seeds()) {
    const std::filesystem::path folder = std::filesystem::path(arguments[1]) / target;
    std::filesystem::create_directories(folder);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      std::ofstream(folder / std::to_string(i), std::ios::binary) << inputs[i];
  }
  return 0;
}
