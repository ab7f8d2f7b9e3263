#pragma once

#include <string_view>

/// What a fuzzer feeds with bytes, one function for each kind of input that strangers write. Each
/// aborts, by an invariant or a sanitizer, when what it promises does not hold; it has no other
/// outcome, whatever the bytes are.
namespace belfry::fuzz {

/// A body in HTML. Its Markdown is sound UTF-8, without controls and line breaks in disguise.
void html(std::string_view bytes);

/// An attachment's JSON, read by both readers of cards.
void card(std::string_view bytes);

/// Name, topic, type and content of an attachment, and body, parted by 0xFF. The post has room at
/// the smallest limit of a server.
void post(std::string_view bytes);

/// The body of a webhook, read before anything of it is believed. What comes out has sound ids and
/// holds no more copies of tokens than the policy allows.
void notification(std::string_view bytes);

/// A message's JSON, as it is fetched, listed or decrypted, up to its post.
void message(std::string_view bytes);

/// A list of signing keys and a validation token, parted by 0xFF. No token is valid but the one
/// whose key we know.
void token(std::string_view bytes);

}  // namespace belfry::fuzz
