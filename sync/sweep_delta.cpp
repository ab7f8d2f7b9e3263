#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "sync/reader_token.h"
#include "sync/sweep.h"

// The route that is metered: all messages of an account since a kept link.
namespace belfry::sync {
namespace {

/// What a request that failed may have cost; none: as much as was reserved, since a page may have
/// been counted whose answer never came or could not be read. Source: Graph, "payment models": a
/// GET that returns nothing counts as one; what Graph refused was not carried out.
std::optional<std::uint64_t> cost_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::transient:
    case ErrorKind::in_doubt:
      if (error.status != 0) return 1;
      return std::nullopt;
    case ErrorKind::refused:
      if (error.status != 0) return 0;
      return std::nullopt;
    case ErrorKind::throttled:
    case ErrorKind::unauthorized:
    case ErrorKind::forbidden:
    case ErrorKind::gone:
    case ErrorKind::exhausted:
    case ErrorKind::damaged:
      break;
  }
  return 0;
}

}  // namespace

StepOutcome Sweep::follow_delta(AccountSweep& sweep, Moment now) {
  Errand& errand = sweep.errand;
  const Reader app;
  const ReaderToken token = token_of(tokens_, app, now);
  if (const auto* again = std::get_if<AskAgain>(&token)) return await_token(errand, again->at, now);
  if (const auto* cannot = std::get_if<CannotRead>(&token)) {
    sweep.delta_was_refused = true;
    try_other_route(sweep, cannot->why);
    return {true, now.steady};
  }
  errand.awaits_token_since.reset();
  const auto reserved = allowance_.reserve(
      is_incident(result_.trigger) ? Spend::incident : Spend::routine, k_delta_page, now);
  if (!reserved) return store_failed("allowance", reserved.error(), now);
  if (!reserved->has_value()) {
    sweep.delta_was_refused = true;
    try_other_route(
        sweep, Error{ErrorKind::exhausted, "the month's allowance has no room now", {}, 0, {}});
    return {true, now.steady};
  }
  if (const auto closed = gate_.closed_until(now.steady)) {
    if (const auto released = allowance_.release(**reserved); !released)
      return store_failed("allowance", released.error(), now);
    return {false, *closed};
  }
  const Secret& bearer = std::get<Secret>(token);
  ++result_.requests;
  const auto page = asked(now, [&] {
    return graph_.delta(bearer, sweep.account.teams_user, sweep.since, sweep.delta.link);
  });
  if (!page) {
    if (const auto settled = settle_failed(**reserved, page.error(), now); !settled)
      return store_failed("allowance", settled.error(), now);
    return delta_failed(sweep, bearer, page.error(), now);
  }
  const std::size_t paid_for = page->messages.size() + page->unreadable;
  if (const auto settled = allowance_.settle(**reserved, paid_for); !settled)
    return store_failed("allowance", settled.error(), now);
  tell_unreadable(ChatId{}, page->unreadable);
  if (const auto kept = keep_delta(sweep, *page, now); !kept)
    return store_failed("found messages", kept.error(), now);
  errand.succeeded();
  // A round that an earlier sweep began knows nothing of what happened since: one more.
  if (page->is_round_over && sweep.delta_round >= swept_to(now)) {
    errand = Errand{};
    sweep.lists_foreign = !policy_.tenant.empty() && !sweep.list_was_refused;
    if (!sweep.lists_foreign) errand.state = Errand::State::done;
    return {true, now.steady};
  }
  if (errand.state == Errand::State::waiting && ++errand.pages >= policy_.most_pages)
    give_up(errand, Error{ErrorKind::refused, "the round of delta does not end", {}, 0, {}});
  return {true, now.steady};
}

Result<> Sweep::settle_failed(const Reservation& reserved, const Error& error, Moment now) {
  if (error.kind == ErrorKind::exhausted) return allowance_.refused(reserved, error, now);
  const auto cost = cost_of(error);
  if (!cost) return {};
  return *cost == 0 ? allowance_.release(reserved) : allowance_.settle(reserved, *cost);
}

