#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/time.h"

namespace belfry {

/// A message's full name: Graph's message ids are unique within their chat only.
struct MessageRef {
  ChatId chat;
  MessageId message;

  friend bool operator==(const MessageRef&, const MessageRef&) = default;
  friend auto operator<=>(const MessageRef&, const MessageRef&) = default;
};

/// `edited` is also what a basic `updated` notification becomes: whether it was an edit, a reaction
/// or an undone deletion shows only after resolving.
enum class ChangeKind : std::uint8_t { created = 0, edited = 1, deleted = 2 };
[[nodiscard]] const char* name_of(ChangeKind kind);

/// Who reported a change.
enum class Source : std::uint8_t { webhook = 0, reconciler = 1 };
[[nodiscard]] const char* name_of(Source source);

/// The encrypted content of a rich notification, still closed: base64 as received, with the JWTs of
/// its body. Source: Graph, "change notifications with resource data".
struct EncryptedResource {
  std::string data;
  std::string signature;  ///< empty when the sender left it out: must be refused
  std::string key;
  CertificateId certificate;
  std::vector<std::string> validation_tokens;
  TenantId tenant;  ///< of the entry; has to equal the tokens' `tid`

  friend bool operator==(const EncryptedResource&, const EncryptedResource&) = default;
};

/// What Belfry has to act on: one message was created, edited or deleted, whoever reported it.
struct Change {
  MessageRef ref;
  ChangeKind kind = ChangeKind::created;
  Source source = Source::webhook;
  WallTime received;
  std::optional<EncryptedResource> resource;  ///< rich notifications only

  friend bool operator==(const Change&, const Change&) = default;
};

/// A change that was accepted and is not planned yet.
struct InboxEntry {
  Sequence sequence{};
  Change change;
  int attempts = 0;
  WallTime next_try;       ///< epoch: at once
  std::string last_error;  ///< text of the last Error, for `queue show`

  friend bool operator==(const InboxEntry&, const InboxEntry&) = default;
};

/// Milliseconds by which a message is put in order with others: Graph's chat message ids are the
/// epoch milliseconds of their creation as text. An id of another form orders by `fallback`.
[[nodiscard]] std::uint64_t creation_order(const MessageId& id, WallTime fallback);

}  // namespace belfry
