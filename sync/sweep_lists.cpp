#include <algorithm>
#include <utility>

#include "sync/sweep.h"

// Which chats of an account moved.
namespace belfry::sync {

StepOutcome Sweep::list(std::size_t index, Moment now) {
  AccountSweep& sweep = accounts_[index];
  Errand& errand = sweep.errand;
  const Instant place = pacer_.first_place(PacedRead::Limit::other, Pacer::Urgency::sweep);
  if (place > now.steady) return {false, place};
  // The app does not see what another organisation hosts.
  std::vector<Reader> readers = {Reader{sweep.account.user}};
  if (!sweep.lists_foreign) readers.emplace_back();
  const auto next = next_asker(readers, errand, now);
  if (const auto* instead = std::get_if<StepOutcome>(&next)) return *instead;
  if (std::holds_alternative<NobodyMay>(next)) return nobody_lists(sweep, now);
  const auto& [reader, bearer] = std::get<Asker>(next);
  const Instant free =
      pacer_.book(PacedRead::chat_list(sweep.account.user), now.steady, Pacer::Urgency::sweep);
  if (free > now.steady) {
    errand.due = free;
    return {true, now.steady};
  }
  // The door is asked right before the call: it lets a single probe pass, which must then be made.
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
  ++result_.requests;
  const auto page = asked(now, [&, &token = bearer] {
    return graph_.chat_list(token, sweep.account.teams_user, errand.link);
  });
  if (!page) return failed_as(errand, reader, bearer, page.error(), now);
  const bool is_ordered = is_in_order(*page, errand);
  if (page->is_ordered && !is_ordered && !std::exchange(lists_have_no_order_, true))
    read_lists_to_their_end();
  keep_listed(*page, reader, index, now);
  const bool is_first = errand.link.empty();
  if (is_first) {
    const bool has_front = is_ordered && !page->chats.empty();
    errand.front = has_front ? page->chats.front().last_message : std::nullopt;
  }
  if (!is_ordered) errand.front.reset();
  errand.succeeded();
  errand.link = page->next;
  // One without any message says nothing of those behind it.
  errand.last = page->chats.empty() ? std::nullopt : page->chats.back().last_message;
  const WallTime known_to = errand.known_to.value_or(sweep.since);
  const bool is_past = is_ordered && errand.last && *errand.last <= known_to;
  const bool is_end = page->next.empty() || is_past;
  if (!is_ordered) errand.has_no_order = true;
  errand.has_stopped_early = is_past && !page->next.empty();
  const bool may_have_moved = !errand.known_to || errand.brought_more;
  if (is_end && !is_first && errand.front && *errand.front > known_to && may_have_moved) {
    // What moved while pages were turned came to the front, behind our back; or near it, where
    // Graph shows a message a moment after its time.
    const WallTime shown_by_now = swept_to(now) - policy_.rules.overlap;
    errand.known_to = std::max(sweep.since, std::min(*errand.front, shown_by_now));
    errand.front.reset();
    errand.brought_more = false;
    errand.link.clear();
  } else if (is_end && !is_first && errand.has_no_order && errand.brought_more) {
    // Whatever its order is, what moved meanwhile may have moved behind our back: until nothing new
    // comes of it.
    errand.brought_more = false;
    errand.link.clear();
  } else if (is_end && reader.is_app() && errand.unclear) {
    // Of what others host the app has seen nothing, and the person may another time.
    give_up(errand, *errand.unclear);
  } else if (is_end) {
    errand.state = Errand::State::done;
  }
  if (errand.state == Errand::State::waiting && ++errand.pages >= policy_.most_pages)
    give_up(errand, Error{ErrorKind::refused, "the list of chats does not end", {}, 0, {}});
  return {true, now.steady};
}

StepOutcome Sweep::nobody_lists(AccountSweep& sweep, Moment now) {
  if (!sweep.lists_foreign) {
    sweep.list_was_refused = true;
    try_other_route(sweep, Error{ErrorKind::forbidden, "nobody may list the chats", {}, 0, {}});
  } else if (sweep.errand.unclear) {
    give_up(sweep.errand, *sweep.errand.unclear);
  } else {
    sweep.errand.state = Errand::State::done;
  }
  return {true, now.steady};
}

bool Sweep::is_in_order(const ChatListPage& page, const Errand& errand) const {
  const auto before = errand.link.empty() ? std::nullopt : errand.last;
  return page.is_ordered && !lists_have_no_order_ &&
         is_newest_first(page.chats, before, policy_.rules);
}

void Sweep::read_lists_to_their_end() {
  for (AccountSweep& sweep : accounts_) {
    if (sweep.errand.state == Errand::State::done && sweep.errand.has_stopped_early)
      sweep.errand = Errand{};
  }
}

void Sweep::keep_listed(const ChatListPage& page, const Reader& reader, std::size_t index,
                        Moment now) {
  const AccountSweep& sweep = accounts_[index];
  for (const ListedChat& listed : page.chats) {
    const MattermostUserId& person = sweep.account.user;
    book_.note_listed(person, listed.chat, listed.last_message.value_or(WallTime{}));
    if (!reader.is_app()) book_.note_read(person, listed.chat, {listed.read_to, now.steady});
    if (!listed.last_message || *listed.last_message <= sweep.since) continue;
    if (sweep.lists_foreign && (listed.tenant.empty() || listed.tenant == policy_.tenant)) continue;
    if (want(listed.chat, {sweep.since, sweep.since}, index))
      accounts_[index].errand.brought_more = true;
    const auto wanted = chats_.find(listed.chat);
    const bool is_foreign =
        !policy_.tenant.empty() && !listed.tenant.empty() && listed.tenant != policy_.tenant;
    if (is_foreign && wanted != chats_.end()) wanted->second.is_foreign = true;
  }
}

bool Sweep::want(const ChatId& chat, const SweepWindow& window, std::size_t index) {
  ChatSweep* sweep = place_for(chat, window).first;
  if (sweep == nullptr) return false;
  auto& waiting = sweep->accounts;
  if (std::find(waiting.begin(), waiting.end(), index) != waiting.end()) return false;
  waiting.push_back(index);
  add_people(*sweep, {accounts_[index].account.user});
  return true;
}

std::pair<Sweep::ChatSweep*, bool> Sweep::place_for(const ChatId& chat, const SweepWindow& window) {
  const auto before = read_before_.find(chat);
  if (before != read_before_.end() && before->second.created_since <= window.created_since &&
      before->second.changed_since <= window.changed_since)
    return {nullptr, false};
  const auto [place, is_new] = chats_.try_emplace(chat);
  ChatSweep& sweep = place->second;
  if (is_new) sweep.window = window;
  sweep.window.created_since = std::min(sweep.window.created_since, window.created_since);
  sweep.window.changed_since = std::min(sweep.window.changed_since, window.changed_since);
  return {&sweep, is_new};
}

}  // namespace belfry::sync
