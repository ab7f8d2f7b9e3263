#include "net/graph/subscription_error.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "net/http/outcome.h"
#include "net/json/ascii.h"
#include "net/json/json_view.h"
#include "sync/port/graph.h"

namespace belfry::net {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_guid(std::string_view text) {
  constexpr std::string_view form = "00000000-0000-0000-0000-000000000000";
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char f) { return f == '-' ? c == '-' : is_hex(c); });
}

/// The first GUID in `text`, or nothing.
std::string_view first_guid(std::string_view text) {
  constexpr std::size_t length = 36;
  for (std::size_t at = 0; at + length <= text.size(); ++at)
    if (is_guid(text.substr(at, length))) return text.substr(at, length);
  return {};
}

bool names_any(std::string_view message, std::initializer_list<std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [message](std::string_view each) {
    return message.find(each) != std::string_view::npos;
  });
}

/// One line of printable ASCII.
std::string cleaned(std::string_view message) {
  constexpr std::size_t longest = 300;
  std::string text(message.substr(0, longest));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
  return text;
}

}  // namespace

Error subscription_error(const HttpAnswer& answer, std::string_view operation) {
  Error error = classify(answer, operation);
  const auto json = JsonView::parse(answer.body);
  if (!json) return error;
  const std::string message = (*json)["error"]["message"].text();
  const std::string lower = lower_case(message);
  if (answer.status == 409) {
    const std::string_view existing = first_guid(message);
    if (!existing.empty() && names_any(lower, {"already exists"})) {
      error.code = sync::k_subscription_exists;
      error.text = lower_case(existing);
      return error;
    }
  }
  if (answer.status == 403 &&
      names_any(lower, {"maximum number of", "quota", "limit has been reached", "limit exceeded"}))
    error.code = sync::k_subscription_quota;
  if (answer.status == 400 &&
      names_any(lower, {"validation request", "validation of the notification", "validationtoken"}))
    error.kind = ErrorKind::transient;
  if (!message.empty()) error.text += ": " + cleaned(message);
  return error;
}

}  // namespace belfry::net
