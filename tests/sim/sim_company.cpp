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

void SimCompany::add_chat(const ChatId& chat, std::vector<TeamsUserId> members, Host host) {
  for (const TeamsUserId& member : members) {
    std::vector<ChatId>& of_member = chats_of_[member];
    of_member.insert(std::upper_bound(of_member.begin(), of_member.end(), chat), chat);
  }
  chats_[chat] = Room{std::move(members), host, {}};
}

const SimCompany::Said& SimCompany::say(const ChatId& chat, const TeamsUserId& sender,
                                        Duration lag) {
  last_id_ = std::max(last_id_ + 1, to_epoch_ms(clock_.now().wall));
  const WallTime created = from_epoch_ms(last_id_);
  const MessageRef ref{chat, MessageId{std::to_string(last_id_)}};
  const Said& said = said_[ref] = Said{ref, sender, created, created + lag, {}, {}};
  chats_.at(chat).said.push_back(&said);
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
  const auto& members = chats_.at(chat).members;
  return std::find(members.begin(), members.end(), user) != members.end();
}

std::string SimCompany::words_of(const MessageRef& ref, std::size_t version) {
  return "said" + ref.message.text() + "v" + std::to_string(version) + "end";
}

Message SimCompany::version_of(const Said& said, std::size_t version) {
  Message message;
  message.ref = said.ref;
  message.created = said.created;
  message.modified = said.created;
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
