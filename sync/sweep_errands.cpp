#include <algorithm>

#include "sync/reader_token.h"
#include "sync/sweep.h"

// Who asks for an errand next, and what becomes of it when an answer is a refusal or none.
namespace belfry::sync {
namespace {

template <class Range>
bool has(const Range& range, const typename Range::value_type& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

}  // namespace

Duration Sweep::pause_after(const Error& throttled) const {
  return std::min(throttled.retry_after.value_or(Duration{0}), policy_.retry.most_obeyed);
}

std::optional<Reader> Sweep::first_left(const std::vector<Reader>& readers, const Errand& errand) {
  const auto next = std::find_if(readers.begin(), readers.end(), [&errand](const Reader& reader) {
    return !has(errand.refused, reader);
  });
  return next == readers.end() ? std::nullopt : std::optional(*next);
}

Sweep::NextAsker Sweep::next_asker(const std::vector<Reader>& readers, Errand& errand, Moment now) {
  const auto reader = first_left(readers, errand);
  if (!reader) return NobodyMay{};
  const bool are_others_behind_app = reader->is_app() && readers.back() != *reader;
  const ReaderToken token = token_of(tokens_, *reader, now);
  if (const auto* ready = std::get_if<Secret>(&token)) {
    errand.awaits_token_since.reset();
    return Asker{*reader, *ready};
  }
  if (const auto* again = std::get_if<AskAgain>(&token)) {
    if (!are_others_behind_app || again->at <= now.steady)
      return await_token(errand, again->at, now);
  } else if (const Error& why = std::get<CannotRead>(token).why;
             why.kind != ErrorKind::forbidden) {  // who is not connected may not, and that is clear
    auto& unclear = are_others_behind_app ? errand.unclear_to_app : errand.unclear;
    unclear = why;
  }
  errand.refused.push_back(*reader);
  return StepOutcome{true, now.steady};
}

StepOutcome Sweep::failed_as(Errand& errand, const Reader& reader, const Secret& token,
                             const Error& error, Moment now) {
  switch (error.kind) {
    case ErrorKind::unauthorized:
      reject_token(tokens_, reader, token);
      if (has(errand.unauthorized, reader)) {
        errand.refused.push_back(reader);
        errand.unclear = error;
      }
      errand.unauthorized.push_back(reader);
      return {true, now.steady};
    case ErrorKind::refused:
      errand.unclear = error;
      [[fallthrough]];
    case ErrorKind::forbidden:
    case ErrorKind::gone:
      errand.refused.push_back(reader);
      errand.link.clear();  // it was this reader's
      return {true, now.steady};
    case ErrorKind::transient:
    case ErrorKind::throttled:
    case ErrorKind::exhausted:
    case ErrorKind::in_doubt:
    case ErrorKind::damaged:
      break;
  }
  return failed(errand, error, now);
}

StepOutcome Sweep::failed(Errand& errand, const Error& error, Moment now) {
  errand.why = error;
  if (!is_retryable(error.kind)) {
    give_up(errand, error);
    return {true, now.steady};
  }
  const Duration delay = delay_after(error, errand.tries, policy_.retry, random_);
  // Of 429 the round is told as a whole: then all wait alike.
  if (error.kind != ErrorKind::throttled) errand.waited += delay;
  return try_again(errand, delay, now);
}

StepOutcome Sweep::try_again(Errand& errand, Duration delay, Moment now) const {
  errand.due = now.steady + delay;
  if (++errand.tries > policy_.most_tries || errand.waited > policy_.patience)
    errand.state = Errand::State::failed;
  return {true, now.steady};
}

StepOutcome Sweep::await_token(Errand& errand, Instant at, Moment now) const {
  if (!errand.awaits_token_since) errand.awaits_token_since = now.steady;
  errand.due = at;
  if (at > now.steady && at - *errand.awaits_token_since > policy_.patience)
    give_up(errand, Error{ErrorKind::transient, "no token is to be had", {}, 0, {}});
  return {true, now.steady};
}

void Sweep::give_up(Errand& errand, const Error& why) {
  errand.state = Errand::State::failed;
  errand.why = why;
}

}  // namespace belfry::sync
