#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace belfry::tests {

/// Bytes of a file of tests/fixtures/mattermost, named without its ending.
inline std::string mattermost_fixture(const std::string& name) {
  std::ifstream file(std::string(BELFRY_FIXTURES) + "/mattermost/" + name + ".json",
                     std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline const std::string k_bot = "7h3kqx1m9ifr8g6uwnoz4tpeca";
inline const std::string k_anna = "w1s9yqk5tjbh7nmcfx3oe4rpza";
inline const std::string k_channel = "c9f4rbm1ohz7ktwq6ysnxdg3ue";

}  // namespace belfry::tests
