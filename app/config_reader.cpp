#include "app/config_reader.h"

#include <algorithm>
#include <charconv>

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

}  // namespace

const toml::node* ConfigReader::node_of(const char* key) {
  known_[section_].emplace_back(key);
  const toml::table* table = root_[section_].as_table();
  return table == nullptr ? nullptr : table->get(key);
}

const std::string* ConfigReader::override_of(const char* key) const {
  const auto found = environment_.find("BELFRY_" + upper(section_) + "__" + upper(key));
  return found == environment_.end() ? nullptr : &found->second;
}

std::string ConfigReader::place_of(const char* key) const {
  if (override_of(key) != nullptr) return "BELFRY_" + upper(section_) + "__" + upper(key);
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
  wrong(key, fmt::format("has to be {} in quotes", expected));
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
    std::string_view rest = *given;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      if (comma != 0) value.emplace_back(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
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

std::string ConfigReader::nearest(const std::string& unknown) const {
  std::string best;
  constexpr std::size_t k_farthest = 3;
  std::size_t best_distance = k_farthest + 1;
  for (const auto& [section, keys] : known_) {
    for (const std::string& key : keys) {
      const std::string full = section + "." + key;
      const std::size_t away = distance(full, unknown);
      if (away < best_distance) {
        best_distance = away;
        best = full;
      }
    }
  }
  return best.empty() ? "" : fmt::format("; did you mean {}?", best);
}

void ConfigReader::refuse_unknown() {
  for (const auto& [section, node] : root_) {
    const std::string name(section.str());
    const auto known = known_.find(name);
    const toml::table* table = node.as_table();
    const auto line = node.source().begin.line;
    if (known == known_.end() || table == nullptr) {
      faults_.push_back(
          fmt::format("{}:{}: {} is not a section that Belfry knows", file_, line, name));
      continue;
    }
    for (const auto& [key, value] : *table) {
      const std::string full = name + "." + std::string(key.str());
      if (std::find(known->second.begin(), known->second.end(), key.str()) != known->second.end())
        continue;
      faults_.push_back(fmt::format("{}:{}: {} is not a key that Belfry knows{}", file_,
                                    value.source().begin.line, full, nearest(full)));
    }
  }
  for (const auto& [name, value] : environment_) {
    if (!name.starts_with("BELFRY_") || name.find("__") == std::string::npos) continue;
    bool is_known = false;
    for (const auto& [section, keys] : known_) {
      for (const std::string& key : keys) {
        is_known = is_known || name == "BELFRY_" + upper(section) + "__" + upper(key);
      }
    }
    if (!is_known) faults_.push_back(name + " is not a setting that Belfry knows");
  }
}

std::string ConfigReader::faults() const {
  std::string all;
  for (const std::string& fault : faults_) all += (all.empty() ? "" : "\n") + fault;
  return all;
}

}  // namespace belfry::app
