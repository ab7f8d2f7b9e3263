#pragma once

#include <string>
#include <string_view>

namespace belfry::net {

/// Appends `text`; bytes that are no UTF-8 (RFC 3629: overlong forms, surrogates, values above
/// U+10FFFF, cut sequences) become U+FFFD, so that nothing unsound reaches a post or the store.
void append_sound_utf8(std::string& out, std::string_view text);

/// Appends one code point; a surrogate or a value above U+10FFFF becomes U+FFFD.
void append_utf8(std::string& out, char32_t point);

}  // namespace belfry::net
