#include "sync/render/link.h"

#include <algorithm>
#include <array>

#include "sync/render/text.h"

namespace belfry::render {
namespace {

bool starts_without_case(std::string_view text, std::string_view lower_prefix) {
  return text.size() >= lower_prefix.size() &&
         lower_case(text.substr(0, lower_prefix.size())) == lower_prefix;
}

bool is_web_address(std::string_view text) {
  return starts_without_case(text, "https://") || starts_without_case(text, "http://");
}

std::string percent_encoded(std::string_view url) {
  static constexpr char k_digits[] = "0123456789ABCDEF";
  static constexpr std::string_view k_unsafe = "()<>[]\"'`*~|\\{}^";
  std::string encoded;
  encoded.reserve(url.size());
  for (const char each : url) {
    const auto c = static_cast<unsigned char>(each);
    if (c <= 0x20 || c >= 0x7F || k_unsafe.find(each) != std::string_view::npos) {
      encoded += '%';
      encoded += k_digits[c >> 4U];
      encoded += k_digits[c & 15U];
    } else {
      encoded += each;
    }
  }
  return encoded;
}

/// `report.docx` reads like a host and is none.
bool is_file_ending(std::string_view ending) {
  static constexpr std::array<std::string_view, 43> k_endings = {
      "7z",   "avi", "bat",  "bmp", "cfg", "conf", "cpp",  "cs",  "css",   "csv",  "doc",
      "docx", "exe", "gif",  "gz",  "h",   "htm",  "html", "ini", "ipynb", "java", "jpeg",
      "jpg",  "js",  "json", "log", "md",  "mp3",  "mp4",  "msg", "one",   "pdf",  "png",
      "pptx", "ps1", "py",   "sh",  "sql", "txt",  "xlsx", "xml", "yaml",  "zip"};
  return std::find(k_endings.begin(), k_endings.end(), ending) != k_endings.end();
}

/// Browsers take them for dots in a host, or they look like one.
std::string with_plain_dots(std::string text) {
  for (const std::string_view dot : {"\u3002", "\uFF0E", "\uFF61", "\u2024"}) {
    for (auto at = text.find(dot); at != std::string::npos; at = text.find(dot, at + 1))
      text.replace(at, dot.size(), ".");
  }
  return text;
}

/// The host that a word of a label claims; empty when it claims none.
std::string claimed_host(std::string_view word) {
  std::string lower = with_plain_dots(lower_case(word));
  const auto scheme = lower.find("://");
  const bool has_scheme = scheme != std::string::npos;
  if (has_scheme) lower.erase(0, scheme + 3);
  const auto end = lower.find_first_of("/?#\\");
  const bool has_path = end != std::string::npos;
  lower.erase(std::min(end, lower.size()));
  if (const auto user = lower.rfind('@'); user != std::string::npos) {
    if (!has_scheme) return {};  // an e-mail address
    lower.erase(0, user + 1);
  }
  if (const auto port = lower.find(':'); port != std::string::npos) lower.erase(port);
  if (has_scheme) return lower;
  const auto dot = lower.rfind('.');
  if (dot == std::string::npos || dot == 0) return {};
  const std::string_view ending = std::string_view(lower).substr(dot + 1);
  const bool is_ending = ending.size() >= 2 && std::none_of(ending.begin(), ending.end(), is_digit);
  if (!is_ending) return {};
  const bool is_host = std::all_of(lower.begin(), lower.end(), [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '.' || (static_cast<unsigned char>(c) & 0x80U);
  });
  if (!is_host) return {};
  if (!has_path && !lower.starts_with("www.") && is_file_ending(ending)) return {};
  return lower;
}

/// `https://bank.example@evil.example/` leads to the second host and reads like the first.
bool names_a_user(std::string_view address) {
  address.remove_prefix(address.find("://") + 3);
  return address.substr(0, address.find_first_of("/?#")).find('@') != std::string_view::npos;
}

std::string_view without_www(std::string_view host) {
  if (host.starts_with("www.")) host.remove_prefix(4);
  return host;
}

}  // namespace

std::string link_address(std::string_view url, std::size_t most_bytes) {
  // As browsers do: blanks around an address are no part of it, and breaks inside are left out.
  std::string plain;
  for (const char c : trimmed(url)) {
    if (c != '\n' && c != '\r' && c != '\t') plain += c;
  }
  if (plain.starts_with("//")) plain.insert(0, "https:");
  const bool is_mail = starts_without_case(plain, "mailto:");
  if (!is_web_address(plain) && !is_mail) return {};
  std::string address = percent_encoded(plain);
  const auto colon = address.find(':');
  std::transform(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(colon),
                 address.begin(), [](char c) {
                   return lower_case({&c, 1})[0];
                 });
  if (address.size() > most_bytes) return {};
  if (!is_mail && (host_of(address).empty() || names_a_user(address))) return {};
  if (is_mail && address.size() == std::string_view("mailto:").size()) return {};
  return address;
}

std::string host_of(std::string_view address) {
  const auto scheme = address.find("://");
  if (scheme == std::string_view::npos) return {};
  address.remove_prefix(scheme + 3);
  // A browser takes `\` (here `%5C`) for `/`, other software does not: the shorter host is safe.
  address = address.substr(0, std::min(address.find_first_of("/?#"), address.find("%5C")));
  if (const auto user = address.rfind('@'); user != std::string_view::npos)
    address.remove_prefix(user + 1);
  address = address.substr(0, address.find(':'));
  return lower_case(address);
}

bool lies_about(std::string_view label, std::string_view address) {
  const bool is_mail = address.starts_with("mailto:");
  const std::string host = host_of(address);
  while (!label.empty()) {
    const auto end = std::min(label.find_first_of(" \n\t,;()[]<>\"'"), label.size());
    std::string_view word = label.substr(0, end);
    while (word.ends_with('.') || word.ends_with('!') || word.ends_with('?')) word.remove_suffix(1);
    label.remove_prefix(std::min(end + 1, label.size()));
    const std::string claimed = claimed_host(word);
    if (claimed.empty()) continue;
    if (is_mail) return true;
    const std::string_view shown = without_www(claimed);
    const std::string_view real = without_www(host);
    const bool is_part = real.size() > shown.size() && real.ends_with(shown) &&
                         real[real.size() - shown.size() - 1] == '.';
    if (shown != real && !is_part) return true;
  }
  return false;
}

std::size_t address_length(std::string_view text) {
  const bool is_www = starts_without_case(text, "www.");
  if (!is_www && !is_web_address(text)) return 0;
  std::size_t end = 0;
  while (end < text.size() && !is_blank(text[end]) && text[end] != '<' && text[end] != '"' &&
         !text.substr(end).starts_with(k_no_break_space)) {
    ++end;
  }
  const std::size_t least = is_www ? 5 : text.find("//") + 3;
  while (end >= least) {
    const char last = text[end - 1];
    const std::string_view kept = text.substr(0, end);
    const bool closes = last == ')' && std::count(kept.begin(), kept.end(), '(') >=
                                           std::count(kept.begin(), kept.end(), ')');
    if (closes || std::string_view(".,:;!?'*_~)]}|>").find(last) == std::string_view::npos) break;
    --end;
  }
  return end < least ? 0 : end;
}

bool is_plain_address(std::string_view text) {
  static constexpr std::string_view k_safe = "-./?=&%+:#";
  if (text.empty() || (!is_alphanumeric(text.back()) && text.back() != '/')) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool joins = text[i] == '_' && i > 0 && is_alphanumeric(text[i - 1]) &&
                       i + 1 < text.size() && is_alphanumeric(text[i + 1]);
    if (!is_alphanumeric(text[i]) && k_safe.find(text[i]) == std::string_view::npos && !joins)
      return false;
  }
  return true;
}

}  // namespace belfry::render
