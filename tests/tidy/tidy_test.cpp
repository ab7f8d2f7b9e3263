#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace {

namespace fs = std::filesystem;

const fs::path k_root = BELFRY_SOURCE_DIR;
const std::vector<std::string> k_rooms = {"app", "net", "storage", "sync", "tests"};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// All sources below the named folders, relative to the root.
std::vector<std::string> sources(const std::vector<std::string>& folders) {
  std::vector<std::string> found;
  for (const std::string& folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(k_root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".h" || extension == ".cpp")
        found.push_back(fs::relative(entry.path(), k_root).string());
    }
  }
  return found;
}

std::vector<std::string> includes_of(const std::string& text) {
  static const std::regex k_include("#include [\"<]([^\">]+)[\">]");
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), k_include), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

void refuse_includes(const std::string& folder, const std::vector<std::string>& forbidden) {
  for (const std::string& path : sources({folder})) {
    for (const std::string& include : includes_of(read(k_root / path))) {
      for (const std::string& prefix : forbidden) {
        BOOST_TEST(!include.starts_with(prefix), path << " includes " << include);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE(tidy)

BOOST_AUTO_TEST_CASE(the_engine_knows_no_library_no_thread_and_no_neighbour) {
  refuse_includes("sync", {"Poco/", "rocksdb/", "thread", "net/", "storage/", "app/", "openssl/",
                           "cryptopp/", "cctz/"});
}

BOOST_AUTO_TEST_CASE(storage_and_net_never_meet) {
  refuse_includes("storage", {"net/", "app/", "Poco/Net/"});
  refuse_includes("net", {"storage/", "app/", "rocksdb/"});
}

BOOST_AUTO_TEST_CASE(the_simulators_share_no_code_with_what_they_test) {
  refuse_includes("tests/sandbox", {"net/", "storage/", "sync/", "app/"});
}

BOOST_AUTO_TEST_CASE(only_the_app_reads_a_clock) {
  for (const std::string& path : sources({"sync", "storage", "net"})) {
    BOOST_TEST(read(k_root / path).find("_clock::now()") == std::string::npos, path);
  }
}

BOOST_AUTO_TEST_CASE(what_is_special_to_an_operating_system_stays_in_its_file) {
  for (const std::string& path : sources({"app", "net", "storage", "sync"})) {
    if (path.starts_with("app/platform_")) continue;
    for (const std::string& include : includes_of(read(k_root / path))) {
      const bool is_posix = include == "unistd.h" || include == "pthread.h" ||
                            include.starts_with("sys/") || include.starts_with("netinet/") ||
                            include.starts_with("systemd/");
      BOOST_TEST(!is_posix, path << " includes " << include);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_header_is_guarded_and_somebody_includes_it) {
  std::set<std::string> included;
  for (const std::string& path : sources(k_rooms)) {
    for (const std::string& include : includes_of(read(k_root / path))) included.insert(include);
  }
  for (const std::string& path : sources(k_rooms)) {
    if (!path.ends_with(".h")) continue;
    BOOST_TEST(read(k_root / path).starts_with("#pragma once"), path);
    BOOST_TEST(included.contains(path), path << " is included by nobody");
  }
}

BOOST_AUTO_TEST_CASE(nothing_unfinished_is_left_behind) {
  const std::vector<std::string> marks = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                          std::string("XX") + "X "};
  for (const std::string& path : sources(k_rooms)) {
    const std::string text = read(k_root / path);
    for (const std::string& mark : marks)
      BOOST_TEST(text.find(mark) == std::string::npos, path << " holds " << mark);
  }
}

BOOST_AUTO_TEST_CASE(every_room_says_what_lives_in_it) {
  for (const char* room : {"app", "net", "storage", "sync", "tests", "tests/sandbox"}) {
    BOOST_TEST(fs::exists(k_root / room / "README.md"), room);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
