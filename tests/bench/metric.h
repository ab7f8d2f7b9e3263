#pragma once

#include <string>

#include "tests/blackbox/office.h"

namespace belfry::bench {

/// A metric of the running program, summed over its labels; 0 when it does not answer.
inline double metric(blackbox::Office& office, const std::string& name) {
  const std::string text = office.admin("/metrics");
  double sum = 0;
  for (auto at = text.find("\n" + name); at != std::string::npos;
       at = text.find("\n" + name, at + 1)) {
    const char next = text[at + 1 + name.size()];
    if (next != '{' && next != ' ') continue;
    const auto end = text.find('\n', at + 1);
    sum += std::stod(text.substr(text.rfind(' ', end), end));
  }
  return sum;
}

inline double resident_mib(blackbox::Office& office) {
  constexpr double k_mebibyte = 1024.0 * 1024.0;
  return metric(office, "belfry_resident_memory_bytes") / k_mebibyte;
}

}  // namespace belfry::bench
