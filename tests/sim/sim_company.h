#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/model/chat.h"
#include "sync/model/message.h"
#include "sync/port/clock.h"
#include "tests/sim/dice.h"
#include "tests/sim/stays.h"

namespace belfry::sim {

/// The people of a world, their chats, and what was really said in Teams: what the simulated Graph
/// answers from, and what the oracle judges by.
class SimCompany {
 public:
  struct Said {
    MessageRef ref;
    TeamsUserId sender;
    WallTime created;
    WallTime listed;        ///< from then on Graph's lists and delta show it
    bool is_event = false;  ///< members or the topic changed: never told
    std::vector<WallTime> edits;
    std::optional<WallTime> deleted;

    /// When lists last saw it change.
    [[nodiscard]] WallTime modified() const;
  };
  /// Whose tenant a chat lives in: those of another one are invisible to the app.
  enum class Host { ours, another_tenant };
  [[nodiscard]] static TenantId tenant_of(Host host) {
    return TenantId{host == Host::ours ? "ours" : "theirs"};
  }
  struct Room {
    std::vector<TeamsUserId> members;
    Host host = Host::ours;
    std::vector<const Said*> said;       ///< in order of creation
    std::map<TeamsUserId, Stays> stays;  ///< of all who ever were members
    std::vector<WallTime> topics;        ///< when it was given each of them
  };
  /// Whether who is added to a chat is shown what was said before.
  enum class History { shown, hidden };

  explicit SimCompany(const sync::Clock& clock) : clock_(clock) {}

  void add_chat(const ChatId& chat, const std::vector<TeamsUserId>& members, Host host);
  void join(const ChatId& chat, const TeamsUserId& user, History history);
  void leave(const ChatId& chat, const TeamsUserId& user);
  void rename(const ChatId& chat);
  const Said& say(const ChatId& chat, const TeamsUserId& sender, Duration lag);
  /// What Teams itself writes into a chat whose members or topic change.
  const Said& note_event(const ChatId& chat, const TeamsUserId& who);
  void edit(const MessageRef& ref);
  void erase(const MessageRef& ref);

  void set_active(const TeamsUserId& user) { active_.insert(user); }
  [[nodiscard]] bool is_active(const TeamsUserId& user) const { return active_.contains(user); }
  /// The person looks into the chat in Teams.
  void read(const TeamsUserId& user, const ChatId& chat);
  [[nodiscard]] std::optional<WallTime> read_to(const TeamsUserId& user, const ChatId& chat) const;

  [[nodiscard]] const std::map<ChatId, Room>& chats() const { return chats_; }
  /// In order of id.
  [[nodiscard]] const std::vector<ChatId>& chats_of(const TeamsUserId& user) const;
  [[nodiscard]] const std::map<MessageRef, Said>& said() const { return said_; }
  /// None: nobody wrote it. In this world no two chats have a message of one id.
  [[nodiscard]] const Said* find(const MessageId& message) const;
  [[nodiscard]] bool is_member(const ChatId& chat, const TeamsUserId& user) const;
  [[nodiscard]] const Stays& stays_of(const TeamsUserId& user, const ChatId& chat) const;

  /// The message as it was at one of its versions, and as it is now.
  [[nodiscard]] static Message version_of(const Said& said, std::size_t version);
  [[nodiscard]] static Message newest_of(const Said& said);
  [[nodiscard]] static Message tombstone_of(const Said& said);
  /// What the post must show: the message's mark and the number of its version.
  [[nodiscard]] static std::string words_of(const MessageRef& ref, std::size_t version);
  /// The nth that a chat is given.
  [[nodiscard]] static std::string topic_of(std::size_t topic);

 private:
  Said& write(const ChatId& chat, const TeamsUserId& sender, Duration lag);
  void admit(Room& room, const ChatId& chat, const TeamsUserId& user, const Stays::Stay& stay);

  const sync::Clock& clock_;
  std::map<ChatId, Room> chats_;
  std::map<TeamsUserId, std::vector<ChatId>> chats_of_;
  std::map<MessageRef, Said> said_;
  std::map<MessageId, const Said*> said_by_id_;
  std::set<TeamsUserId> active_;
  std::map<std::pair<TeamsUserId, ChatId>, WallTime> read_;
  std::int64_t last_id_ = 0;
};

}  // namespace belfry::sim
