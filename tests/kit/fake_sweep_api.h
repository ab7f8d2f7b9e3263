#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/port/sweep.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Graph's reading routes over a few chats in memory; pages as large as a test wants.
class FakeSweepApi : public sync::SweepApi {
 public:
  struct FakeChat {
    std::vector<TeamsUserId> members;
    TenantId tenant{};  ///< another one than ours: shown to members only, and by no delta
    std::vector<Message> messages;  ///< in order of creation
  };

  explicit FakeSweepApi(const FakeIdentity& identity) : identity_(identity) {}

  Script script;
  std::vector<ChatId> read;  ///< in order, a chat for each page
  std::size_t page_size = 50;
  bool orders = true;
  bool claims_order = false;  ///< says that it orders, whatever it does
  /// Messages come oldest first, and all of them, whatever was asked for.
  bool ignores_what_is_asked = false;
  bool ignores_filters = false;  ///< all messages, but newest first as asked for
  std::map<ChatId, FakeChat> chats;
  std::map<std::pair<TeamsUserId, ChatId>, WallTime> read_to;
  std::set<MessageRef> hidden_from_delta;
  std::set<MessageRef> shown_late;     ///< by delta, however long ago they were written
  std::set<TeamsUserId> list_refused;  ///< whose chats nobody may list
  std::map<TeamsUserId, Error> failing_lists;
  std::set<ChatId> failing_chats;  ///< cannot be read for now
  /// Who came to a chat then, without its history.
  std::map<std::pair<std::string, ChatId>, WallTime> newcomers;
  bool app_may_read = true;

  const Message& say(const ChatId& chat, WallTime at) {
    Message message;
    message.ref = {chat, MessageId{std::to_string(to_epoch_ms(at))}};
    message.created = at;
    message.modified = at;
    chats[chat].messages.push_back(message);
    return chats[chat].messages.back();
  }
  Message& newest(const ChatId& chat) { return chats[chat].messages.back(); }

  Result<sync::ChatListPage> chat_list(const Secret& bearer, const TeamsUserId& user,
                                       const std::string& link) override {
    return script.run("chat_list", [&] { return list_of(bearer, user, link); });
  }

  Result<sync::MessagePage> messages_since(const Secret& bearer, const ChatId& chat,
                                           const sync::ChangedBetween& wanted,
                                           const std::string& link) override {
    return script.run("messages_since", [&] { return page_of(bearer, chat, wanted, link); });
  }

  Result<sync::DeltaPage> delta(const Secret&, const TeamsUserId& user, WallTime since,
                                const std::string& link) override {
    return script.run("delta", [&] { return delta_of(user, since, link); });
  }

 private:
  Result<sync::ChatListPage> list_of(const Secret& bearer, const TeamsUserId& user,
                                     const std::string& link) const {
    if (const auto failing = failing_lists.find(user); failing != failing_lists.end())
      return fail(failing->second);
    if (list_refused.contains(user)) return fail(ErrorKind::forbidden, "list chats: 403");
    std::vector<sync::ListedChat> all;
    for (const auto& [id, chat] : chats) {
      const auto& members = chat.members;
      if (std::find(members.begin(), members.end(), user) == members.end()) continue;
      sync::ListedChat listed{id, Chat::Type::group, std::nullopt, std::nullopt, chat.tenant};
      if (!chat.messages.empty()) listed.last_message = chat.messages.back().created;
      const auto mark = read_to.find({user, id});
      if (mark != read_to.end() && identity_.owner_of(bearer) != "app")
        listed.read_to = mark->second;
      all.push_back(listed);
    }
    if (orders) {
      std::sort(all.begin(), all.end(),
                [](const auto& a, const auto& b) { return a.last_message > b.last_message; });
    }
    sync::ChatListPage page;
    page.is_ordered = orders || claims_order;
    page.next = cut(all, link, page.chats);
    return page;
  }

  Result<sync::MessagePage> page_of(const Secret& bearer, const ChatId& chat,
                                    const sync::ChangedBetween& wanted, const std::string& link) {
    const std::string reader = identity_.owner_of(bearer);
    if (reader == "app" && !app_may_read) return fail(ErrorKind::forbidden, "app-only: 403");
    read.push_back(chat);
    if (failing_chats.contains(chat)) return fail(ErrorKind::transient, "messages: 503");
    const auto newcomer = newcomers.find({reader, chat});
    const WallTime came = newcomer == newcomers.end() ? WallTime{} : newcomer->second;
    const bool filters = !ignores_filters && !ignores_what_is_asked;
    std::vector<const Message*> found;
    for (const Message& one : chats[chat].messages) {
      const bool is_wanted =
          one.modified > wanted.after && !(wanted.before && one.modified >= *wanted.before);
      if (one.created >= came && (is_wanted || !filters)) found.push_back(&one);
    }
    std::stable_sort(found.begin(), found.end(), [this](const Message* a, const Message* b) {
      return ignores_what_is_asked ? a->modified < b->modified : a->modified > b->modified;
    });
    std::vector<const Message*> cut_out;
    sync::MessagePage page;
    page.next = cut(found, link, cut_out);
    for (const Message* one : cut_out) page.messages.push_back({*one, Content{"{}"}});
    return page;
  }

  Result<sync::DeltaPage> delta_of(const TeamsUserId& user, WallTime since,
                                   const std::string& link) const {
    // A delta link is "D" and the time up to which it knows.
    const bool is_kept = link.starts_with('D');
    const WallTime from = is_kept ? from_epoch_ms(std::stoll(link.substr(1))) : since;
    std::vector<Message> found;
    WallTime newest_seen = from;
    for (const auto& [id, chat] : chats) {
      if (std::find(chat.members.begin(), chat.members.end(), user) == chat.members.end()) continue;
      if (!chat.tenant.empty()) continue;
      for (const Message& message : chat.messages) {
        if (hidden_from_delta.contains(message.ref)) continue;
        if (message.modified <= from && !shown_late.contains(message.ref)) continue;
        newest_seen = std::max(newest_seen, message.modified);
        found.push_back(message);
      }
    }
    sync::DeltaPage page;
    const std::string next = cut(with_json(found), is_kept ? "" : link, page.messages);
    page.is_round_over = next.empty();
    page.link = next.empty() ? "D" + std::to_string(to_epoch_ms(newest_seen)) : next;
    return page;
  }

  static std::vector<sync::FoundMessage> with_json(const std::vector<Message>& messages) {
    std::vector<sync::FoundMessage> found;
    for (const Message& message : messages) found.push_back({message, Content{"{}"}});
    return found;
  }
  /// One page of `all` from where `link` points to; the link to the next.
  template <class T>
  std::string cut(const std::vector<T>& all, const std::string& link, std::vector<T>& page) const {
    const std::size_t begin = link.empty() ? 0 : std::stoul(link);
    const std::size_t end = std::min(all.size(), begin + page_size);
    for (std::size_t i = begin; i < end; ++i) page.push_back(all[i]);
    return end < all.size() ? std::to_string(end) : std::string{};
  }

  const FakeIdentity& identity_;
};

}  // namespace belfry::kit
