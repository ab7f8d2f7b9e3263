#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/base/result.h"

namespace belfry::net {

/// An absolute http or https URL, taken apart and not changed: `target` is sent as it stood.
struct Url {
  enum class Scheme : std::uint8_t { http, https };
  Scheme scheme = Scheme::http;
  std::string host;  ///< lower case; an IPv6 address without brackets
  std::uint16_t port = 80;
  std::string target;  ///< path and query, at least "/"; a fragment is dropped

  /// `host` or `host:port` when the port is not the scheme's own; an IPv6 address in brackets.
  [[nodiscard]] std::string authority() const;
  /// `host:port`, always with the port.
  [[nodiscard]] std::string endpoint() const;
};

/// Errors: refused, for another scheme, user names in it, or bytes that a URL may not hold.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// Loopback by its spelling: `localhost`, `*.localhost`, 127.0.0.0/8, ::1. Looks up no name.
[[nodiscard]] bool is_loopback(std::string_view host);

/// All bytes but RFC 3986's unreserved ones as %XX: right for a segment of a path and for a value
/// in a query or a form.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// `%XX` becomes its byte, `+` stays. Broken sequences stay as they are.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// As a form value: `+` is a blank.
[[nodiscard]] std::string form_decode(std::string_view text);

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// `a=b&c=d`, decoded, in order, repetitions kept. At most `most` pairs: the rest is dropped.
[[nodiscard]] Parameters parse_form(std::string_view text, std::size_t most = 200);
/// `a=b&c=d`, encoded.
[[nodiscard]] std::string form_encode(const Parameters& parameters);

/// The first value of that name; empty where there is none.
[[nodiscard]] std::string value_of(const Parameters& parameters, std::string_view name);

}  // namespace belfry::net
