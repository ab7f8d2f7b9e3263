#include "tests/sandbox/time_text.h"

#include <charconv>
#include <chrono>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <fmt/format.h>

namespace belfry::sandbox {

namespace {

struct Civil {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t millisecond = 0;
};

Civil civil(std::int64_t ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds{ms}};
  const auto day_start = floor<days>(point);
  const year_month_day date{day_start};
  const std::int64_t rest = (point - day_start).count();
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .hour = rest / 3'600'000,
          .minute = rest / 60'000 % 60,
          .second = rest / 1'000 % 60,
          .millisecond = rest % 1'000};
}

std::string seconds_text(const Civil& c, char middle) {
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", c.year, c.month, c.day, middle, c.hour,
                     c.minute, c.second);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::int64_t number(std::size_t digits) {
    std::int64_t value = 0;
    if (text_.size() < digits) return fail();
    const auto end = text_.data() + digits;
    const auto [stop, error] = std::from_chars(text_.data(), end, value);
    if (error != std::errc{} || stop != end || value < 0) return fail();
    text_.remove_prefix(digits);
    return value;
  }

  bool skip(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view any_of) {
    if (!skip(any_of)) fail();
  }

  /// Digits of a fraction as milliseconds; what is finer is cut.
  std::int64_t fraction() {
    std::int64_t value = 0;
    std::int64_t weight = 100;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      value += (text_.front() - '0') * weight;
      weight /= 10;
      text_.remove_prefix(1);
    }
    return value;
  }

  [[nodiscard]] char next() const { return text_.empty() ? '\0' : text_.front(); }
  [[nodiscard]] bool good() const { return good_ && text_.empty(); }

 private:
  std::int64_t fail() {
    good_ = false;
    text_ = {};
    return 0;
  }

  std::string_view text_;
  bool good_ = true;
};

}  // namespace

std::string time_text(std::int64_t ms) {
  const Civil c = civil(ms);
  std::string out = seconds_text(c, 'T');
  if (c.millisecond != 0) {
    out += fmt::format(".{:03}", c.millisecond);
    while (out.back() == '0') out.pop_back();
  }
  return out + 'Z';
}

std::string time_text_seconds(std::int64_t ms) {
  return seconds_text(civil(ms), 'T') + 'Z';
}

std::string time_text_with_offset(std::int64_t ms, int offset_minutes) {
  const Civil c = civil(ms + std::int64_t{offset_minutes} * 60'000);
  const int absolute = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  return seconds_text(c, 'T') + fmt::format(".{:03}0000{}{:02}:{:02}", c.millisecond,
                                            offset_minutes < 0 ? '-' : '+', absolute / 60,
                                            absolute % 60);
}

std::string time_text_with_blank(std::int64_t ms) {
  return seconds_text(civil(ms), ' ') + 'Z';
}

std::string time_text_of_http(std::int64_t ms) {
  return Poco::DateTimeFormatter::format(Poco::Timestamp(ms * 1'000),
                                         Poco::DateTimeFormat::HTTP_FORMAT);
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  using namespace std::chrono;
  Reader in(text);
  const auto year_number = in.number(4);
  in.expect("-");
  const auto month_number = in.number(2);
  in.expect("-");
  const auto day_number = in.number(2);
  in.expect("T t");
  const auto hour = in.number(2);
  in.expect(":");
  const auto minute = in.number(2);
  std::int64_t second = 0;
  std::int64_t millisecond = 0;
  if (in.skip(":")) {
    second = in.number(2);
    if (in.skip(".")) millisecond = in.fraction();
  }
  std::int64_t offset = 0;
  if (!in.skip("Zz") && (in.next() == '+' || in.next() == '-' || in.next() == ' ')) {
    const std::int64_t sign = in.next() == '-' ? -1 : 1;
    in.expect("+- ");
    offset = in.number(2) * 60;
    in.expect(":");
    offset = sign * (offset + in.number(2));
  }
  if (!in.good()) return std::nullopt;
  const year_month_day date{year{static_cast<int>(year_number)},
                            month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days_ms =
      duration_cast<milliseconds>(sys_days{date}.time_since_epoch()).count();
  return days_ms + ((hour * 60 + minute - offset) * 60 + second) * 1'000 + millisecond;
}

std::string month_of(std::int64_t ms) {
  const Civil c = civil(ms);
  return fmt::format("{:04}-{:02}", c.year, c.month);
}

}  // namespace belfry::sandbox
