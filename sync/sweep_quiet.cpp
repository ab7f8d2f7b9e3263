#include <algorithm>
#include <utility>

#include "sync/sweep.h"

// Chats that did not move, read in turn for their edits and deletions, and for what no list shows.
namespace belfry::sync {
namespace {

constexpr std::size_t k_store_page = 500;

}  // namespace

Result<bool> Sweep::look_for_quiet_chats(Moment now) {
  if (!quiet_search_) quiet_search_ = quiet_search();
  if (!quiet_search_) return true;
  QuietSearch& search = *quiet_search_;
  if (search.are_latest_added && search.kinds.empty()) {
    quiet_search_.reset();
    return true;
  }
  const auto looked =
      search.are_latest_added ? take_turn(search, now) : look_for_latest(search, now);
  if (!looked) return fail(looked.error());
  return false;
}

std::optional<Sweep::QuietSearch> Sweep::quiet_search() const {
  QuietSearch search;
  // Delta tells of edits by itself.
  bool are_listed = false;
  for (const AccountSweep& sweep : accounts_) {
    if (sweep.errand.state != Errand::State::done) continue;
    are_listed = are_listed || sweep.route == SweepRoute::list;
    search.since[sweep.account.user] = sweep.since;
  }
  const std::size_t asked = accounts_.size() + chats_.size();
  search.most = std::max(policy_.least_quiet, asked * policy_.quiet_percent / 100);
  if (!are_listed || search.most == 0) return std::nullopt;
  const bool is_of_all = scope_ == Scope::all;
  search.most_latest = is_of_all ? search.most / 4 : search.most;
  if (is_of_all) search.kinds = {QuietKind::told, QuietKind::named};
  return search;
}

Result<> Sweep::look_for_latest(QuietSearch& search, Moment now) {
  auto page = quiet_chats(QuietKind::told, search.after);
  if (!page) return fail(page.error());
  search.looked_at += page->size();
  if (!page->empty()) search.after = page->back().chat;
  for (QuietChat& quiet : *page) {
    std::erase_if(quiet.people, [&](const auto& person) { return !search.since.contains(person); });
    const bool is_read = chats_.contains(quiet.chat) || read_before_.contains(quiet.chat);
    if (!quiet.people.empty() && !is_read) search.latest.push_back(std::move(quiet));
  }
  if (search.latest.size() > search.most_latest) {
    const auto end = search.latest.begin() + static_cast<std::ptrdiff_t>(search.most_latest);
    std::nth_element(search.latest.begin(), end, search.latest.end(),
                     [](const QuietChat& a, const QuietChat& b) { return a.told > b.told; });
    search.latest.erase(end, search.latest.end());
  }
  if (page->empty() || search.looked_at >= policy_.most_quiet_known) add_latest(search, now);
  return {};
}

void Sweep::add_latest(QuietSearch& search, Moment now) {
  for (const QuietChat& quiet : search.latest) {
    const WallTime of_first = search.since.at(quiet.people.front());
    const SweepWindow window{of_first, std::min(of_first, now.wall - policy_.quiet_back)};
    add_people(*place_for(quiet.chat, window).first, quiet.people);
    ++search.added;
  }
  search.latest.clear();
  search.are_latest_added = true;
}

Result<> Sweep::take_turn(QuietSearch& search, Moment now) {
  const QuietKind kind = search.kinds.front();
  if (turned_around_.contains(kind)) {
    search.kinds.pop_front();
    return {};
  }
  if (!search.taken) {
    auto turn = turn_of(kind, now);
    if (!turn) return fail(turn.error());
    search.taken = std::move(*turn);
    search.room = kind == QuietKind::told ? search.most / 2 : search.most - search.added;
    search.looked_at = 0;
  }
  TakenTurn& taken = *search.taken;
  const WallTime oldest = now.wall - policy_.rules.most_back;
  const WallTime from = std::max(taken.turn.read_from - policy_.rules.overlap, oldest);
  const auto page = quiet_chats(kind, taken.turn.after);
  if (!page) return fail(page.error());
  taken.is_over = page->empty();
  search.looked_at += page->size();
  for (const QuietChat& quiet : *page) {
    if (search.room == 0) break;
    const auto connected = connected_among(quiet.people);
    if (!connected) return fail(connected.error());
    taken.turn.after = quiet.chat;
    if (connected->people.empty()) continue;
    // Nobody is told of what was written before they connected.
    const WallTime created_from = std::max(from, connected->since - std::chrono::milliseconds{1});
    // What moved is read from its watermark on, and was perhaps edited before.
    const auto [sweep, is_new] = place_for(quiet.chat, {created_from, from});
    if (sweep == nullptr) continue;
    add_people(*sweep, connected->people);
    taken.chats.push_back(quiet.chat);
    if (!is_new) continue;
    ++search.added;
    --search.room;
  }
  if (taken.is_over || search.room == 0 || search.looked_at >= policy_.most_quiet_known) {
    turns_.push_back(std::move(taken));
    search.taken.reset();
    search.kinds.pop_front();
  }
  return {};
}

Result<Sweep::TakenTurn> Sweep::turn_of(QuietKind kind, Moment now) {
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
  const WallTime present = server_time_.no_later_than(now);
  turn = stored->value_or(QuietTurn{{}, present, present - policy_.quiet_back});
  if (turn.after.empty()) turn.began = present;
  // A clock that was ahead must not hide what came since.
  if (turn.began > present) turn.began = present;
  if (turn.read_from > present) turn.read_from = present - policy_.rules.most_back;
  return taken;
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
