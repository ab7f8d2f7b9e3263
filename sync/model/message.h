#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/change.h"

namespace belfry {

/// Who wrote a message. `display_name` is often missing: then the member's name is taken.
struct Sender {
  enum class Kind : std::uint8_t { user, application, other };
  Kind kind = Kind::other;
  TeamsUserId user;  ///< empty unless `kind` is `user`
  std::string display_name;
};

struct MessageBody {
  enum class Type : std::uint8_t { text, html };
  Type type = Type::text;  ///< `text` is literal: markup characters mean nothing
  Content content;
};

/// One of `attachments[]`; what `content` holds depends on `content_type` (reference:
/// chatMessageAttachment).
struct Attachment {
  std::string id;
  std::string content_type;
  std::string content_url;
  Content content;  ///< JSON as text, or anything
  Content name;
};

/// One of `mentions[]`; stands in the body as `<at id="…">`.
struct Mention {
  enum class Target : std::uint8_t { user, application, everyone, tag, other };
  int id = 0;
  Content text;
  Target target = Target::other;
  TeamsUserId user;  ///< empty unless `target` is `user`
};

enum class Importance : std::uint8_t { normal, high, urgent };

/// A chat message, parsed once at the edge. Source: Graph, resource type chatMessage.
struct Message {
  MessageRef ref;
  bool is_system_event = false;  ///< member, rename, call events: never posted
  std::string event_type;  ///< last part of `eventDetail["@odata.type"]`, e.g. membersAdded…
  WallTime created;        ///< in rich notifications cut to seconds
  WallTime modified;       ///< moves on reactions too
  std::optional<WallTime> edited;
  std::optional<WallTime> deleted;
  std::optional<Sender> sender;
  Content subject;
  Importance importance = Importance::normal;
  MessageBody body;
  std::vector<Attachment> attachments;
  std::vector<Mention> mentions;
  std::optional<Content> policy_notice;  ///< set: blocked by policy, only this text may be shown
};

}  // namespace belfry
