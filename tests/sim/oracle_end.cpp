#include <algorithm>

#include "tests/sim/oracle.h"

// What must hold once the world is healed.
namespace belfry::sim {

void Oracle::check_end() {
  check();
  check_memory();
  if (!verdict_.empty()) return;
  check_queues_are_empty();
  check_dead_letters();
  check_everybody_was_told();
  check_changes();
}

void Oracle::check_queues_are_empty() {
  if (sight_.store.inbox_entries() != 0) {
    const auto left = sight_.store.inbox_from(Sequence{0}, 1);
    const InboxEntry& first = left->front();
    broken(std::string("the inbox is not empty: ") + name_of(first.change.kind) + " " +
           first.change.ref.message.text() + " by " + name_of(first.change.source) + ", tried " +
           std::to_string(first.attempts) + " times: " + first.last_error);
  }
  if (sight_.store.outbox_entries() != 0) broken("the outbox is not empty");
}

void Oracle::check_dead_letters() {
  const auto dead = sight_.store.dead_letters({}, 100'000);
  for (const DeadLetter& letter : *dead) {
    if (letter.reason.empty()) broken("dead without a reason: " + letter.ref.message.text());
    if (!may_be_dead(letter.ref))
      broken("something is dead: " + letter.ref.message.text() + ", " + letter.last_error);
  }
}

bool Oracle::may_be_missing(const SimCompany::Said& said, const TeamsUserId& person) const {
  if (said.deleted || may_be_dead(said.ref) || sight_.entra.has_ended(person)) return true;
  // Who is active may still be told when presence could not be had.
  if (sight_.plan.limits.resolve.rules.skip_active && sight_.company.is_active(person)) return true;
  if (const auto read = sight_.company.read_to(person, said.ref.chat);
      read && *read >= said.created)
    return true;
  return false;
}

bool Oracle::may_be_dead(const MessageRef& ref) const {
  // The app is shown nothing that another tenant hosts, and whose token would serve is not known
  // while nobody's members are.
  const bool is_foreign =
      sight_.company.chats().at(ref.chat).host == SimCompany::Host::another_tenant;
  return is_foreign || may_be_dead_.contains(ref);
}

std::uint64_t Oracle::told_in_summaries(const MattermostUserId& user) const {
  std::uint64_t told = 0;
  const std::string channel = "dm-" + user.text();
  for (const SimMattermost::Post& post : sight_.mattermost.posts()) {
    if (post.channel.text() != channel) continue;
    if (post.text.find("older message") == std::string::npos) continue;
    const auto digits = post.text.find_first_of("0123456789");
    const bool is_one = post.text.find("older messages") == std::string::npos;
    told += is_one ? 1 : std::stoul(post.text.substr(digits));
  }
  return told;
}

void Oracle::check_everybody_was_told() {
  std::map<MattermostUserId, std::uint64_t> missing;
  std::map<MattermostUserId, std::string> first;
  for (const auto& [ref, said] : sight_.company.said()) {
    for (const TeamsUserId& person : sight_.company.chats().at(ref.chat).members) {
      const auto account = sight_.accounts.find(person);
      if (person == said.sender || account == sight_.accounts.end()) continue;
      const std::string key = "dm-" + account->second.text() + "/said" + ref.message.text();
      if (posts_by_words_.contains(key) || may_be_missing(said, person)) continue;
      ++missing[account->second];
      first.try_emplace(account->second, key);
    }
  }
  for (const auto& [user, count] : missing) {
    if (count > told_in_summaries(user)) broken("missing: " + first.at(user));
  }
}

void Oracle::check_changes() {
  for (const auto& [ref, version] : acknowledged_version_) {
    const SimCompany::Said& said = sight_.company.said().at(ref);
    if (said.deleted || may_be_dead(ref)) continue;
    for (const TeamsUserId& person : sight_.company.chats().at(ref.chat).members) {
      const auto account = sight_.accounts.find(person);
      if (account == sight_.accounts.end()) continue;
      const std::string words = "said" + ref.message.text();
      const auto place = posts_by_words_.find("dm-" + account->second.text() + "/" + words);
      if (place == posts_by_words_.end()) continue;
      const std::string& text = sight_.mattermost.posts()[place->second].text;
      const auto begin = text.find(words + "v");
      if (begin == std::string::npos) continue;
      if (std::stoul(text.substr(begin + words.size() + 1)) < version)
        broken("an acknowledged edit is not shown: " + ref.message.text());
    }
  }
}

}  // namespace belfry::sim
