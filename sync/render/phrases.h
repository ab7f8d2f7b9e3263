#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/result.h"

namespace belfry::render {

/// What Belfry itself says in a post. Placeholders stand in braces; the comments in
/// packaging/languages/en.txt tell what they stand for.
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

/// A phrase is part of a line; a longer one would leave too little of a post to the message.
inline constexpr std::size_t k_most_phrase_runes = 200;
/// Of `file_…`: why a post goes without a file. Ten of them may stand in one post.
inline constexpr std::size_t k_most_reason_runes = 80;

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
/// empty ones say nothing. What no file says for `pt-BR` is said as in `pt`, else as in English.
class Catalogue {
 public:
  /// Those of packaging/languages.
  [[nodiscard]] static const Catalogue& built_in();

  /// Adds or amends a language, named as Mattermost names locales (`nl`, `pt-BR`). Errors: refused,
  /// and nothing was added: for each line that cannot be read, has a name that is none of ours or
  /// twice the same one, or lacks a placeholder, the text has a line `source:line: reason`.
  Result<> add(std::string_view language, std::string_view file, std::string_view source);

  /// Of `pt-BR`: its own, else those of `pt`, else English.
  [[nodiscard]] const Phrases& phrases_for(std::string_view language) const;

  /// In order of the alphabet, in lower case.
  [[nodiscard]] std::vector<std::string> languages() const;

 private:
  using Said = std::map<Phrase, std::string>;
  void complete();

  std::map<std::string, Said, std::less<>> said_;  ///< by language, what its files say
  std::map<std::string, Phrases, std::less<>> languages_;
};

}  // namespace belfry::render
