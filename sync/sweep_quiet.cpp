#include <algorithm>
#include <map>

#include "sync/sweep.h"

// Chats that did not move, read for their edits and deletions.
namespace belfry::sync {
namespace {

constexpr std::size_t k_store_page = 500;

}  // namespace

Result<> Sweep::add_quiet_chats(Moment now) {
  auto candidates = quiet_chats();
  if (!candidates) return fail(candidates.error());
  const std::size_t most =
      std::max(policy_.least_quiet, chats_.size() * policy_.quiet_percent / 100);
  std::sort(candidates->begin(), candidates->end(),
            [](const QuietChat& a, const QuietChat& b) { return a.told > b.told; });
  // The latest half as they come; the rest by chance, so that each has its turn without a memory of
  // turns.
  for (std::size_t taken = 0; taken < most && taken < candidates->size(); ++taken) {
    const std::size_t left = candidates->size() - taken;
    const std::size_t skipped = taken < most / 2 ? 0 : random_.below(left);
    std::swap((*candidates)[taken], (*candidates)[taken + skipped]);
    const QuietChat& quiet = (*candidates)[taken];
    for (const std::size_t index : quiet.accounts) {
      const WallTime since = accounts_[index].since;
      want(quiet.chat, {since, std::min(since, now.wall - policy_.quiet_back)}, index);
    }
  }
  return {};
}

Result<std::vector<Sweep::QuietChat>> Sweep::quiet_chats() {
  std::map<TeamsUserId, std::size_t> people;
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    if (accounts_[i].route == SweepRoute::list && accounts_[i].errand.state == Errand::State::done)
      people[accounts_[i].account.teams_user] = i;
  }
  std::map<ChatId, std::uint64_t> told;
  for (ChatId after; told.size() < policy_.most_quiet_known;) {
    const auto page = store_.delivered_chats(after, k_store_page);
    if (!page) return fail(page.error());
    for (const MessageRef& newest : *page)
      told[newest.chat] = creation_order(newest.message, WallTime{});
    if (page->size() < k_store_page) break;
    after = page->back().chat;
  }
  std::vector<QuietChat> quiet;
  for (ChatId after; quiet.size() < policy_.most_quiet_known;) {
    const auto page = store_.known_chats(after, k_store_page);
    if (!page) return fail(page.error());
    for (const Chat& chat : *page) {
      if (chats_.contains(chat.id) || read_before_.contains(chat.id)) continue;
      QuietChat candidate{chat.id, 0, {}};
      for (const Member& member : chat.members) {
        const auto person = people.find(member.user);
        if (person != people.end()) candidate.accounts.push_back(person->second);
      }
      if (candidate.accounts.empty()) continue;
      const auto newest = told.find(chat.id);
      if (newest != told.end()) candidate.told = newest->second;
      quiet.push_back(std::move(candidate));
    }
    if (page->size() < k_store_page) break;
    after = page->back().id;
  }
  return quiet;
}

}  // namespace belfry::sync
