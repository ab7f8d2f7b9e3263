#include "net/http/outcome.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>
#include <fmt/format.h>

#include "net/json/ascii.h"
#include "net/json/json_view.h"

namespace belfry::net {
namespace {

/// Graph nests three deep; who nests deeper tries something.
constexpr int k_most_levels = 10;
constexpr std::size_t k_longest_code = 120;
constexpr Duration k_longest_wait = std::chrono::hours{24};

ErrorKind kind_of(int status) {
  switch (status) {
    case 401:
      return ErrorKind::unauthorized;
    case 402:
      return ErrorKind::exhausted;
    case 403:
      return ErrorKind::forbidden;
    case 404:
    case 410:
      return ErrorKind::gone;
    case 408:
    case 423:
    case 425:
      return ErrorKind::transient;
    case 429:
      return ErrorKind::throttled;
    case 501:
      return ErrorKind::refused;
    case 407:
      return ErrorKind::transient;
    default:
      // A redirect where none belongs is a gate or a maintenance page in front of the server.
      return status >= 500 || status / 100 == 3 ? ErrorKind::transient : ErrorKind::refused;
  }
}

/// Codes and ids go into logs: what has another form is left out, whoever sent it.
bool is_plain_word(std::string_view text) {
  return !text.empty() && text.size() <= k_longest_code &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

bool is_code(std::string_view text) {
  return is_plain_word(text) && text.find_first_not_of("0123456789") != std::string_view::npos;
}

struct ServerWords {
  std::string code;
  std::string request_id;
};

void read_graph_error(JsonView level, ServerWords& words) {
  for (int depth = 0; depth < k_most_levels && level.is_object(); ++depth) {
    if (const std::string code = level["code"].text(); is_code(code)) words.code = code;
    if (const std::string id = level["request-id"].text(); is_plain_word(id)) {
      words.request_id = id;
    }
    const JsonView inner = level["innerError"];
    level = inner.is_object() ? inner : level["innererror"];
  }
}

ServerWords words_of(const HttpAnswer& answer) {
  ServerWords words;
  // A proxy's HTML, plain text or nothing at all is normal: then the status must do.
  if (const auto body = JsonView::parse(answer.body)) {
    const JsonView error = (*body)["error"];
    read_graph_error(error, words);
    for (const std::string& code : {error.text(), (*body)["id"].text()}) {
      if (words.code.empty() && is_code(code)) words.code = code;
    }
    if (const std::string id = (*body)["request_id"].text(); is_plain_word(id)) {
      words.request_id = id;
    }
  }
  for (const char* header : {"request-id", "x-request-id", "x-ms-request-id"}) {
    if (!words.request_id.empty()) break;
    if (const std::string id = answer.header(header); is_plain_word(id)) words.request_id = id;
  }
  words.code = lower_case(words.code);
  return words;
}

std::optional<Poco::DateTime> parse_http_date(const std::string& text) {
  Poco::DateTime date;
  int zone = 0;
  const auto& format = Poco::DateTimeFormat::HTTP_FORMAT;
  if (!Poco::DateTimeParser::tryParse(format, text, date, zone)) return std::nullopt;
  // The parser takes anything for a date.
  const bool is_one = Poco::DateTimeFormatter::format(date, format) == text;
  return is_one ? std::optional(date) : std::nullopt;
}

}  // namespace

std::optional<WallTime> date_of(const HttpAnswer& answer) {
  const auto date = parse_http_date(answer.header("Date"));
  if (!date) return std::nullopt;
  return from_epoch_ms(date->timestamp().epochMicroseconds() / 1000);
}

std::optional<Duration> retry_after(const HttpAnswer& answer) {
  const std::string text = answer.header("Retry-After");
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error == std::errc{} && end == text.data() + text.size()) {
    if (!std::isfinite(seconds) || seconds < 0) return std::nullopt;
    const double longest = std::chrono::duration<double>(k_longest_wait).count();
    return std::chrono::seconds{static_cast<std::int64_t>(std::ceil(std::min(seconds, longest)))};
  }
  const auto until = parse_http_date(text);
  const auto sent = parse_http_date(answer.header("Date"));
  if (!until || !sent) return std::nullopt;
  const Duration wait{(*until - *sent).totalMilliseconds()};
  return std::clamp(wait, Duration::zero(), k_longest_wait);
}

Error classify(const HttpAnswer& answer, std::string_view operation) {
  const ServerWords words = words_of(answer);
  Error error;
  error.kind = kind_of(answer.status);
  error.status = answer.status;
  error.code = words.code;
  error.retry_after = retry_after(answer);
  error.text = fmt::format("{}: status {}", operation, answer.status);
  if (!words.code.empty()) error.text += " " + words.code;
  if (!words.request_id.empty()) error.text += " (request " + words.request_id + ")";
  return error;
}

Error classify_in_doubt(const HttpAnswer& answer, std::string_view operation) {
  Error error = classify(answer, operation);
  if (answer.status >= 500 || answer.status == 408) error.kind = ErrorKind::in_doubt;
  return error;
}

}  // namespace belfry::net
