#include "net/http/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "net/json/ascii.h"

namespace belfry::net {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// What may stand in a URL at all: printable ASCII without blanks and the characters that RFC 3986
/// leaves out. Line ends would otherwise become headers.
bool is_sendable(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
         c != '`';
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10U;
  return std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

std::optional<HostAndPort> split_authority(std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return std::nullopt;
    if (!port.empty()) port.remove_prefix(1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (host.empty()) return std::nullopt;
  const bool is_named =
      std::all_of(host.begin(), host.end(), [](char c) { return is_unreserved(c) || c == ':'; });
  if (!is_named) return std::nullopt;
  if (port.empty()) return HostAndPort{lower_case(host), std::nullopt};
  const auto number = parse_port(port);
  if (!number) return std::nullopt;
  return HostAndPort{lower_case(host), number};
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::string Url::authority() const {
  const std::uint16_t usual = scheme == Scheme::https ? 443 : 80;
  return port == usual ? bracketed(host) : endpoint();
}

std::string Url::endpoint() const {
  return fmt::format("{}:{}", bracketed(host), port);
}

Result<Url> parse_url(std::string_view text) {
  // The text may hold what people wrote or a token: an error never repeats it.
  if (!std::all_of(text.begin(), text.end(), is_sendable)) {
    return fail(ErrorKind::refused, "URL with characters that cannot be sent");
  }
  Url url;
  const std::size_t scheme_end = text.find("://");
  const std::string scheme = lower_case(text.substr(0, std::min(scheme_end, std::size_t{8})));
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return fail(ErrorKind::refused, "URL is neither http nor https");
  }
  url.scheme = scheme == "https" ? Url::Scheme::https : Url::Scheme::http;
  std::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = split_authority(rest.substr(0, authority_end));
  if (!authority) return fail(ErrorKind::refused, "URL without a sound host");
  url.host = authority->host;
  url.port = authority->port.value_or(url.scheme == Url::Scheme::https ? 443 : 80);
  url.target = std::string(rest.substr(authority_end));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

bool is_loopback(std::string_view host) {
  const bool is_v4 =
      host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_v4 || host == "::1" || host == "[::1]" || same_without_case(host, "localhost") ||
         lower_case(host).ends_with(".localhost");
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const auto high = hex_digit(text[at + 1]);
      const auto low = hex_digit(text[at + 2]);
      if (high && low) {
        decoded += static_cast<char>(*high * 16 + *low);
        at += 2;
        continue;
      }
    }
    decoded += text[at];
  }
  return decoded;
}

std::string form_decode(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return percent_decode(blanks);
}

Parameters parse_form(std::string_view text, std::size_t most) {
  Parameters parameters;
  while (!text.empty() && parameters.size() < most) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    parameters.emplace_back(form_decode(pair.substr(0, equals)),
                            form_decode(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return parameters;
}

std::string form_encode(const Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text += percent_encode(name) + '=' + percent_encode(value);
  }
  return text;
}

std::string value_of(const Parameters& parameters, std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  return found == parameters.end() ? std::string() : found->second;
}

}  // namespace belfry::net
