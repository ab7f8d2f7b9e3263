#include "sync/render/phrases.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "sync/base/invariant.h"
#include "sync/render/languages.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

constexpr std::array<std::string_view, k_phrase_count> k_names = {"messaged",
                                                                  "messaged_and_one",
                                                                  "messaged_and_others",
                                                                  "somebody",
                                                                  "an_app",
                                                                  "chat",
                                                                  "chat_about",
                                                                  "important",
                                                                  "urgent",
                                                                  "sent",
                                                                  "date",
                                                                  "time",
                                                                  "months",
                                                                  "edited",
                                                                  "deleted",
                                                                  "older_message",
                                                                  "older_messages",
                                                                  "continued",
                                                                  "blocked",
                                                                  "picture",
                                                                  "picture_named",
                                                                  "file",
                                                                  "attachment",
                                                                  "card",
                                                                  "code_snippet",
                                                                  "voice_message",
                                                                  "video",
                                                                  "meeting",
                                                                  "tab",
                                                                  "shared_component",
                                                                  "reply_to",
                                                                  "forwarded",
                                                                  "forwarded_from",
                                                                  "see_in_teams",
                                                                  "file_no_access",
                                                                  "file_gone",
                                                                  "file_blocked",
                                                                  "file_folder",
                                                                  "file_too_large",
                                                                  "file_empty",
                                                                  "file_unreachable",
                                                                  "file_refused"};

constexpr std::string_view k_fallback = "en";

/// The names in braces, in order of the alphabet.
std::vector<std::string_view> placeholders_of(std::string_view text) {
  std::vector<std::string_view> names;
  for (auto open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    names.push_back(text.substr(open + 1, close - open - 1));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string in_braces(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names)
    text += (text.empty() ? "{" : ", {") + std::string(name) + "}";
  return text;
}

std::string normal(std::string_view language) {
  std::string name = lower_case(language);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// Where a language has what it does not say itself: `pt-br` → `pt` → English → nowhere.
std::optional<std::string_view> fallback_of(std::string_view language) {
  if (language == k_fallback) return std::nullopt;
  const auto dash = language.rfind('-');
  return dash == std::string_view::npos ? k_fallback : language.substr(0, dash);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = first_rune(text);
    if (!rune.is_valid) return false;
    text.remove_prefix(rune.bytes);
  }
  return true;
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  for (text = trimmed(text); !text.empty(); ++words)
    text = trimmed(text.substr(std::min(text.find(' '), text.size())));
  return words;
}

/// What is wrong with `text` for a phrase that English says as `model`; empty: nothing.
std::string fault_of(Phrase phrase, std::string_view text, std::string_view model) {
  constexpr std::size_t k_months = 12;
  if (text.empty()) return "says nothing";
  const bool is_reason = phrase >= Phrase::file_no_access;
  const std::size_t most = is_reason ? k_most_reason_runes : k_most_phrase_runes;
  if (count_runes(text) > most) return "is longer than " + std::to_string(most) + " characters";
  if (phrase == Phrase::months && count_words(text) != k_months) return "has to be twelve words";
  const auto wanted = placeholders_of(model);
  const auto given = placeholders_of(text);
  std::vector<std::string_view> missing;
  std::vector<std::string_view> surplus;
  std::set_difference(wanted.begin(), wanted.end(), given.begin(), given.end(),
                      std::back_inserter(missing));
  std::set_difference(given.begin(), given.end(), wanted.begin(), wanted.end(),
                      std::back_inserter(surplus));
  if (!missing.empty()) return "lacks " + in_braces(missing);
  if (!surplus.empty()) return "has no place for " + in_braces(surplus);
  return {};
}

}  // namespace

std::string Phrases::with(Phrase phrase, std::initializer_list<Placeholder> placeholders) const {
  std::string text = (*this)[phrase];
  for (const auto& [name, value] : placeholders) {
    const std::string braced = "{" + std::string(name) + "}";
    if (const auto at = text.find(braced); at != std::string::npos)
      text.replace(at, braced.size(), value);
  }
  return text;
}

const Catalogue& Catalogue::built_in() {
  static const Catalogue catalogue = [] {
    Catalogue all;
    for (const BuiltInLanguage& language : built_in_languages()) {
      const auto added = all.add(language.name, language.file, language.name);
      invariant(added.has_value(), "the phrases that Belfry brings can be read");
    }
    const bool is_whole = all.said_.at(std::string(k_fallback)).size() == k_phrase_count;
    invariant(is_whole, "English says everything");
    return all;
  }();
  return catalogue;
}

Result<> Catalogue::add(std::string_view language, std::string_view file, std::string_view source) {
  const auto english = said_.find(k_fallback);
  Said said;
  std::string faults;
  int number = 0;
  // Editors on Windows put a byte order mark in front.
  constexpr std::string_view k_mark = "\xEF\xBB\xBF";
  if (file.starts_with(k_mark)) file.remove_prefix(k_mark.size());
  for_each_line(file, [&](std::string_view line) {
    ++number;
    const auto refuse = [&](const std::string& why) {
      faults += (faults.empty() ? "" : "\n") + std::string(source) + ":" + std::to_string(number) +
                ": " + why;
    };
    line = trimmed(line);
    if (line.empty() || line.starts_with('#')) return;
    if (!is_utf8(line)) return refuse("is not UTF-8");
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return refuse("is not `name = text`");
    const std::string key(trimmed(line.substr(0, equals)));
    const auto found = std::find(k_names.begin(), k_names.end(), key);
    if (found == k_names.end()) return refuse("`" + key + "` is no phrase of Belfry's");
    const auto phrase = static_cast<Phrase>(found - k_names.begin());
    const std::string_view text = trimmed(line.substr(equals + 1));
    const std::string_view model = english == said_.end() ? text : english->second.at(phrase);
    if (const std::string fault = fault_of(phrase, text, model); !fault.empty())
      return refuse("`" + key + "` " + fault);
    if (!said.emplace(phrase, clean_line(text, k_most_phrase_runes)).second)
      return refuse("`" + key + "` is there twice");
  });
  if (!faults.empty()) return fail(ErrorKind::refused, std::move(faults));
  Said& all = said_[normal(language)];
  for (auto& [phrase, text] : said) all.insert_or_assign(phrase, std::move(text));
  complete();
  return {};
}

void Catalogue::complete() {
  for (const auto& [name, own] : said_) {
    Phrases& phrases = languages_[name];
    for (std::size_t place = 0; place < k_phrase_count; ++place) {
      const auto phrase = static_cast<Phrase>(place);
      for (std::optional<std::string_view> from = name; from; from = fallback_of(*from)) {
        const auto said = said_.find(*from);
        if (said == said_.end()) continue;
        const auto found = said->second.find(phrase);
        if (found == said->second.end()) continue;
        phrases.texts_[place] = found->second;
        break;
      }
    }
  }
}

const Phrases& Catalogue::phrases_for(std::string_view language) const {
  const std::string name = normal(language);
  for (std::optional<std::string_view> from = name; from; from = fallback_of(*from)) {
    const auto found = languages_.find(*from);
    if (found != languages_.end()) return found->second;
  }
  return built_in().languages_.at(std::string(k_fallback));
}

std::vector<std::string> Catalogue::languages() const {
  std::vector<std::string> names;
  for (const auto& [name, phrases] : languages_) names.push_back(name);
  return names;
}

}  // namespace belfry::render
