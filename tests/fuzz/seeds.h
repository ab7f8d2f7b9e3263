#pragma once

#include <map>
#include <string>
#include <vector>

namespace belfry::fuzz {

/// What fuzzers begin with, by the name of their target: the corpus of tests/content, the payloads
/// of tests/fixtures and what fuzzers once found (corpus/), so that nothing is kept twice.
[[nodiscard]] std::map<std::string, std::vector<std::string>> seeds();

}  // namespace belfry::fuzz
