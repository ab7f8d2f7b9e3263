#include "sync/chat_lists.h"

#include <algorithm>
#include <utility>

#include "sync/reader_token.h"

namespace belfry::sync {

ChatLists::ChatLists(Ports ports, Peers peers, ChatListPolicy policy)
    : graph_(ports.graph),
      random_(ports.random),
      journal_(ports.journal),
      book_(peers.book),
      tokens_(peers.tokens),
      gate_(peers.gate),
      pacer_(peers.pacer),
      policy_(std::move(policy)) {}

void ChatLists::follow(const std::vector<Account>& accounts, Moment now) {
  std::set<MattermostUserId> people;
  for (const Account& account : accounts) {
    people.insert(account.user);
    if (!people_.contains(account.user))
      waiting_.push_back({account.user, account.teams_user, {}, 0, 0, 0, {}, false});
  }
  const auto has_left = [&people](const Errand& one) { return !people.contains(one.person); };
  std::erase_if(waiting_, has_left);
  std::erase_if(failed_, has_left);
  people_ = std::move(people);
  book_.keep_only(people_);
  next_ = std::max(next_, now.steady);
}

void ChatLists::stop() {
  people_.clear();
  waiting_.clear();
  failed_.clear();
}

Instant ChatLists::due() const {
  if (!waiting_.empty()) return next_;
  return failed_.empty() ? Instant::max() : failed_due_;
}

std::size_t ChatLists::share() const {
  const std::size_t people = std::max<std::size_t>(people_.size(), 1);
  return std::min(policy_.most_chats,
                  std::max(policy_.least_share, policy_.most_chats * 2 / people));
}

StepOutcome ChatLists::step(Moment now) {
  if (waiting_.empty() && failed_due_ <= now.steady) {
    waiting_.assign(std::make_move_iterator(failed_.begin()),
                    std::make_move_iterator(failed_.end()));
    failed_.clear();
  }
  if (waiting_.empty() || next_ > now.steady) return {false, due()};
  Errand errand = std::move(waiting_.front());
  waiting_.pop_front();
  const auto is_refused = [&errand](const Reader& one) {
    return std::find(errand.refused.begin(), errand.refused.end(), one) != errand.refused.end();
  };
  const Reader own{errand.person};
  const Reader reader = is_refused(own) ? Reader{} : own;
  if (is_refused(reader))
    return put_off(std::move(errand),
                   Error{ErrorKind::forbidden, "nobody may list the chats", {}, 0, {}}, now);
  const ReaderToken token = token_of(tokens_, reader, now);
  if (const auto* again = std::get_if<AskAgain>(&token)) {
    next_ = again->at;
    waiting_.push_back(std::move(errand));  // others first
    return {true, now.steady};
  }
  if (std::holds_alternative<CannotRead>(token)) {
    errand.refused.push_back(reader);
    waiting_.push_front(std::move(errand));
    return {true, now.steady};
  }
  next_ = pacer_.book(PacedRead::chat_list(errand.person), now.steady, Pacer::Urgency::sweep);
  if (next_ > now.steady) {
    waiting_.push_front(std::move(errand));
    return {true, now.steady};
  }
  if (const auto closed = gate_.closed_until(now.steady)) {
    waiting_.push_front(std::move(errand));
    next_ = *closed;
    return {false, *closed};
  }
  const Secret& bearer = std::get<Secret>(token);
  const auto page = through(gate_, now.steady,
                            [&] { return graph_.chat_list(bearer, errand.user, errand.link); });
  if (!page) return failed(std::move(errand), reader, bearer, page.error(), now);
  keep(std::move(errand), *page);
  if (is_complete()) book_.forget_unclaimed();
  return {true, now.steady};
}

void ChatLists::keep(Errand errand, const ChatListPage& page) {
  for (const ListedChat& listed : page.chats) {
    book_.note_listed(errand.person, listed.chat, listed.last_message.value_or(WallTime{}));
    ++errand.read;
  }
  // Without an order the latest may stand on the last page.
  const bool is_enough = page.is_ordered && errand.read >= share();
  if (errand.link.empty()) {
    errand.front.reset();
    if (!page.chats.empty()) errand.front = page.chats.front().last_message;
  }
  const WallTime last = page.chats.empty()
                            ? WallTime::max()
                            : page.chats.back().last_message.value_or(WallTime::max());
  const bool is_known = page.is_ordered && errand.known_to && last <= *errand.known_to;
  errand.link = page.next;
  errand.tries = 0;
  const bool ends = errand.link.empty() || is_enough || is_known;
  if (!ends && ++errand.pages < policy_.most_pages) {
    waiting_.push_back(std::move(errand));  // the latest of everybody come first
  } else if (errand.pages > 0 && page.is_ordered &&
             (!errand.is_read_again || errand.front > errand.known_to)) {
    // What moved while pages were turned came to the front, behind our back.
    errand.is_read_again = true;
    errand.known_to = errand.front;
    errand.link.clear();
    errand.pages = 0;
    waiting_.push_back(std::move(errand));
  }
}

StepOutcome ChatLists::failed(Errand errand, const Reader& reader, const Secret& token,
                              const Error& error, Moment now) {
  const bool is_first_401 = error.kind == ErrorKind::unauthorized && !errand.was_unauthorized;
  if (error.kind == ErrorKind::unauthorized) reject_token(tokens_, reader, token);
  if (is_first_401) {
    errand.was_unauthorized = true;
    waiting_.push_back(std::move(errand));
    return {true, now.steady};
  }
  if (!is_retryable(error.kind)) {
    errand.refused.push_back(reader);
    errand.link.clear();  // it was this reader's
    errand.was_unauthorized = false;
    waiting_.push_back(std::move(errand));
    return {true, now.steady};
  }
  next_ = now.steady + delay_after(error, errand.tries, policy_.retry, random_);
  if (++errand.tries >= policy_.most_tries) return put_off(std::move(errand), error, now);
  waiting_.push_back(std::move(errand));
  return {true, now.steady};
}

StepOutcome ChatLists::put_off(Errand errand, const Error& error, Moment now) {
  journal_.record(SubscriptionFailed{"list of chats", error});
  errand = {
      std::move(errand.person), std::move(errand.user), {}, 0, 0, 0, {}, false, {}, {}, false};
  if (failed_.empty()) failed_due_ = now.steady + policy_.again_after;
  failed_.push_back(std::move(errand));
  return {true, now.steady};
}

}  // namespace belfry::sync
