#include <algorithm>
#include <utility>

#include "sync/policy/one_on_one.h"
#include "sync/sweep.h"

// The messages of the chats that moved.
namespace belfry::sync {

StepOutcome Sweep::read(const ChatId& chat, ChatSweep& sweep, Moment now) {
  Errand& errand = sweep.errand;
  if (sweep.is_read) return finish_reading(chat, sweep, now);
  if (!sweep.reading)
    begin_reading(sweep, std::min(sweep.window.created_since, sweep.window.changed_since));
  if (!sweep.is_shared) {
    const auto shared = is_shared(chat, sweep);
    if (!shared) return store_failed("accounts", shared.error(), now);
    sweep.is_shared = *shared;
  }
  const auto next = next_asker(readers_of(sweep), errand, now);
  if (const auto* instead = std::get_if<StepOutcome>(&next)) return *instead;
  if (std::holds_alternative<NobodyMay>(next)) return nobody_reads(chat, sweep, now);
  const auto& [reader, bearer] = std::get<Asker>(next);
  const Instant free = pacer_.book(PacedRead::messages(chat), now.steady, Pacer::Urgency::sweep);
  if (free > now.steady) {
    errand.due = free;
    return {true, now.steady};
  }
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
  ++result_.requests;
  const auto page = asked(now, [&, &token = bearer] {
    return graph_.messages_since(token, chat, sweep.reading->part(), errand.link);
  });
  if (!page) {
    const StepOutcome outcome = failed_as(errand, reader, bearer, page.error(), now);
    if (errand.link.empty()) sweep.reading->restart();
    if (reader.is_app() && asks_app_first(sweep))
      errand.unclear_to_app = std::exchange(errand.unclear, std::nullopt);
    return outcome;
  }
  tell_unreadable(chat, page->unreadable);
  refused_rounds_.erase(chat);
  if (errand.link.empty()) {
    const bool has_front = !page->messages.empty();
    errand.front =
        has_front ? std::optional(page->messages.front().message.modified) : std::nullopt;
  }
  const bool goes_on = keep_found(sweep, *page, now);
  errand.succeeded();
  errand.link = page->next;
  if (page->next.empty() || !goes_on) return finish_reading(chat, sweep, now);
  ++errand.pages;
  if (!sweep.reading->is_endless()) return {true, now.steady};
  // What was reached is told all the same; the rest keeps the watermark where it is.
  sweep.unreached = Error{ErrorKind::refused, "the list of messages does not end", {}, 0, {}};
  return finish_reading(chat, sweep, now);
}

StepOutcome Sweep::nobody_reads(const ChatId& chat, ChatSweep& sweep, Moment now) {
  Errand& errand = sweep.errand;
  // An answer that nobody understands may be a sound one tomorrow.
  if (!errand.unclear && !sweep.was_told_some) errand.unclear = errand.unclear_to_app;
  // So may be a refusal of what Graph itself has just listed.
  const bool was_listed = !sweep.accounts.empty() && !sweep.was_told_some;
  if (!errand.unclear && was_listed && ++refused_rounds_[chat] < policy_.most_refused_rounds)
    errand.unclear = Error{ErrorKind::forbidden, "a chat is listed and may not be read", {}, 0, {}};
  if (refused_rounds_.size() > policy_.most_refused_chats) refused_rounds_.clear();
  if (errand.unclear) {
    give_up(errand, *errand.unclear);
    return {true, now.steady};
  }
  // Else left, or hosted where nobody of ours may read: no later sweep would see more.
  ++(sweep.was_told_some ? result_.chats : result_.unreadable);
  errand.state = Errand::State::done;
  return {true, now.steady};
}

bool Sweep::asks_app_first(const ChatSweep& sweep) {
  return sweep.is_shared.value_or(false) && !sweep.is_foreign;
}

Result<bool> Sweep::is_shared(const ChatId& chat, const ChatSweep& sweep) {
  if (sweep.people.size() > 1) return true;
  const auto pair = people_of_one_on_one(chat);
  // Who else is in a group is known when all lists are.
  if (!pair || !is_in_parts_) return is_in_parts_;
  for (const TeamsUserId& person : {pair->first, pair->second}) {
    const auto account = account_store_.account_of(person);
    if (!account) return fail(account.error());
    const bool is_other =
        account->has_value() && !sweep.people.empty() && (*account)->user != sweep.people.front();
    if (is_other && (*account)->state == Account::State::connected) return true;
  }
  return false;
}

std::vector<Reader> Sweep::readers_of(const ChatSweep& sweep) {
  std::vector<Reader> readers;
  const bool is_app_first = asks_app_first(sweep);
  if (is_app_first) readers.emplace_back();
  for (const MattermostUserId& person : sweep.people) readers.push_back({person});
  if (!is_app_first && !sweep.was_told_some) readers.emplace_back();
  return readers;
}

void Sweep::add_people(ChatSweep& sweep, const std::vector<MattermostUserId>& people) {
  for (const MattermostUserId& person : people) {
    const auto& known = sweep.people;
    if (std::find(known.begin(), known.end(), person) == known.end())
      sweep.people.push_back(person);
  }
}

void Sweep::begin_reading(ChatSweep& sweep, WallTime since) const {
  sweep.reading.emplace(
      since, ChatReading::Limits{policy_.most_held, policy_.most_held_bytes, policy_.most_old_held,
                                 policy_.most_message_pages});
  sweep.errand.link.clear();
  sweep.errand.pages = 0;
}

bool Sweep::keep_found(ChatSweep& sweep, const MessagePage& page, Moment now) const {
  ChatReading& reading = *sweep.reading;
  for (const FoundMessage& found : page.messages) {
    const WallTime modified = found.message.modified;
    if (!reading.meets(modified)) continue;  // not asked for
    FoundChanges what = changes_of(found, sweep.window, now.wall, policy_.rules);
    if (what.is_old) reading.hold(old_of(found), modified);
    if (tells_of_members(found, sweep.window))
      sweep.members_changed =
          std::max(sweep.members_changed.value_or(WallTime{}), found.message.created);
    for (Change& change : what.changes) reading.hold(std::move(change), modified);
  }
  reading.end_page();
  return reading.goes_on();
}

StepOutcome Sweep::finish_reading(const ChatId& chat, ChatSweep& sweep, Moment now) {
  if (!sweep.is_read && sweep.reading->must_repeat()) {
    sweep.errand.link.clear();
    sweep.errand.pages = 0;
    return {true, now.steady};
  }
  sweep.is_read = true;
  if (sweep.members_changed) {
    // Before those that were written under the new members.
    const WallTime when = *sweep.members_changed + policy_.rules.overlap;
    if (const auto told = store_.distrust_chat(chat, when); !told)
      return store_failed("distrust a chat", told.error(), now);
  }
  const auto reader = first_left(readers_of(sweep), sweep.errand);
  const MattermostUserId shown_to = reader ? reader->user : MattermostUserId{};
  if (const auto stored = store_read(chat, *sweep.reading, shown_to, now); !stored)
    return store_failed("found messages", stored.error(), now);
  sweep.is_read = false;
  Errand& errand = sweep.errand;
  if (sweep.reading->next_part()) {
    errand.link.clear();
    errand.pages = 0;
    return {true, now.steady};
  }
  if (sweep.reading->has_left_out())
    sweep.unreached = Error{ErrorKind::refused, "more of one moment than is held", {}, 0, {}};
  const auto front = std::exchange(errand.front, std::nullopt);
  if (errand.pages > 0 && !sweep.unreached && front && *front > sweep.reading->part().after) {
    // What changed while pages were turned came to the front, behind our back, and was missing
    // where it had stood.
    begin_reading(sweep, *front);
    return {true, now.steady};
  }
  sweep.was_told_all = reader && reader->is_app();
  if (reader && !sweep.was_told_all && !sweep.unreached && sweep.people.size() > 1) {
    // Teams hides from who came later what was written before: each of the others looks too.
    sweep.was_told_some = true;
    errand.refused.push_back(*reader);
    sweep.reading.reset();
    return {true, now.steady};
  }
  ++result_.chats;
  errand.state = Errand::State::done;
  if (sweep.unreached) give_up(errand, *sweep.unreached);
  return {true, now.steady};
}

Result<> Sweep::store_read(const ChatId& chat, const ChatReading& reading,
                           const MattermostUserId& shown_to, Moment now) {
  std::vector<Change> changes = reading.changes();
  for (Change& change : changes) change.shown_to = shown_to;
  sort_by_creation(changes);
  OldMessages old{chat, reading.old(), shown_to};
  sort_by_creation(old.messages);
  const std::size_t summaries = old.messages.empty() ? 0 : 1;
  // The summary is of what was written before the others.
  if (const auto stored = store_found({}, {&old, summaries}, {}, now); !stored) return stored;
  return store_found(std::move(changes), {}, {}, now);
}

}  // namespace belfry::sync
