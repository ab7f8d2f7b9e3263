#include "tests/sim/world.h"

// Who comes and who goes: accounts of Belfry's, and members of chats.
namespace belfry::sim {

void World::add_a_chat() {
  std::vector<TeamsUserId> members;
  for (const TeamsUserId& person : people_) {
    if (dice_.below(people_.size()) < 5) members.push_back(person);
  }
  if (members.empty()) members.push_back(people_.front());
  const auto host =
      dice_.falls(plan_.foreign) ? SimCompany::Host::another_tenant : SimCompany::Host::ours;
  chats_.emplace_back("19:" + std::to_string(chats_.size()) + "@thread.v2");
  company_.add_chat(chats_.back(), members, host);
}

void World::change_a_chat() {
  judge_.excuse(clock_.now().wall);
  ChatId chat = dice_.pick(chats_);
  const std::vector<TeamsUserId>& members = company_.chats().at(chat).members;
  TeamsUserId who = members.empty() ? people_.front() : dice_.pick(members);
  switch (dice_.below(4)) {
    case 0:
      add_a_chat();
      chat = chats_.back();
      who = company_.chats().at(chat).members.front();
      break;
    case 1:
      company_.rename(chat);
      break;
    case 2:
      let_somebody_in(chat);
      break;
    default:
      if (!members.empty()) company_.leave(chat, who);
  }
  courier_.announce(company_.note_event(chat, who).ref, ChangeKind::created);
  courier_.announce_chat(chat);
}

void World::let_in(const std::string& chat, std::size_t person, SimCompany::History history) {
  company_.join(ChatId{chat}, people_.at(person), history);
}

void World::let_out(const std::string& chat, std::size_t person) {
  company_.leave(ChatId{chat}, people_.at(person));
}

void World::let_somebody_in(const ChatId& chat) {
  const TeamsUserId& person = dice_.pick(people_);
  if (company_.is_member(chat, person)) return;
  const auto history = dice_.falls(500) ? SimCompany::History::hidden : SimCompany::History::shown;
  company_.join(chat, person, history);
}

void World::come_or_go() {
  if (!mind_) return;
  judge_.excuse(clock_.now().wall);
  const TeamsUserId& person = dice_.pick(people_);
  const MattermostUserId user{"mm-" + std::to_string(&person - people_.data())};
  const auto account = store_.account(user);
  const bool goes = account && account->has_value() && dice_.falls(500);
  if (goes) return mind_->say(user, "disconnect", machine_.now());
  mind_->sign_in(user, SimEntra::code_of(person), machine_.now());
}

void World::note_accounts() {
  for (std::size_t i = 0; i < people_.size(); ++i) {
    const MattermostUserId user{"mm-" + std::to_string(i)};
    const auto account = store_.account(user);
    if (account->has_value()) accounts_[people_[i]] = user;
    audience_.note_account(people_[i], *account);
  }
}

}  // namespace belfry::sim
