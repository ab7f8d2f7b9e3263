#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/kit/temporary_folder.h"

namespace belfry::app::tests {

/// An empty folder of one test case, gone with it, with the files that the case wants in it.
class TemporaryFolder {
 public:
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (folder_.path() / name).string();
  }
  [[nodiscard]] std::string path() const { return folder_.path().string(); }

  /// A file that its owner alone may read; its path.
  std::string put(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << content;
    allow(name, std::filesystem::perms::owner_read);
    return *this / name;
  }
  void allow(const std::string& name, std::filesystem::perms permissions) const {
    std::filesystem::permissions(folder_.path() / name, permissions);
  }

 private:
  kit::TemporaryFolder folder_;
};

}  // namespace belfry::app::tests
