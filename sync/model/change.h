#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/allowance.h"
#include "sync/model/journal_record.h"

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
/// `summary` stands for messages that a sweep found too late to post them one by one.
/// `chat` is about a chat itself, which was made or renamed or got other members; no message is
/// named, and nothing is posted.
enum class ChangeKind : std::uint8_t {
  created = 0,
  edited = 1,
  deleted = 2,
  summary = 3,
  chat = 4
};
inline constexpr ChangeKind k_last_change_kind = ChangeKind::chat;
/// A post of its own comes of it, for whoever is a member of the chat now.
[[nodiscard]] constexpr bool tells_of_new(ChangeKind kind) {
  return kind == ChangeKind::created || kind == ChangeKind::summary;
}
/// About a message that may have been told of before: concerns those who were told.
[[nodiscard]] constexpr bool is_later_change(ChangeKind kind) {
  return kind == ChangeKind::edited || kind == ChangeKind::deleted;
}
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

/// One of the messages that a `summary` stands for.
struct MissedMessage {
  WallTime written;
  TeamsUserId sender{};  ///< empty: nobody's of Teams

  friend bool operator==(const MissedMessage&, const MissedMessage&) = default;
};

/// What a `summary` tells of the messages that it stands for.
struct MissedMessages {
  std::uint64_t count = 0;
  WallTime first;  ///< creation of the oldest
  WallTime last;   ///< creation of the newest
  /// In order of creation. Empty where an earlier version stored it: then all count for everybody.
  std::vector<MissedMessage> each{};

  friend bool operator==(const MissedMessages&, const MissedMessages&) = default;
};

/// What Belfry has to act on: one message was created, edited or deleted, whoever reported it.
struct Change {
  MessageRef ref;
  ChangeKind kind = ChangeKind::created;
  Source source = Source::webhook;
  WallTime received;
  std::optional<EncryptedResource> resource{};  ///< rich notifications only
  /// The message's JSON as a sweep read it: needs no further request.
  std::optional<Content> found{};
  std::optional<MissedMessages> missed{};  ///< `summary` only
  /// One of ours to whom Graph showed it, by a sweep's request or by a subscription to that
  /// person's chats, and whose token may read what the app does not see; empty: it was shown to the
  /// app.
  MattermostUserId shown_to{};
  /// The metered subscription that announced it; empty: none did. Counts against the month, once
  /// for each subscription, whoever reported the change first. Not stored with the change.
  SubscriptionId metered_by{};
  /// Which month, by Microsoft's clock. Meaningful only with `metered_by`; not stored either.
  Month metered_in{};
  /// Goes into the journal in the same batch, if the change is new. Not stored with the change.
  std::optional<JournalRecord> line{};

  friend bool operator==(const Change&, const Change&) = default;
};

/// A change that was accepted and is not planned yet.
struct InboxEntry {
  Sequence sequence{};
  Change change;
  int attempts = 0;
  WallTime next_try;                  ///< epoch: at once
  std::string last_error;             ///< text of the last Error, for `queue show`
  std::optional<WallTime> retried{};  ///< when an administrator last took it back from the dead

  /// The age limit counts from here.
  [[nodiscard]] WallTime entered() const { return retried.value_or(change.received); }

  friend bool operator==(const InboxEntry&, const InboxEntry&) = default;
};

/// Milliseconds by which a message is put in order with others: Graph's chat message ids are the
/// epoch milliseconds of their creation as text. An id of another form orders by `fallback`.
[[nodiscard]] std::uint64_t creation_order(const MessageId& id, WallTime fallback);

}  // namespace belfry
