#include "tests/sandbox/graph/world.h"

#include <algorithm>
#include <charconv>
#include <mutex>

#include <fmt/format.h>

#include "tests/sandbox/crypto.h"
#include "tests/sandbox/web.h"

namespace belfry::sandbox {

namespace {

std::int64_t number_of(std::string_view message_id) {
  std::int64_t number = -1;
  const char* end = message_id.data() + message_id.size();
  const auto [stop, error] = std::from_chars(message_id.data(), end, number);
  return error == std::errc{} && stop == end ? number : -1;
}

std::string hex_text(std::size_t bytes) {
  std::string out;
  for (const char c : random_bytes(bytes))
    out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

void place_hosted_contents(const Chat& chat, Message& message, std::string_view base_url) {
  for (std::size_t i = 0; i < message.hosted.size(); ++i) {
    HostedContent& hosted = message.hosted[i];
    if (hosted.id.empty())
      hosted.id = base64(fmt::format("id=x_0-weu-d1-{},type=1,url=", hex_text(16)));
    replace_all(message.content, fmt::format("hosted:{}", i),
                fmt::format("{}/v1.0/chats/{}/messages/{}/hostedContents/{}/$value", base_url,
                            chat.id, message.number, hosted.id));
  }
}

}  // namespace

const ChatMember* Chat::member(std::string_view person) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const ChatMember& m) { return m.person == person; });
  return found == members.end() ? nullptr : &*found;
}

std::string World::new_chat_id(const NewChat& chat) const {
  if (!chat.id.empty()) return chat.id;
  switch (chat.kind) {
    case ChatKind::one_on_one:
      if (chat.members.size() == 2)
        return fmt::format("19:{}_{}@unq.gbl.spaces", std::min(chat.members[0], chat.members[1]),
                           std::max(chat.members[0], chat.members[1]));
      return "48:notes";
    case ChatKind::group:
      break;
    case ChatKind::meeting:
      return fmt::format("19:meeting_{}@thread.v2", base64url(random_guid()));
  }
  return fmt::format("19:{}@thread.v2", hex_text(16));
}

std::string World::create_chat(const NewChat& wanted) {
  const std::int64_t now = clock_.now_ms();
  Chat chat;
  chat.id = new_chat_id(wanted);
  chat.kind = wanted.kind;
  if (!wanted.topic.empty() && wanted.kind != ChatKind::one_on_one) chat.topic = wanted.topic;
  chat.tenant = wanted.tenant.empty() ? directory_.tenant_id() : wanted.tenant;
  chat.created_ms = chat.updated_ms = now;
  for (const std::string& person : wanted.members) {
    const auto known = directory_.person(person);
    const bool guest = known && known->tenant != chat.tenant;
    chat.members.push_back({.person = person, .roles = {guest ? "guest" : "owner"}});
  }
  const std::unique_lock lock(mutex_);
  const std::string id = chat.id;
  if (chats_.contains(id)) return id;
  for (const ChatMember& member : chat.members) chats_of_[member.person].insert(id);
  chats_.emplace(id, std::move(chat));
  return id;
}

std::optional<WorldChange> World::post(std::string_view chat_id, Message message,
                                       std::string_view base_url) {
  const std::unique_lock lock(mutex_);
  const auto found = chats_.find(std::string(chat_id));
  if (found == chats_.end()) return std::nullopt;
  Chat& chat = found->second;
  const bool is_new = message.created_ms == 0;
  if (is_new) message.created_ms = clock_.now_ms();
  message.number = message.created_ms;
  if (is_new && !chat.messages.empty())
    message.number = std::max(message.number, chat.messages.rbegin()->first + 1);
  while (chat.messages.contains(message.number)) ++message.number;
  message.created_ms = message.number;
  message.modified_ms = std::max(message.modified_ms, message.created_ms);
  message.change = ++changes_;
  place_hosted_contents(chat, message, base_url);
  WorldChange out{.kind = ChangeKind::created,
                  .chat = chat.id,
                  .message = message.id(),
                  .sender = message.sender,
                  .system = message.is_system(),
                  .at_ms = message.created_ms};
  chat.by_modification.emplace(message.modified_ms, message.number);
  chat.messages.emplace(message.number, std::move(message));
  return out;
}

std::optional<WorldChange> World::modify(
    std::string_view chat_id, std::string_view message_id, ChangeKind kind,
    const std::function<void(Message&, std::int64_t)>& change) {
  const std::unique_lock lock(mutex_);
  const auto chat = chats_.find(std::string(chat_id));
  if (chat == chats_.end()) return std::nullopt;
  const auto found = chat->second.messages.find(number_of(message_id));
  if (found == chat->second.messages.end()) return std::nullopt;
  Message& message = found->second;
  chat->second.by_modification.erase({message.modified_ms, message.number});
  const std::int64_t now = std::max(clock_.now_ms(), message.modified_ms + 1);
  message.modified_ms = now;
  change(message, now);
  message.change = ++changes_;
  chat->second.by_modification.emplace(message.modified_ms, message.number);
  return WorldChange{.kind = kind,
                     .chat = chat->second.id,
                     .message = message.id(),
                     .sender = message.sender,
                     .system = message.is_system(),
                     .at_ms = now};
}

bool World::modify_chat(std::string_view chat_id,
                        const std::function<void(Chat&, std::int64_t)>& change) {
  const std::unique_lock lock(mutex_);
  const auto found = chats_.find(std::string(chat_id));
  if (found == chats_.end()) return false;
  Chat& chat = found->second;
  for (const ChatMember& member : chat.members) chats_of_[member.person].erase(chat.id);
  change(chat, clock_.now_ms());
  for (const ChatMember& member : chat.members) chats_of_[member.person].insert(chat.id);
  return true;
}

bool World::purge(std::string_view chat_id, std::string_view message_id) {
  const std::unique_lock lock(mutex_);
  const auto chat = chats_.find(std::string(chat_id));
  if (chat == chats_.end()) return false;
  const auto found = chat->second.messages.find(number_of(message_id));
  if (found == chat->second.messages.end()) return false;
  chat->second.by_modification.erase({found->second.modified_ms, found->first});
  chat->second.messages.erase(found);
  return true;
}

bool World::read(std::string_view chat_id, const std::function<void(const Chat&)>& reader) const {
  const std::shared_lock lock(mutex_);
  const auto found = chats_.find(std::string(chat_id));
  if (found == chats_.end()) return false;
  reader(found->second);
  return true;
}

void World::read_all_of(std::string_view person,
                        const std::function<void(const Chat&)>& reader) const {
  const std::shared_lock lock(mutex_);
  const auto found = chats_of_.find(std::string(person));
  if (found == chats_of_.end()) return;
  for (const std::string& id : found->second) reader(chats_.at(id));
}

void World::read_all(const std::function<void(const Chat&)>& reader) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [id, chat] : chats_) reader(chat);
}

std::vector<std::string> World::members_of(std::string_view chat_id) const {
  std::vector<std::string> out;
  read(chat_id, [&](const Chat& chat) {
    for (const ChatMember& member : chat.members) out.push_back(member.person);
  });
  return out;
}

std::uint64_t World::newest_change() const {
  const std::shared_lock lock(mutex_);
  return changes_;
}

}  // namespace belfry::sandbox
