#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "app/config.h"

namespace belfry::app {

/// Reads single values from a TOML table and the environment, and collects what is wrong with them.
class ConfigReader {
 public:
  ConfigReader(const toml::table& root, std::string file, const Environment& environment)
      : root_(root), file_(std::move(file)), environment_(environment) {}

  /// True when at least one variable is a setting.
  [[nodiscard]] static bool has_settings(const Environment& environment);

  /// All later reads are of `[name]`.
  void section(const char* name) { section_ = name; }

  void text(const char* key, std::string& value);
  void required_text(const char* key, std::string& value, const char* expected);
  void flag(const char* key, bool& value);
  void number(const char* key, std::int64_t& value, std::int64_t least, std::int64_t most);
  void duration(const char* key, Duration& value, Duration least);
  void texts(const char* key, std::vector<std::string>& value);
  template <class T>
  void choice(const char* key, T& value, const std::vector<std::pair<const char*, T>>& choices) {
    std::string words;
    for (const auto& [word, meaning] : choices)
      words += (words.empty() ? "" : ", ") + ("\"" + std::string(word) + "\"");
    const std::string expected = "one of " + words;
    std::string given;
    if (!find_text(key, given, expected.c_str())) return;
    for (const auto& [word, meaning] : choices) {
      if (given != word) continue;
      value = meaning;
      return;
    }
    wrong(key, "has to be " + expected);
  }

  /// A fault of a key that was read.
  void wrong(const char* key, const std::string& what);
  /// Keys and sections that nobody asked for, each with the most similar known one.
  void refuse_unknown();
  /// All faults, one a line; empty when there are none.
  [[nodiscard]] std::string faults() const;

 private:
  bool find_text(const char* key, std::string& value, const char* expected);
  const toml::node* node_of(const char* key);
  const std::string* override_of(const char* key) const;
  [[nodiscard]] std::string place_of(const char* key) const;
  void refuse_unknown_keys(const std::string& section, const toml::table& keys);
  void refuse_unknown_variables();

  const toml::table& root_;
  const std::string file_;
  const Environment& environment_;
  std::string section_;
  std::map<std::string, std::vector<std::string>> known_;
  std::vector<std::string> faults_;
};

}  // namespace belfry::app
