#include "tests/contract/store/script.h"

namespace belfry::contract {

std::vector<std::string> expected_portrait() {
  sim::ModelStore model;
  live(model, [](const auto& transition) { must(transition()); });
  return portrait(model);
}

}  // namespace belfry::contract
