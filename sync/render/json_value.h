#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace belfry::render {

struct JsonBounds {
  int most_depth = 64;               ///< recursion must end; cards nest five deep or so
  std::size_t most_values = 20'000;  ///< a card of Teams has 28 KB at most
  std::size_t most_bytes = std::size_t{256} * 1024;
};

/// JSON as attachments carry it in their text. Reading it needs no check at each step: what is
/// missing, or of another kind, reads as null, and null reads as empty text and no members.
class JsonValue {
 public:
  using Members = std::vector<std::pair<std::string, JsonValue>>;
  using Elements = std::vector<JsonValue>;

  JsonValue() = default;

  /// Strict (RFC 8259), but that of equal names the first counts. None for anything else, and for
  /// what is beyond the bounds.
  [[nodiscard]] static std::optional<JsonValue> parse(std::string_view text,
                                                      const JsonBounds& bounds = {});

  [[nodiscard]] const JsonValue& operator[](std::string_view name) const;
  [[nodiscard]] const Elements& elements() const;
  [[nodiscard]] const Members& members() const;
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Members>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Elements>(value_); }
  [[nodiscard]] bool is_false() const;

  /// Of a string its text, of a number or truth value its letters, else nothing.
  [[nodiscard]] const std::string& text() const;

 private:
  friend class JsonReader;
  /// A number, `true` or `false` as written.
  struct Word {
    std::string letters;
  };
  std::variant<std::monostate, Word, std::string, Elements, Members> value_;
};

}  // namespace belfry::render
