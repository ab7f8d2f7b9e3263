#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sync/base/time.h"

/// The inside of a sealed record: fields of (tag, length, bytes), in any order.
///
/// A reader skips tags that it does not know, and a missing field keeps its default: fields can be
/// added without a new version of the record. A tag is never used again for something else. JSON
/// would say the same, but costs an entry with encrypted content ten times as much.
namespace belfry::storage {

using Tag = std::uint8_t;

/// Builds a record. Texts and numbers that equal their default are left out by the caller's choice,
/// not here.
class FieldWriter {
 public:
  FieldWriter& text(Tag tag, std::string_view value);
  FieldWriter& number(Tag tag, std::int64_t value);
  template <class Enum>
  FieldWriter& choice(Tag tag, Enum value) {
    return number(tag, static_cast<std::int64_t>(value));
  }
  FieldWriter& time(Tag tag, WallTime value) { return number(tag, to_epoch_ms(value)); }
  FieldWriter& time(Tag tag, const std::optional<WallTime>& value) {
    return value ? time(tag, *value) : *this;
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Walks over the fields of a record. An error is kept: asked once, at the end.
///
///     for (FieldReader fields(bytes); fields.next();) switch (fields.tag()) { case 1: x =
///     fields.text(); … }
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

  /// Goes to the next field; false at the end or when the bytes are no record.
  [[nodiscard]] bool next();
  [[nodiscard]] Tag tag() const { return tag_; }
  [[nodiscard]] std::string text() const { return std::string(value_); }
  [[nodiscard]] std::string_view view() const { return value_; }
  [[nodiscard]] std::int64_t number();
  [[nodiscard]] WallTime time() { return from_epoch_ms(number()); }
  /// A number within [0, last], as enumerations are kept.
  template <class Enum>
  [[nodiscard]] Enum choice(Enum last) {
    return static_cast<Enum>(within(static_cast<std::int64_t>(last)));
  }
  [[nodiscard]] bool is_sound() const { return is_sound_; }
  /// What was read, unless the bytes were no record.
  template <class Record>
  [[nodiscard]] std::optional<Record> if_sound(Record record) const {
    if (!is_sound_) return std::nullopt;
    return record;
  }

 private:
  [[nodiscard]] std::int64_t within(std::int64_t last);

  std::string_view rest_;
  std::string_view value_;
  Tag tag_ = 0;
  bool is_sound_ = true;
};

}  // namespace belfry::storage
