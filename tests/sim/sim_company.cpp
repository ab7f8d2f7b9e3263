#include "tests/sim/sim_company.h"

#include <algorithm>

#include "tests/sim/sim_files.h"

namespace belfry::sim {

WallTime SimCompany::Said::modified() const {
  WallTime last = listed;
  if (!edits.empty()) last = std::max(last, edits.back());
  if (deleted) last = std::max(last, *deleted);
  return last;
}

void SimCompany::add_chat(const ChatId& chat, const std::vector<TeamsUserId>& members, Host host) {
  Room& room = chats_[chat];
  room.host = host;
  // Before there was a chat nobody can have known it otherwise.
  room.topics.emplace_back();
  for (const TeamsUserId& member : members) admit(room, chat, member, {WallTime{}});
}

void SimCompany::join(const ChatId& chat, const TeamsUserId& user, History history) {
  Stays::Stay stay{clock_.now().wall};
  if (history == History::hidden) stay.sees_since = stay.from;
  admit(chats_.at(chat), chat, user, stay);
}

void SimCompany::admit(Room& room, const ChatId& chat, const TeamsUserId& user,
                       const Stays::Stay& stay) {
  std::vector<ChatId>& of_user = chats_of_[user];
  of_user.insert(std::upper_bound(of_user.begin(), of_user.end(), chat), chat);
  room.members.push_back(user);
  room.stays[user].begin(stay);
}

void SimCompany::leave(const ChatId& chat, const TeamsUserId& user) {
  Room& room = chats_.at(chat);
  std::erase(room.members, user);
  std::erase(chats_of_[user], chat);
  room.stays[user].end(clock_.now().wall);
}

void SimCompany::rename(const ChatId& chat) {
  chats_.at(chat).topics.push_back(clock_.now().wall);
}

SimCompany::Said& SimCompany::write(const ChatId& chat, const TeamsUserId& sender, Duration lag) {
  last_id_ = std::max(last_id_ + 1, to_epoch_ms(clock_.now().wall));
  const WallTime created = from_epoch_ms(last_id_);
  const MessageRef ref{chat, MessageId{std::to_string(last_id_)}};
  Said& said = said_[ref];
  said.ref = ref;
  said.sender = sender;
  said.created = created;
  said.listed = created + lag;
  said_by_id_[ref.message] = &said;
  chats_.at(chat).said.push_back(&said);
  return said;
}

const SimCompany::Said& SimCompany::say(const ChatId& chat, const TeamsUserId& sender,
                                        Duration lag) {
  return write(chat, sender, lag);
}

const SimCompany::Said* SimCompany::find(const MessageId& message) const {
  const auto found = said_by_id_.find(message);
  return found == said_by_id_.end() ? nullptr : found->second;
}

const SimCompany::Said& SimCompany::note_event(const ChatId& chat, const TeamsUserId& who) {
  Said& said = write(chat, who, Duration{});
  said.is_event = true;
  return said;
}

void SimCompany::edit(const MessageRef& ref) {
  Said& said = said_.at(ref);
  const WallTime last = said.edits.empty() ? said.created : said.edits.back();
  said.edits.push_back(std::max(clock_.now().wall, last + Duration{1}));
}

void SimCompany::erase(const MessageRef& ref) {
  said_.at(ref).deleted = clock_.now().wall;
}

void SimCompany::read(const TeamsUserId& user, const ChatId& chat) {
  read_[{user, chat}] = clock_.now().wall;
}

std::optional<WallTime> SimCompany::read_to(const TeamsUserId& user, const ChatId& chat) const {
  const auto found = read_.find({user, chat});
  if (found == read_.end()) return std::nullopt;
  return found->second;
}

const std::vector<ChatId>& SimCompany::chats_of(const TeamsUserId& user) const {
  static const std::vector<ChatId> k_none;
  const auto found = chats_of_.find(user);
  return found == chats_of_.end() ? k_none : found->second;
}

bool SimCompany::is_member(const ChatId& chat, const TeamsUserId& user) const {
  return stays_of(user, chat).now() != nullptr;
}

const Stays& SimCompany::stays_of(const TeamsUserId& user, const ChatId& chat) const {
  static const Stays k_never;
  const auto& stays = chats_.at(chat).stays;
  const auto found = stays.find(user);
  return found == stays.end() ? k_never : found->second;
}

std::string SimCompany::words_of(const MessageRef& ref, std::size_t version) {
  return "said" + ref.message.text() + "v" + std::to_string(version) + "end";
}

std::string SimCompany::topic_of(std::size_t topic) {
  return "topic" + std::to_string(topic) + "end";
}

Message SimCompany::version_of(const Said& said, std::size_t version) {
  Message message;
  message.ref = said.ref;
  message.created = said.created;
  message.modified = said.created;
  message.is_system_event = said.is_event;
  message.sender = Sender{Sender::Kind::user, said.sender, said.sender.text()};
  if (version > 0) message.edited = said.edits.at(version - 1);
  message.body = {MessageBody::Type::text, Content{words_of(said.ref, version)}};
  if (const std::string address = SimFiles::address_of(said.ref); !address.empty()) {
    message.attachments.push_back({"file", "reference", address, {}, Content{"file.bin"}});
  }
  return message;
}

Message SimCompany::tombstone_of(const Said& said) {
  Message message = version_of(said, 0);
  message.deleted = said.deleted;
  message.body.content = Content{};
  return message;
}

Message SimCompany::newest_of(const Said& said) {
  Message message = version_of(said, said.edits.size());
  if (!said.edits.empty()) message.modified = said.edits.back();
  if (said.deleted) {
    message.deleted = said.deleted;
    message.modified = *said.deleted;
    message.body.content = Content{};
  }
  return message;
}

}  // namespace belfry::sim
