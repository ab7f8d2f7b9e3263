#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace belfry::tests {

/// Bytes of a file of tests/fixtures/graph, named without its ending.
inline std::string graph_fixture(const std::string& name) {
  std::ifstream file(std::string(BELFRY_FIXTURES) + "/graph/" + name + ".json", std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace belfry::tests
