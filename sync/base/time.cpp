#include "sync/base/time.h"

#include <array>
#include <cstdio>

namespace belfry {
namespace {

/// Walks over a text of digits and marks; sticky: the first misfit spoils the rest.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  bool take_one_of(std::string_view marks) {
    if (rest_.empty() || marks.find(rest_.front()) == std::string_view::npos) return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view marks) {
    if (!take_one_of(marks)) fail();
  }

  int fraction_ms() {
    int ms = 0;
    int digits = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (digits < 3) ms = ms * 10 + (rest_.front() - '0');
      ++digits;
      rest_.remove_prefix(1);
    }
    if (digits == 0 || digits > 9) return fail();
    for (; digits < 3; ++digits) ms *= 10;
    return ms;
  }

  [[nodiscard]] char last() const { return last_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool sound() const { return sound_; }

 private:
  int fail() {
    sound_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  char last_ = '\0';
  bool sound_ = true;
};

}  // namespace

std::optional<WallTime> parse_iso8601(std::string_view text) {
  using namespace std::chrono;
  Reader reader(text);
  const int y = reader.number(4);
  reader.expect("-");
  const int m = reader.number(2);
  reader.expect("-");
  const int d = reader.number(2);
  reader.expect("Tt ");
  const int h = reader.number(2);
  reader.expect(":");
  const int min = reader.number(2);
  reader.expect(":");
  const int s = reader.number(2);
  const int ms = reader.take_one_of(".") ? reader.fraction_ms() : 0;
  minutes offset{0};
  if (reader.take_one_of("+-")) {
    const int sign = reader.last() == '-' ? -1 : 1;
    const int offset_hours = reader.number(2);
    reader.take_one_of(":");
    const int offset_minutes = reader.number(2);
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    offset = sign * (hours{offset_hours} + minutes{offset_minutes});
  } else {
    reader.take_one_of("Zz");
  }
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!reader.sound() || !reader.at_end() || !date.ok() || h > 23 || min > 59 || s > 60) {
    return std::nullopt;
  }
  return WallTime{sys_days{date}} + hours{h} + minutes{min} + seconds{s} + milliseconds{ms} -
         offset;
}

std::string format_iso8601(WallTime time) {
  using namespace std::chrono;
  const auto days = floor<std::chrono::days>(time);
  const year_month_day date{days};
  const hh_mm_ss<Duration> clock{time - days};
  std::array<char, 48> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string format_date(WallTime time) {
  constexpr std::size_t k_date = 10;
  return format_iso8601(time).substr(0, k_date);
}

}  // namespace belfry
