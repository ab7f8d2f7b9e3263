#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

namespace belfry::app::tests {

/// An empty folder of one test case, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("belfry-" + boost::unit_test::framework::current_test_case().p_name.get())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

  /// A file that its owner alone may read; its path.
  std::string put(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    allow(name, std::filesystem::perms::owner_read);
    return (path_ / name).string();
  }
  void allow(const std::string& name, std::filesystem::perms permissions) const {
    std::filesystem::permissions(path_ / name, permissions);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace belfry::app::tests
