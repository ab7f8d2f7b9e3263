#include <algorithm>
#include <utility>

#include "sync/sweep.h"

// Chats that did not move, read in turn for their edits and deletions, and for what no list shows.
namespace belfry::sync {
namespace {

constexpr std::size_t k_store_page = 500;

}  // namespace

Result<> Sweep::add_quiet_chats(Moment now) {
  // Delta tells of edits by itself.
  const bool are_listed =
      std::any_of(accounts_.begin(), accounts_.end(), [](const AccountSweep& sweep) {
        return sweep.route == SweepRoute::list && sweep.errand.state == Errand::State::done;
      });
  if (!are_listed) return {};
  turns_.clear();
  const std::size_t asked = accounts_.size() + chats_.size();
  const std::size_t most = std::max(policy_.least_quiet, asked * policy_.quiet_percent / 100);
  const auto latest = add_latest_quiet(scope_ == Scope::all ? most / 4 : most, now);
  if (!latest) return fail(latest.error());
  if (scope_ == Scope::some) return {};
  const auto told = take_turn(QuietKind::told, most / 2, now);
  if (!told) return fail(told.error());
  const auto named = take_turn(QuietKind::named, most - *latest - *told, now);
  if (!named) return fail(named.error());
  return {};
}

Result<std::size_t> Sweep::add_latest_quiet(std::size_t most, Moment now) {
  std::map<MattermostUserId, WallTime> since;
  for (const AccountSweep& sweep : accounts_) {
    if (sweep.errand.state == Errand::State::done) since[sweep.account.user] = sweep.since;
  }
  std::vector<QuietChat> candidates;
  std::size_t looked_at = 0;
  for (ChatId after; looked_at < policy_.most_quiet_known;) {
    auto page = quiet_chats(QuietKind::told, after);
    if (!page) return fail(page.error());
    if (page->empty()) break;
    looked_at += page->size();
    after = page->back().chat;
    for (QuietChat& quiet : *page) {
      std::erase_if(quiet.people, [&](const auto& person) { return !since.contains(person); });
      if (!quiet.people.empty()) candidates.push_back(std::move(quiet));
    }
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const QuietChat& a, const QuietChat& b) { return a.told > b.told; });
  std::size_t added = 0;
  for (const QuietChat& quiet : candidates) {
    if (added >= most) break;
    const WallTime of_first = since.at(quiet.people.front());
    const SweepWindow window{of_first, std::min(of_first, now.wall - policy_.quiet_back)};
    if (chats_.contains(quiet.chat) || read_before_.contains(quiet.chat)) continue;
    add_people(*place_for(quiet.chat, window).first, quiet.people);
    ++added;
  }
  return added;
}

Result<std::size_t> Sweep::take_turn(QuietKind kind, std::size_t most, Moment now) {
  if (turned_around_.contains(kind)) return std::size_t{0};
  auto stored = store_.quiet_turn(kind);
  if (!stored && stored.error().kind == ErrorKind::damaged) {
    // Begun anew, and written over it.
    journal_.record(StoreTrouble{"quiet chats", stored.error()});
    stored = Result<std::optional<QuietTurn>>(std::nullopt);
  }
  if (!stored) return fail(stored.error());
  TakenTurn taken;
  taken.kind = kind;
  QuietTurn& turn = taken.turn;
  turn = stored->value_or(QuietTurn{{}, now.wall, now.wall - policy_.quiet_back});
  if (turn.after.empty()) turn.began = now.wall;
  // A clock that was ahead must not hide what came since.
  const WallTime oldest = now.wall - policy_.rules.most_back;
  if (turn.began > now.wall) turn.began = now.wall;
  if (turn.read_from > now.wall) turn.read_from = oldest;
  const WallTime from = std::max(turn.read_from - policy_.rules.overlap, oldest);
  std::size_t added = 0;
  for (std::size_t looked_at = 0; added < most && looked_at < policy_.most_quiet_known;) {
    const auto page = quiet_chats(kind, turn.after);
    if (!page) return fail(page.error());
    taken.is_over = page->empty();
    if (taken.is_over) break;
    looked_at += page->size();
    for (const QuietChat& quiet : *page) {
      if (added >= most) break;
      turn.after = quiet.chat;
      const auto connected = connected_among(quiet.people);
      if (!connected) return fail(connected.error());
      if (connected->people.empty()) continue;
      // Nobody is told of what was written before they connected.
      const WallTime created_from = std::max(from, connected->since - std::chrono::milliseconds{1});
      // What moved is read from its watermark on, and was perhaps edited before.
      const auto [sweep, is_new] = place_for(quiet.chat, {created_from, from});
      if (sweep == nullptr) continue;
      add_people(*sweep, connected->people);
      taken.chats.push_back(quiet.chat);
      if (is_new) ++added;
    }
  }
  turns_.push_back(std::move(taken));
  return added;
}

Result<std::vector<Sweep::QuietChat>> Sweep::quiet_chats(QuietKind kind, const ChatId& after) {
  std::vector<QuietChat> quiet;
  switch (kind) {
    case QuietKind::told: {
      const auto page = store_.delivered_chats(after, k_store_page);
      if (!page) return fail(page.error());
      for (const NewestDelivery& newest : *page) {
        QuietChat told{newest.ref.chat, creation_order(newest.ref.message, WallTime{}),
                       book_.people_of(newest.ref.chat)};
        told.people.push_back(newest.recipient);
        quiet.push_back(std::move(told));
      }
      break;
    }
    case QuietKind::named: {
      const auto page = store_.known_chats(after, k_store_page);
      if (!page) return fail(page.error());
      for (const Chat& chat : *page) {
        auto people = accounts_among(chat.members);
        if (!people) return fail(people.error());
        quiet.push_back({chat.id, 0, std::move(*people)});
      }
      break;
    }
  }
  return quiet;
}

Result<std::vector<MattermostUserId>> Sweep::accounts_among(const std::vector<Member>& members) {
  std::vector<MattermostUserId> people;
  for (const Member& member : members) {
    if (member.user.empty()) continue;
    const auto account = account_store_.account_of(member.user);
    if (!account) return fail(account.error());
    if (account->has_value()) people.push_back((*account)->user);
  }
  return people;
}

Result<Sweep::Connected> Sweep::connected_among(const std::vector<MattermostUserId>& people) {
  Connected connected;
  for (const MattermostUserId& person : people) {
    const auto account = account_store_.account(person);
    if (!account) return fail(account.error());
    const bool is_connected =
        account->has_value() && (*account)->state == Account::State::connected;
    if (!is_connected) continue;
    connected.people.push_back(person);
    connected.since = std::min(connected.since, (*account)->connected_at);
  }
  return connected;
}

void Sweep::keep_turns() {
  for (TakenTurn& taken : turns_) {
    QuietTurn turn = taken.turn;
    for (const ChatId& chat : taken.chats) {
      const auto sweep = chats_.find(chat);
      if (sweep != chats_.end() && sweep->second.errand.state == Errand::State::failed)
        turn.has_failed = true;
    }
    if (taken.is_over) {
      // What failed is read from as far back in the next turn, once: what never can be read must
      // not make all the others be read ever further back.
      const bool is_second = turn.has_failed && !turn.is_second;
      turn = {{}, turn.began, is_second ? turn.read_from : turn.began, false, is_second};
      turned_around_.insert(taken.kind);
    }
    // Forgotten, it costs some requests.
    if (const auto kept = store_.keep_quiet_turn(taken.kind, turn); !kept)
      journal_.record(StoreTrouble{"quiet chats", kept.error()});
  }
  turns_.clear();
}

}  // namespace belfry::sync
