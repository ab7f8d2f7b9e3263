#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/result.h"

namespace belfry::net {

struct JsonPolicy {
  /// What Graph and Entra send stays below 15; deeper texts are attacks on the stack.
  int max_depth = 64;
};

/// A value in a JSON text that parse() found sound, looked at where it stands.
///
/// Promises  Nothing is copied or built: a webhook body of 4 MiB costs no memory beyond itself,
/// whatever is in it
///           (Poco's parser takes 25 bytes for one of `[0,0,…]`). Absent and null are alike, and so
///           is a value of another type than the one asked for. Text comes as sound UTF-8: what is
///           broken becomes U+FFFD.
/// Threads   A value; views of one text may be read from any thread. The text must outlive its
/// views.
class JsonView {
 public:
  enum class Type : std::uint8_t { absent, null, boolean, number, string, array, object };

  /// Errors: refused, when it is no JSON (RFC 8259) or nested deeper than the policy allows. The
  /// error says where, never what.
  [[nodiscard]] static Result<JsonView> parse(std::string_view text, const JsonPolicy& policy = {});

  /// An absent value.
  JsonView() = default;

  [[nodiscard]] Type type() const;
  [[nodiscard]] bool is_object() const { return type() == Type::object; }
  [[nodiscard]] bool is_array() const { return type() == Type::array; }
  /// Absent or null.
  [[nodiscard]] bool is_missing() const { return type() == Type::absent || type() == Type::null; }

  /// The first member of that name; absent where there is none or where this is no object. Walks
  /// over the object.
  [[nodiscard]] JsonView operator[](std::string_view name) const;

  /// All members with their names, in order; none where this is no object. For objects whose names
  /// are data: walks over the object once.
  [[nodiscard]] std::vector<std::pair<std::string, JsonView>> members() const;

  /// The string, or an empty one.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  /// A whole number that fits.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  /// As it stands in the text, without surrounding blanks.
  [[nodiscard]] std::string_view raw() const;

  /// `for (const JsonView element : array)`: the elements of an array; none when this is no array.
  class Iterator {
   public:
    JsonView operator*() const { return JsonView(rest_); }
    Iterator& operator++();
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    friend class JsonView;
    explicit Iterator(std::string_view rest) : rest_(rest) {}
    std::string_view rest_;  ///< from an element on, or empty behind the last
  };
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const { return Iterator({}); }

 private:
  explicit JsonView(std::string_view from) : from_(from) {}

  std::string_view
      from_;  ///< begins with the value and goes on to the end of the text; empty: absent
};

/// `text` as a JSON string with its quotes. Text that is no sound UTF-8 is mended as JsonView does
/// it.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace belfry::net
