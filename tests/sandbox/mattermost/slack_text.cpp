#include "tests/sandbox/mattermost/slack_text.h"

#include <fmt/format.h>

namespace belfry::sandbox::mattermost {

namespace {

std::string converted(std::string_view inner,
                      const std::function<std::string(std::string_view)>& username_of) {
  if (inner == "!channel" || inner == "!all" || inner == "!here")
    return fmt::format("@{}", inner.substr(1));
  if (inner.starts_with('@')) {
    const std::string name = username_of(inner.substr(1));
    return name.empty() ? fmt::format("<{}>", inner) : "@" + name;
  }
  const auto bar = inner.find('|');
  if (bar == std::string_view::npos || bar == 0 || bar + 1 == inner.size())
    return fmt::format("<{}>", inner);
  return fmt::format("[{}]({})", inner.substr(bar + 1), inner.substr(0, bar));
}

}  // namespace

std::string convert_slack_text(std::string_view text,
                               const std::function<std::string(std::string_view)>& username_of) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('<');
    const auto close = open == std::string_view::npos ? open : text.find_first_of("<>\n", open + 1);
    if (close == std::string_view::npos) break;
    out += text.substr(0, open);
    if (text[close] == '>') {
      out += converted(text.substr(open + 1, close - open - 1), username_of);
      text.remove_prefix(close + 1);
    } else {
      out += text.substr(open, close - open);
      text.remove_prefix(close);
    }
  }
  return out.append(text);
}

}  // namespace belfry::sandbox::mattermost
