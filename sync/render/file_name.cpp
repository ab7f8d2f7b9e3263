#include "sync/render/file_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// Mattermost keeps 256 characters; a URL with all of them percent-encoded stays below its 2,048.
constexpr std::size_t k_most_bytes = 200;
constexpr std::size_t k_longest_extension = 16;

/// The dot and what follows; empty where nothing looks like an extension.
std::string_view extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  const std::string_view extension = name.substr(dot);
  const bool is_one = extension.size() > 1 && extension.size() <= k_longest_extension &&
                      std::all_of(extension.begin() + 1, extension.end(), is_alphanumeric);
  return is_one ? extension : std::string_view{};
}

/// The longest beginning of at most `most` bytes that parts no code point.
std::string_view cut_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

}  // namespace

std::string file_name(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string clean = clean_line(name, k_most_bytes);
  std::replace_if(
      clean.begin(), clean.end(),
      [](char c) { return std::string_view(":*?\"<>|").find(c) != std::string_view::npos; }, '_');
  const auto begin = clean.find_first_not_of(". ");
  if (begin == std::string::npos) return {};
  clean = clean.substr(begin, clean.find_last_not_of(". ") + 1 - begin);
  if (clean.size() <= k_most_bytes) return clean;
  const std::string extension(extension_of(clean));
  return std::string(cut_bytes(clean, k_most_bytes - extension.size())) + extension;
}

std::string named_by_type(std::string_view name, std::string_view content_type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> k_extensions = {
      {{"image/png", ".png"},
       {"image/jpeg", ".jpg"},
       {"image/gif", ".gif"},
       {"image/webp", ".webp"},
       {"image/bmp", ".bmp"},
       {"image/tiff", ".tiff"},
       {"image/svg+xml", ".svg"},
       {"image/heic", ".heic"},
       {"text/plain", ".txt"}}};
  if (!extension_of(name).empty()) return std::string(name);
  const std::string type = lower_case(content_type);
  const auto known = std::find_if(k_extensions.begin(), k_extensions.end(),
                                  [&](const auto& one) { return one.first == type; });
  const std::string_view word = type.starts_with("image/") ? "picture" : "file";
  return std::string(name.empty() ? word : name) +
         std::string(known == k_extensions.end() ? "" : known->second);
}

}  // namespace belfry::render
