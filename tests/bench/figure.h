#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/kit/temporary_folder.h"

namespace belfry::bench {

/// Prints figures beside their limits; the program's exit code tells whether all were kept.
class Figures {
 public:
  void at_least(const std::string& name, double figure, double limit, const char* unit) {
    print(name, figure, ">=", limit, unit, figure >= limit);
  }
  void at_most(const std::string& name, double figure, double limit, const char* unit) {
    print(name, figure, "<=", limit, unit, figure <= limit);
  }
  static void tell(const std::string& name, double figure, const char* unit) {
    std::printf("%-58s %12.2f %s\n", name.c_str(), figure, unit);
  }
  [[nodiscard]] int exit_code() const { return missed_ == 0 ? EXIT_SUCCESS : EXIT_FAILURE; }

 private:
  void print(const std::string& name, double figure, const char* sign, double limit,
             const char* unit, bool is_kept) {
    std::printf("%-58s %12.2f %-10s limit %s %8.2f  %s\n", name.c_str(), figure, unit, sign, limit,
                is_kept ? "kept" : "MISSED");
    if (!is_kept) ++missed_;
  }

  int missed_ = 0;
};

/// The value below which `share` of the samples lie.
inline double percentile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const auto place = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(place),
                   samples.end());
  return samples[place];
}
inline double median(std::vector<double> samples) {
  return percentile(std::move(samples), 0.5);
}

/// An empty folder on the disk of the working directory: /tmp may be memory, where a sync costs
/// nothing.
class BenchFolder : public kit::TemporaryFolder {
 public:
  BenchFolder() : kit::TemporaryFolder(std::filesystem::current_path()) {}
};

}  // namespace belfry::bench
