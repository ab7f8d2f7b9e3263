#include "sync/render/file_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sync/render/text.h"

namespace belfry::render {
namespace {

/// File systems keep 255 bytes, and Mattermost makes `{name}_preview.jpg` of a picture's name. A
/// URL with all of them percent-encoded stays below its 2,048.
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

/// Marks of writing direction: invisible, and they show the parts of a name in another order.
std::string without_marks(std::string text) {
  for (const char* mark : {"\xE2\x80\x8E", "\xE2\x80\x8F", "\xD8\x9C"}) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.erase(at, std::string_view(mark).size());
    }
  }
  return text;
}

/// Without the dots and blanks at its ends, which Windows drops and which hide files elsewhere.
std::string_view without_ends(std::string_view text) {
  const auto begin = text.find_first_not_of(". ");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(". ") + 1 - begin);
}

/// Whether Windows opens a device for it, whatever follows the first dot.
/// Source: Microsoft, "Naming Files, Paths, and Namespaces".
bool is_device(std::string_view name) {
  const std::string word = lower_case(without_ends(name.substr(0, name.find('.'))));
  for (const char* device : {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}) {
    if (word == device) return true;
  }
  if (!word.starts_with("com") && !word.starts_with("lpt")) return false;
  const std::string_view number = std::string_view(word).substr(3);
  return (number.size() == 1 && is_digit(number[0])) || number == "\xC2\xB9" ||
         number == "\xC2\xB2" || number == "\xC2\xB3";
}

}  // namespace

std::string file_name(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  // Cut below, where the extension is known.
  std::string clean = without_marks(clean_line(name, std::string_view::npos));
  std::replace_if(
      clean.begin(), clean.end(),
      [](char c) { return std::string_view(":*?\"<>|").find(c) != std::string_view::npos; }, '_');
  clean = std::string(without_ends(clean));
  if (is_device(clean)) clean.insert(0, 1, '_');
  if (clean.size() <= k_most_bytes) return clean;
  const std::string extension(extension_of(clean));
  return std::string(without_ends(cut_bytes(clean, k_most_bytes - extension.size()))) + extension;
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
