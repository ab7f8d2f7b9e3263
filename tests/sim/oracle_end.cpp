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
  check_rates();
}

void Oracle::check_rates() {
  const std::size_t asked = sight_.graph.limits().asked();
  const std::size_t refused = sight_.graph.limits().refused();
  // A restart forgets what was asked a moment ago.
  const std::size_t most = 3 * (begun_ - 1);
  if (refused > most)
    broken("Graph's rates were met " + std::to_string(refused) + " times of " +
           std::to_string(asked));
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
  if (said.deleted || may_be_dead_.contains(said.ref)) return true;
  // Whose grant has died is only told what others' tokens show.
  const auto ended = sight_.entra.ended_at(person);
  if (ended && !sight_.audience.was_connected_after(*ended, person)) return true;
  // Who is active may still be told when presence could not be had.
  if (sight_.plan.limits.resolve.rules.skip_active && sight_.company.is_active(person)) return true;
  if (const auto read = sight_.company.read_to(person, said.ref.chat);
      read && *read >= said.created)
    return true;
  return false;
}

bool Oracle::may_be_dead(const MessageRef& ref) const {
  if (may_be_dead_.contains(ref)) return true;
  // What nobody's token shows any more concerns nobody, where all whom it would concern have gone.
  const SimCompany::Said& said = sight_.company.said().at(ref);
  return std::none_of(sight_.accounts.begin(), sight_.accounts.end(), [&](const auto& account) {
    const TeamsUserId& person = account.first;
    return person != said.sender && sight_.audience.must_be_told(said, person) &&
           !may_be_missing(said, person);
  });
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
    for (const auto& [person, user] : sight_.accounts) {
      if (person == said.sender || !sight_.audience.must_be_told(said, person)) continue;
      const std::string key = "dm-" + user.text() + "/said" + ref.message.text();
      if (posts_by_words_.contains(key) || may_be_missing(said, person)) continue;
      ++missing[user];
      first.try_emplace(user, key + " in " + ref.chat.text() + " by " + said.sender.text());
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
    for (const auto& [person, user] : sight_.accounts) {
      // Who was away meanwhile may have missed it.
      if (!sight_.audience.is_connected_since(said.created, person) ||
          !sight_.audience.has_seen(said, person))
        continue;
      const std::string words = "said" + ref.message.text();
      const std::string key = "dm-" + user.text() + "/" + words;
      const auto place = posts_by_words_.find(key);
      const auto beside = versions_beside_.find(key);
      if (place == posts_by_words_.end()) continue;
      if (beside != versions_beside_.end() && beside->second >= version) continue;
      const std::string& text = sight_.mattermost.posts()[place->second].text;
      const auto begin = text.find(words + "v");
      if (begin == std::string::npos) continue;
      if (std::stoul(text.substr(begin + words.size() + 1)) < version)
        broken("an acknowledged edit is not shown: " + ref.message.text());
    }
  }
}

}  // namespace belfry::sim
