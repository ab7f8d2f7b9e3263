#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry::render {

/// The address as it may stand in a Markdown link, percent-encoded where a parser could stumble.
/// Empty unless it is http, https or mailto, has a host and in front of it no user, whose name
/// could pose as the host, and is no longer than `most_bytes`.
[[nodiscard]] std::string link_address(std::string_view url, std::size_t most_bytes);

/// Host of an address from link_address(), lower case, without port and user: where a browser would
/// go.
[[nodiscard]] std::string host_of(std::string_view address);

/// Whether `label` reads like an address or host other than the one that `address` leads to. Names
/// of files look like hosts and are let pass.
[[nodiscard]] bool lies_about(std::string_view label, std::string_view address);

/// Bytes at the beginning of `text` that clients would take for an address: `http://…`,
/// `https://…`, `www.…`, without the punctuation that ends the sentence. 0 when there is none.
[[nodiscard]] std::size_t address_length(std::string_view text);

/// Whether the address can stand in a text as it is: no letter in it that formats, and clients
/// agree on where it ends.
[[nodiscard]] bool is_plain_address(std::string_view text);

}  // namespace belfry::render
