#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "sync/base/result.h"

namespace belfry::render {

/// What Belfry itself says in a post. Placeholders stand in braces; the comment beside a phrase
/// in languages.cpp tells what they stand for.
enum class Phrase : std::uint8_t {
  messaged,
  messaged_and_one,
  messaged_and_others,
  somebody,
  an_app,
  chat,
  chat_about,
  important,
  urgent,
  sent,
  date,
  time,
  months,
  edited,
  deleted,
  older_message,
  older_messages,
  continued,
  blocked,
  picture,
  picture_named,
  file,
  attachment,
  card,
  code_snippet,
  voice_message,
  video,
  meeting,
  tab,
  shared_component,
  reply_to,
  forwarded,
  forwarded_from,
  see_in_teams,
  file_no_access,
  file_gone,
  file_blocked,
  file_folder,
  file_too_large,
  file_empty,
  file_unreachable,
  file_refused,
};
inline constexpr std::size_t k_phrase_count = static_cast<std::size_t>(Phrase::file_refused) + 1;

using Placeholder = std::pair<std::string_view, std::string_view>;

/// All phrases of one language.
class Phrases {
 public:
  [[nodiscard]] const std::string& operator[](Phrase phrase) const {
    return texts_[static_cast<std::size_t>(phrase)];
  }
  /// With `{name}` replaced by its value, for values that need no markup.
  [[nodiscard]] std::string with(Phrase phrase,
                                 std::initializer_list<Placeholder> placeholders) const;

 private:
  friend class Catalogue;
  std::array<std::string, k_phrase_count> texts_;
};

/// The phrases of all languages.
///
/// A language's file is UTF-8 text with one `name = text` a line; lines that begin with `#` and
/// empty ones say nothing. What a file leaves out is said in English.
class Catalogue {
 public:
  /// English, German, French, Spanish and Japanese.
  [[nodiscard]] static const Catalogue& built_in();

  /// Adds or amends a language, named as Mattermost names locales (`nl`, `pt-BR`). Refused: a line
  /// that cannot be read, a name that is none of ours, a placeholder that is missing or unknown;
  /// the text names the line.
  Result<> add(std::string_view language, std::string_view file);

  /// Of `pt-BR`: its own, else those of `pt`, else English.
  [[nodiscard]] const Phrases& phrases_for(std::string_view language) const;

 private:
  std::map<std::string, Phrases, std::less<>> languages_;
};

}  // namespace belfry::render