StepOutcome Sweep::delta_failed(AccountSweep& sweep, const Secret& bearer, const Error& error,
                                Moment now) {
  const Reader app;
  switch (error.kind) {
    case ErrorKind::gone:
      // The kept link is void: once more from the watermark.
      sweep.delta.link.clear();
      sweep.delta.round_began = WallTime{};
      if (!sweep.was_resynced) {
        sweep.was_resynced = true;
        return {true, now.steady};
      }
      [[fallthrough]];
    case ErrorKind::forbidden:
    case ErrorKind::exhausted:
    case ErrorKind::refused:
      sweep.delta_was_refused = true;
      try_other_route(sweep, error);
      return {true, now.steady};
    case ErrorKind::unauthorized:
    case ErrorKind::transient:
    case ErrorKind::throttled:
    case ErrorKind::in_doubt:
    case ErrorKind::damaged:
      break;
  }
  if (error.kind == ErrorKind::unauthorized) {
    reject_token(tokens_, app, bearer);
    return try_again(sweep.errand, policy_.retry.first, now);
  }
  return failed(sweep.errand, error, now);
}

Result<> Sweep::keep_delta(AccountSweep& sweep, const DeltaPage& page, Moment now) {
  // What is new since the kept link is Graph's to say: it shows some messages late, and by the time
  // of a message it could not be told from what was swept by the other route meanwhile.
  // What was written in the very moment in which somebody connected is wanted.
  const WallTime back = std::max(sweep.account.connected_at - std::chrono::milliseconds{1},
                                 now.wall - policy_.rules.most_back);
  std::vector<Change> changes;
  for (const FoundMessage& found : page.messages) {
    FoundChanges what = changes_of(found, {back, back}, now.wall, policy_.rules);
    std::move(what.changes.begin(), what.changes.end(), std::back_inserter(changes));
    if (tells_of_members(found, {back, back})) {
      const auto told = store_.distrust_chat(found.message.ref.chat,
                                             found.message.created + policy_.rules.overlap);
      if (!told) return told;
    }
    if (!what.is_old) continue;
    OldMessages& of_chat = sweep.old_of_delta[found.message.ref.chat];
    of_chat.chat = found.message.ref.chat;
    of_chat.messages.push_back(old_of(found));
  }
  sort_by_creation(changes);
  SweepCursor moved = sweep.delta;
  moved.link = page.link;
  if (moved.round_began == WallTime{}) moved.round_began = swept_to(now);
  sweep.delta_round = moved.round_began;
  // The watermark waits for what delta does not show.
  if (page.is_round_over) moved.round_began = WallTime{};
  // Old messages are told of once for each chat, at the end of the round: until then the stored
  // cursor stays before them.
  const std::size_t moves = sweep.old_of_delta.empty() ? 1 : 0;
  if (const auto stored = store_found(std::move(changes), {}, {&moved, moves}, now); !stored)
    return stored;
  sweep.delta = moved;
  return page.is_round_over ? sum_up_delta(sweep, now) : Result<>{};
}

Result<> Sweep::sum_up_delta(AccountSweep& sweep, Moment now) {
  if (sweep.old_of_delta.empty()) return {};
  std::vector<OldMessages> summed_up;
  for (auto& [chat, old] : sweep.old_of_delta) {
    sort_by_creation(old.messages);
    summed_up.push_back(old);
  }
  if (const auto stored = store_found({}, summed_up, {&sweep.delta, 1}, now); !stored)
    return stored;
  sweep.old_of_delta.clear();
  return {};
}

void Sweep::try_other_route(AccountSweep& sweep, const Error& why) {
  const bool was_list = sweep.route == SweepRoute::list;
  if (was_list ? sweep.delta_was_refused : sweep.list_was_refused)
    return give_up(sweep.errand, why);
  sweep.route = was_list ? SweepRoute::delta : SweepRoute::list;
  sweep.errand = Errand{};
}

}  // namespace belfry::sync
