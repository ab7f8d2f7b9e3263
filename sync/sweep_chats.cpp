#include <algorithm>
#include <utility>

#include "sync/reader_token.h"
#include "sync/sweep.h"

// The messages of the chats that moved.
namespace belfry::sync {

StepOutcome Sweep::read(const ChatId& chat, ChatSweep& sweep, Moment now) {
  Errand& errand = sweep.errand;
  if (sweep.is_read) return finish_reading(chat, sweep, now);
  if (!sweep.read_from)
    sweep.read_from = std::min(sweep.window.created_since, sweep.window.changed_since);
  const auto reader = next_reader(sweep);
  if (!reader) {
    // An answer that nobody understands may be a sound one tomorrow.
    if (!errand.unclear && !sweep.was_told_some) errand.unclear = sweep.unclear_to_app;
    if (errand.unclear) {
      give_up(errand, *errand.unclear);
      return {true, now.steady};
    }
    if (sweep.was_told_some) {
      ++result_.chats;
      errand.state = Errand::State::done;
      return {true, now.steady};
    }
    // Left, or hosted where nobody of ours may read: no later sweep would see more.
    ++result_.unreadable;
    errand.state = Errand::State::done;
    return {true, now.steady};
  }
  const ReaderToken token = token_of(tokens_, *reader, now);
  const bool is_first_choice = reader->is_app() && asks_app_first(sweep);
  if (const auto* again = std::get_if<AskAgain>(&token)) {
    if (!is_first_choice || again->at <= now.steady) return try_again(errand, again->at, now);
    // The members have tokens of their own.
    errand.refused.push_back(*reader);
    return {true, now.steady};
  }
  if (const auto* cannot = std::get_if<CannotRead>(&token)) {
    errand.unclear = cannot->why;
    errand.refused.push_back(*reader);
    return {true, now.steady};
  }
  if (const Instant free = pacer_.book(chat, now.steady, Pacer::Urgency::sweep);
      free > now.steady) {
    errand.due = free;
    return {true, now.steady};
  }
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
  const Secret& bearer = std::get<Secret>(token);
  ++result_.requests;
  const auto page = asked(
      now, [&] { return graph_.messages_since(bearer, chat, *sweep.read_from, errand.link); });
  if (!page) {
    const StepOutcome outcome = failed_as(errand, *reader, bearer, page.error(), now);
    if (errand.link.empty()) forget_found(sweep);
    if (is_first_choice) sweep.unclear_to_app = std::exchange(errand.unclear, std::nullopt);
    return outcome;
  }
  if (page->unreadable > 0) {
    const Error why{ErrorKind::refused, "an entry of a list that is no message", {}, 0, {}};
    journal_.record(ResourceUnreadable{{chat, MessageId{}}, why});
  }
  if (errand.link.empty()) {
    const bool has_front = !page->messages.empty();
    errand.front =
        has_front ? std::optional(page->messages.front().message.modified) : std::nullopt;
  }
  const bool goes_on = keep_found(sweep, *page, now);
  errand.tries = 0;
  errand.link = page->next;
  if (page->next.empty() || !goes_on) return finish_reading(chat, sweep, now);
  if (++errand.pages < policy_.most_pages) return {true, now.steady};
  // What was reached is told all the same; the rest keeps the watermark where it is.
  sweep.unreached = Error{ErrorKind::refused, "the list of messages does not end", {}, 0, {}};
  return finish_reading(chat, sweep, now);
}

bool Sweep::asks_app_first(const ChatSweep& sweep) const {
  return sweep.accounts.size() > 1 && !sweep.is_foreign;
}

std::optional<Reader> Sweep::next_reader(const ChatSweep& sweep) const {
  const auto& done = sweep.errand.refused;
  const Reader app;
  const bool is_app_done = std::find(done.begin(), done.end(), app) != done.end();
  if (asks_app_first(sweep) && !is_app_done) return app;
  const auto reader = next_reader(sweep.accounts, sweep.errand);
  if (reader && reader->is_app() && sweep.was_told_some) return std::nullopt;
  return reader;
}

bool Sweep::keep_found(ChatSweep& sweep, const MessagePage& page, Moment now) const {
  bool goes_on = true;
  for (const FoundMessage& found : page.messages) {
    goes_on = found.message.modified > *sweep.read_from;
    FoundChanges what = changes_of(found, sweep.window, sweep.read_to, now.wall, policy_.rules);
    if (what.is_old) sweep.old.push_back(found.message.ref.message);
    for (Change& change : what.changes) {
      sweep.held_bytes += change.found ? change.found->reveal().size() : 0;
      sweep.held.push_back({std::move(change), found.message.modified});
    }
    while (sweep.held.size() > policy_.most_held || sweep.held_bytes > policy_.most_held_bytes) {
      const auto& newest = sweep.held.front().change;
      sweep.held_bytes -= newest.found ? newest.found->reveal().size() : 0;
      sweep.held.pop_front();
      sweep.is_cut = true;
      if (sweep.held.empty()) break;
    }
  }
  return goes_on;
}

void Sweep::forget_found(ChatSweep& sweep) {
  sweep.held.clear();
  sweep.held_bytes = 0;
  sweep.old.clear();
  sweep.is_cut = false;
}

StepOutcome Sweep::finish_reading(const ChatId& chat, ChatSweep& sweep, Moment now) {
  sweep.is_read = true;
  std::vector<Change> changes;
  for (const HeldChange& held : sweep.held) changes.push_back(held.change);
  sort_by_creation(changes);
  OldMessages old{chat, sweep.old};
  sort_by_creation(old.messages);
  const std::size_t summaries = old.messages.empty() ? 0 : 1;
  // The summary is of what was written before the others.
  if (const auto stored = store_found({}, {&old, summaries}, {}, now); !stored)
    return store_failed("old messages", stored.error(), now);
  if (const auto stored = store_found(changes, {}, {}, now); !stored)
    return store_failed("found messages", stored.error(), now);
  sweep.is_read = false;
  Errand& errand = sweep.errand;
  if (sweep.is_cut && !sweep.held.empty()) {
    // The newer part did not fit: it is read again, from where the older one ended.
    const WallTime ended = sweep.held.front().modified - std::chrono::milliseconds{1};
    if (ended > *sweep.read_from) {
      sweep.read_from = ended;
      errand.link.clear();
      errand.pages = 0;
      forget_found(sweep);
      return {true, now.steady};
    }
    sweep.unreached = Error{ErrorKind::refused, "more of one moment than is held", {}, 0, {}};
  }
  forget_found(sweep);
  const auto front = std::exchange(errand.front, std::nullopt);
  if (errand.pages > 0 && !sweep.unreached && front && *front > *sweep.read_from) {
    // What changed while pages were turned came to the front, behind our back, and was missing
    // where it had stood.
    sweep.read_from = *front;
    errand.link.clear();
    errand.pages = 0;
    return {true, now.steady};
  }
  const auto reader = next_reader(sweep);
  sweep.was_told_all = reader && reader->is_app();
  if (!sweep.was_told_all && !sweep.unreached && sweep.accounts.size() > 1) {
    // Teams hides from who came later what was written before: each of the others looks too.
    sweep.was_told_some = true;
    errand.refused.push_back(*reader);
    errand.link.clear();
    errand.pages = 0;
    sweep.read_from.reset();
    return {true, now.steady};
  }
  ++result_.chats;
  errand.state = Errand::State::done;
  if (sweep.unreached) give_up(errand, *sweep.unreached);
  return {true, now.steady};
}

}  // namespace belfry::sync
