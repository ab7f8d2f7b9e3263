#include "sync/render/phrases.h"

#include <algorithm>
#include <vector>

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

std::string normal(std::string_view language) {
  std::string name = lower_case(language);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
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
      const auto added = all.add(language.name, language.file);
      invariant(added.has_value(), "the phrases that Belfry brings can be read");
    }
    return all;
  }();
  return catalogue;
}

Result<> Catalogue::add(std::string_view language, std::string_view file) {
  const std::string name = normal(language);
  const auto english = languages_.find("en");
  const auto known = languages_.find(name);
  Phrases phrases;
  if (known != languages_.end()) {
    phrases = known->second;
  } else if (english != languages_.end()) {
    phrases = english->second;
  }

  int number = 0;
  std::string trouble;
  for_each_line(file, [&](std::string_view line) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line.starts_with('#') || !trouble.empty()) return;
    const auto equals = line.find('=');
    const std::string_view key = trimmed(line.substr(0, equals));
    const auto found = std::find(k_names.begin(), k_names.end(), key);
    if (equals == std::string_view::npos || found == k_names.end()) {
      trouble = "line " + std::to_string(number) + ": not `name = text` with a known name";
      return;
    }
    const auto place = static_cast<std::size_t>(found - k_names.begin());
    const std::string text = clean_text(trimmed(line.substr(equals + 1)));
    const bool has_model = english != languages_.end();
    if (has_model && placeholders_of(text) != placeholders_of(english->second.texts_[place])) {
      trouble = "line " + std::to_string(number) + ": the names in braces must be those of \"" +
                english->second.texts_[place] + "\"";
      return;
    }
    phrases.texts_[place] = text;
  });
  if (!trouble.empty()) return fail(ErrorKind::refused, "phrases of " + name + ", " + trouble);
  languages_.insert_or_assign(name, std::move(phrases));
  return {};
}

const Phrases& Catalogue::phrases_for(std::string_view language) const {
  const std::string name = normal(language);
  auto found = languages_.find(name);
  if (found == languages_.end()) found = languages_.find(name.substr(0, name.find('-')));
  if (found == languages_.end()) found = languages_.find("en");
  invariant(found != languages_.end(), "a catalogue begins with the built-in languages");
  return found->second;
}

}  // namespace belfry::render
