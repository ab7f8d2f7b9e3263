#include "app/config_reader.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

namespace belfry::app {
namespace {

std::string upper(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return made;
}

/// Levenshtein distance: how many letters are wrong, missing or too many.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

/// "; did you mean …?" with the most similar of the known words, or nothing when none is.
std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known) {
  constexpr std::size_t k_farthest = 3;
  std::size_t best = k_farthest + 1;
  const std::string* nearest = nullptr;
  for (const std::string& word : known) {
    const std::size_t away = distance(word, unknown);
    if (away >= best) continue;
    best = away;
    nearest = &word;
  }
  return nearest == nullptr ? "" : fmt::format("; did you mean {}?", *nearest);
}

std::string variable_of(std::string_view section, std::string_view key) {
  return "BELFRY_" + upper(section) + "__" + upper(key);
}

bool is_setting(std::string_view variable) {
  return variable.starts_with("BELFRY_") && variable.find("__") != std::string_view::npos;
}

std::string_view without_blanks_around(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

bool ConfigReader::has_settings(const Environment& environment) {
  return std::any_of(environment.begin(), environment.end(),
                     [](const auto& variable) { return is_setting(variable.first); });
}

const toml::node* ConfigReader::node_of(const char* key) {
  known_[section_].emplace_back(key);
  const toml::table* table = root_[section_].as_table();
  return table == nullptr ? nullptr : table->get(key);
}

const std::string* ConfigReader::override_of(const char* key) const {
  const auto found = environment_.find(variable_of(section_, key));
  return found == environment_.end() ? nullptr : &found->second;
}

std::string ConfigReader::place_of(const char* key) const {
  if (override_of(key) != nullptr) return variable_of(section_, key);
  const toml::table* table = root_[section_].as_table();
  const toml::node* node = table == nullptr ? nullptr : table->get(key);
  if (node == nullptr) return fmt::format("{}: {}.{}", file_, section_, key);
  return fmt::format("{}:{}: {}.{}", file_, node->source().begin.line, section_, key);
}

void ConfigReader::wrong(const char* key, const std::string& what) {
  faults_.push_back(place_of(key) + " " + what);
}

bool ConfigReader::find_text(const char* key, std::string& value, const char* expected) {
  const toml::node* node = node_of(key);
  if (const std::string* given = override_of(key)) {
    value = *given;
    return true;
  }
  if (node == nullptr) return false;
  if (const auto text = node->value<std::string>(); text && node->is_string()) {
    value = *text;
    return true;
  }
  wrong(key, fmt::format("has to be {}, in quotes", expected));
  return false;
}

void ConfigReader::text(const char* key, std::string& value) {
  find_text(key, value, "a text");
}

void ConfigReader::required_text(const char* key, std::string& value, const char* expected) {
  const std::size_t before = faults_.size();
  if (!find_text(key, value, expected) && faults_.size() > before) return;
  if (value.empty()) wrong(key, fmt::format("is missing: {}", expected));
}

void ConfigReader::flag(const char* key, bool& value) {
  const toml::node* node = node_of(key);
  if (const std::string* given = override_of(key)) {
    if (*given == "true" || *given == "false") {
      value = *given == "true";
    } else {
      wrong(key, "has to be true or false");
    }
    return;
  }
  if (node == nullptr) return;
  if (node->is_boolean()) {
    value = *node->value<bool>();
  } else {
    wrong(key, "has to be true or false, without quotes");
  }
}

void ConfigReader::number(const char* key, std::int64_t& value, std::int64_t least,
                          std::int64_t most) {
  const toml::node* node = node_of(key);
  std::int64_t given = value;
  bool is_number = true;
  if (const std::string* text = override_of(key)) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), given);
    is_number = error == std::errc{} && end == text->data() + text->size();
  } else if (node != nullptr) {
    is_number = node->is_integer();
    if (is_number) given = *node->value<std::int64_t>();
  }
  if (!is_number || given < least || given > most) {
    wrong(key, fmt::format("has to be a whole number from {} to {}", least, most));
    return;
  }
  value = given;
}

void ConfigReader::duration(const char* key, Duration& value, Duration least) {
  std::string given;
  constexpr const char* k_form = "a duration such as \"15m\", \"24h\" or \"90s\"";
  if (!find_text(key, given, k_form)) return;
  const auto parsed = parse_duration(given);
  if (!parsed || *parsed < least) {
    wrong(key, fmt::format("has to be {}, at least {} s", k_form, least.count() / 1000));
    return;
  }
  value = *parsed;
}

void ConfigReader::texts(const char* key, std::vector<std::string>& value) {
  const toml::node* node = node_of(key);
  if (const std::string* given = override_of(key)) {
    value.clear();
    std::istringstream list(*given);
    for (std::string element; std::getline(list, element, ',');) {
      const std::string_view text = without_blanks_around(element);
      if (!text.empty()) value.emplace_back(text);
    }
    return;
  }
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr || (!list->empty() && !list->is_homogeneous(toml::node_type::string))) {
    wrong(key, "has to be a list of texts such as [\"anna\", \"bert\"]");
    return;
  }
  value.clear();
  for (const toml::node& element : *list) value.push_back(*element.value<std::string>());
}

void ConfigReader::refuse_unknown() {
  std::vector<std::string> sections;
  for (const auto& [section, keys] : known_) sections.push_back(section);
  for (const auto& [section, node] : root_) {
    const std::string name(section.str());
    const toml::table* table = node.as_table();
    if (known_.contains(name) && table != nullptr) {
      refuse_unknown_keys(name, *table);
    } else {
      faults_.push_back(fmt::format("{}:{}: {} is not a section that Belfry knows{}", file_,
                                    node.source().begin.line, name, did_you_mean(name, sections)));
    }
  }
  refuse_unknown_variables();
}

void ConfigReader::refuse_unknown_keys(const std::string& section, const toml::table& keys) {
  const std::vector<std::string>& known = known_.at(section);
  for (const auto& [key, value] : keys) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    faults_.push_back(fmt::format("{}:{}: {}.{} is not a key that Belfry knows{}", file_,
                                  value.source().begin.line, section, key.str(),
                                  did_you_mean(key.str(), known)));
  }
}

void ConfigReader::refuse_unknown_variables() {
  std::vector<std::string> known;
  for (const auto& [section, keys] : known_) {
    for (const std::string& key : keys) known.push_back(variable_of(section, key));
  }
  for (const auto& [name, value] : environment_) {
    if (!is_setting(name) || std::find(known.begin(), known.end(), name) != known.end()) continue;
    faults_.push_back(
        fmt::format("{} is not a setting that Belfry knows{}", name, did_you_mean(name, known)));
  }
}

std::string ConfigReader::faults() const {
  std::string all;
  for (const std::string& fault : faults_) all += (all.empty() ? "" : "\n") + fault;
  return all;
}

}  // namespace belfry::app
