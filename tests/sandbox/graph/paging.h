#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/web.h"

/// Pages, and the opaque tokens that lead to the next one.
namespace belfry::sandbox {

/// `$top` within 1 and `most`; `otherwise` when it is absent; nothing when it is wrong.
[[nodiscard]] inline std::optional<std::size_t> top_of(const WebRequest& request,
                                                       std::size_t otherwise, std::size_t most) {
  if (!request.has_query("$top")) return otherwise;
  const std::string text = request.query_value("$top");
  std::size_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (value < 1 || value > most) return std::nullopt;
  return value;
}

/// Numbers behind an opaque text.
[[nodiscard]] inline std::string make_page_token(const std::vector<std::int64_t>& numbers) {
  std::string out;
  for (const std::int64_t number : numbers) out += std::to_string(number) + ";";
  return base64url(out);
}

[[nodiscard]] inline std::optional<std::vector<std::int64_t>> read_page_token(
    std::string_view token, std::size_t count) {
  const auto text = decode_base64(token);
  if (!text) return std::nullopt;
  std::vector<std::int64_t> out;
  const char* at = text->data();
  const char* const end = at + text->size();
  while (at < end) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc{} || parsed.ptr == end || *parsed.ptr != ';') return std::nullopt;
    out.push_back(number);
    at = parsed.ptr + 1;
  }
  if (out.size() != count) return std::nullopt;
  return out;
}

/// The address of the request with another `$skiptoken`.
[[nodiscard]] inline std::string next_link(const std::string& base, const WebRequest& request,
                                           const std::string& token) {
  std::string out = base + request.path + "?";
  for (const auto& [name, value] : request.query)
    if (name != "$skiptoken") out += fmt::format("{}={}&", name, percent_encode(value));
  return out + "$skiptoken=" + token;
}

struct Page {
  std::string context = {};
  std::vector<std::string> rows = {};
  std::string next = {};   ///< link; empty: the last page
  std::string delta = {};  ///< deltaLink
  bool counted = true;
};

[[nodiscard]] inline WebReply page_reply(const Page& page) {
  std::string out = R"({"@odata.context":)" + json_string(page.context);
  if (page.counted) out += fmt::format(R"(,"@odata.count":{})", page.rows.size());
  if (!page.next.empty()) out += R"(,"@odata.nextLink":)" + json_string(page.next);
  if (!page.delta.empty()) out += R"(,"@odata.deltaLink":)" + json_string(page.delta);
  out += R"(,"value":[)";
  for (const std::string& row : page.rows) {
    if (out.back() != '[') out += ',';
    out += row;
  }
  return json_text_reply(200, out + "]}");
}

}  // namespace belfry::sandbox
