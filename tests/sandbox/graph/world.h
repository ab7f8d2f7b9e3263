#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/directory.h"

/// What exists in the simulated Teams: chats, their members and messages. No HTTP, no JSON
/// envelopes.
namespace belfry::sandbox {

enum class ChatKind { one_on_one, group, meeting };

struct ChatMember {
  std::string person = {};  ///< empty: an anonymous guest
  std::string guest = {};   ///< the name of one
  std::vector<std::string> roles{"owner"};
  std::int64_t visible_from_ms = 0;  ///< sees nothing older; 0: sees all
  std::int64_t read_until_ms = 0;    ///< up to where this person has read in Teams; 0: nothing
};

struct HostedContent {
  std::string id = {};  ///< made up when empty
  std::string content_type = "image/png";
  std::string bytes = {};
};

struct Reaction {
  std::string type = {};  ///< an emoji
  std::string person = {};
  std::int64_t at_ms = 0;
};

struct Message {
  std::int64_t number = 0;  ///< the id: epoch milliseconds of creation, unique within the chat
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  std::optional<std::int64_t> edited_ms;
  std::optional<std::int64_t> deleted_ms;
  std::uint64_t change = 0;  ///< number of the newest change in the whole world
  std::string type = "message";
  std::string sender = {};  ///< a person; empty: see from_json
  std::string importance = "normal";
  std::optional<std::string> subject;
  std::string content_type = "html";
  std::string content;
  // JSON texts, as they stand in the answer.
  std::string from_json;  ///< overrides `sender` when not empty
  std::string attachments_json = "[]";
  std::string mentions_json = "[]";
  std::string event_detail_json = "null";
  std::string policy_violation_json = "null";
  std::vector<Reaction> reactions;
  std::vector<HostedContent> hosted;

  [[nodiscard]] std::string id() const { return std::to_string(number); }
  [[nodiscard]] bool is_system() const { return event_detail_json != "null"; }
};

struct Chat {
  std::string id = {};
  ChatKind kind = ChatKind::group;
  std::optional<std::string> topic;
  std::string tenant = {};  ///< the hosting one; app-only reads see our tenant's chats only
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;  ///< renamed or membership changed, not the last message
  std::vector<ChatMember> members;
  std::map<std::int64_t, Message> messages;                         ///< by creation
  std::set<std::pair<std::int64_t, std::int64_t>> by_modification;  ///< (modified_ms, number)

  [[nodiscard]] const ChatMember* member(std::string_view person) const;
};

enum class ChangeKind { created, updated, deleted };

struct WorldChange {
  ChangeKind kind = ChangeKind::created;
  std::string chat = {};
  std::string message = {};
  std::string sender = {};
  bool system = false;
  std::int64_t at_ms = 0;
};

/// Threads  All functions from any thread. Readers see a chat whole, under a shared lock that they
/// must not hold long.
class World {
 public:
  World(SandboxClock& clock, const Directory& directory) : clock_(clock), directory_(directory) {}

  struct NewChat {
    ChatKind kind = ChatKind::group;
    std::string topic = {};
    std::vector<std::string> members = {};  ///< persons; the first one owns a meeting
    std::string id = {};                    ///< made up when empty
    std::string tenant = {};                ///< hosting tenant; empty: ours
  };
  /// A one-to-one chat of the same two people is the same chat.
  std::string create_chat(const NewChat& chat);

  /// Gives the message its number and times: now, or `created_ms` when that is set, but never a
  /// number used in this chat. `src="hosted:0"` in the content becomes the address of its first
  /// hosted content below `base_url`.
  std::optional<WorldChange> post(std::string_view chat, Message message,
                                  std::string_view base_url);
  /// Changes a message in place; nothing when it is unknown. `change` gets the message and the time
  /// of the change.
  std::optional<WorldChange> modify(std::string_view chat, std::string_view message,
                                    ChangeKind kind,
                                    const std::function<void(Message&, std::int64_t)>& change);
  bool modify_chat(std::string_view chat, const std::function<void(Chat&, std::int64_t)>& change);
  /// As if it had never been, as after a retention purge: reads answer 404.
  bool purge(std::string_view chat, std::string_view message);

  /// False when the chat is unknown.
  bool read(std::string_view chat, const std::function<void(const Chat&)>& reader) const;
  void read_all_of(std::string_view person, const std::function<void(const Chat&)>& reader) const;
  void read_all(const std::function<void(const Chat&)>& reader) const;
  [[nodiscard]] std::vector<std::string> members_of(std::string_view chat) const;
  [[nodiscard]] std::uint64_t newest_change() const;

 private:
  std::string new_chat_id(const NewChat& chat) const;

  SandboxClock& clock_;
  const Directory& directory_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Chat> chats_;                      // guarded by mutex_
  std::unordered_map<std::string, std::set<std::string>> chats_of_;  // guarded by mutex_
  std::uint64_t changes_ = 0;                                        // guarded by mutex_
};

}  // namespace belfry::sandbox
