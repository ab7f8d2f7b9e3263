#pragma once

#include <string>
#include <string_view>

#include "tests/sandbox/directory.h"
#include "tests/sandbox/graph/world.h"

/// The JSON shapes of Graph. Source: the resource pages chat, chatMessage, conversationMember,
/// chatMessageInfo.
namespace belfry::sandbox {

struct RenderOptions {
  const Directory& directory;
  /// `Prefer: include-unknown-enum-members`: without it system events are `unknownFutureValue`.
  bool unknown_enum_members = false;
  std::string_view graph = "https://graph.microsoft.com";  ///< stands in `@odata.context`
};

enum class MessageForm {
  single,        ///< GET of one message: with `@odata.context`
  row,           ///< in a page
  notification,  ///< inside a rich notification: times cut to seconds, `replies` and
                 ///< `hostedContents`
  delta,         ///< as `row`, `subject` an empty string
};

[[nodiscard]] std::string render_message(const Chat& chat, const Message& message, MessageForm form,
                                         const RenderOptions& options);

struct ChatParts {
  bool context = false;
  bool members = false;
  bool preview = false;
  std::string_view viewpoint_of = {};  ///< a member; only with a user's token, only in the list
  std::size_t most_members = 1'000;
};

[[nodiscard]] std::string render_chat(const Chat& chat, const ChatParts& parts,
                                      const RenderOptions& options);
[[nodiscard]] std::string render_member(const Chat& chat, const ChatMember& member,
                                        const RenderOptions& options);
/// An identity set with this user: `from`, `initiator`.
[[nodiscard]] std::string render_user_set(const Person& person);

}  // namespace belfry::sandbox
