#include <algorithm>

#include "sync/reader_token.h"
#include "sync/sweep.h"

// The messages of the chats that moved.
namespace belfry::sync {

StepOutcome Sweep::read(const ChatId& chat, ChatSweep& sweep, Moment now) {
  Errand& errand = sweep.errand;
  const auto reader = next_reader(sweep.accounts, errand);
  if (!reader) {
    // An answer that nobody understands may be a sound one tomorrow.
    if (errand.unclear) {
      give_up(errand, *errand.unclear);
      return {true, now.steady};
    }
    // Left, or hosted where nobody of ours may read: no later sweep would see more.
    ++result_.unreadable;
    errand.state = Errand::State::done;
    return {true, now.steady};
  }
  const ReaderToken token = token_of(tokens_, *reader, now);
  if (const auto* again = std::get_if<AskAgain>(&token)) return try_again(errand, again->at, now);
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
  const WallTime since = std::min(sweep.window.created_since, sweep.window.changed_since);
  const auto page = through(
      gate_, now.steady, [&] { return graph_.messages_since(bearer, chat, since, errand.link); });
  if (!page) return failed_as(errand, *reader, bearer, page.error(), now);
  const auto goes_on = keep_found(sweep, *page, now);
  if (!goes_on) return store_failed("found messages", goes_on.error(), now);
  errand.tries = 0;
  errand.link = page->next;
  if (page->next.empty() || !*goes_on) return finish_chat(chat, sweep, now);
  if (++errand.pages >= policy_.most_pages)
    return failed(errand, Error{ErrorKind::refused, "the list of messages does not end", {}, 0, {}},
                  now);
  return {true, now.steady};
}

Result<bool> Sweep::keep_found(ChatSweep& sweep, const MessagePage& page, Moment now) {
  const WallTime since = std::min(sweep.window.created_since, sweep.window.changed_since);
  std::vector<Change> changes;
  bool goes_on = true;
  for (const FoundMessage& found : page.messages) {
    FoundChanges what = changes_of(found, sweep.window, sweep.read_to, now.wall, policy_.rules);
    if (what.is_old &&
        std::find(sweep.old.begin(), sweep.old.end(), found.message.ref.message) == sweep.old.end())
      sweep.old.push_back(found.message.ref.message);
    std::move(what.changes.begin(), what.changes.end(), std::back_inserter(changes));
    goes_on = found.message.modified > since;
  }
  // Newest first as they come; told in the order in which they were written.
  std::reverse(changes.begin(), changes.end());
  if (const auto stored = store_found(changes, {}, {}, now); !stored) return fail(stored.error());
  return goes_on;
}

StepOutcome Sweep::finish_chat(const ChatId& chat, ChatSweep& sweep, Moment now) {
  if (!sweep.old.empty()) {
    std::sort(sweep.old.begin(), sweep.old.end(), [](const MessageId& a, const MessageId& b) {
      return creation_order(a, WallTime{}) < creation_order(b, WallTime{});
    });
    const OldMessages old{chat, sweep.old};
    if (const auto stored = store_found({}, {&old, 1}, {}, now); !stored) {
      // Read again from the start: what was found is known by then.
      sweep.errand.link.clear();
      return store_failed("old messages", stored.error(), now);
    }
  }
  ++result_.chats;
  sweep.errand.state = Errand::State::done;
  return {true, now.steady};
}

}  // namespace belfry::sync
