#include "sync/reader_token.h"

namespace belfry::sync {

ReaderToken token_of(Tokens& tokens, const Reader& reader, Moment now) {
  const Tokens::State state = reader.is_app() ? tokens.app(now) : tokens.user(reader.user, now);
  if (const auto* ready = std::get_if<Tokens::Ready>(&state)) return ready->access;
  if (const auto* wait = std::get_if<Tokens::Wait>(&state)) return AskAgain{wait->until};
  if (const auto* unavailable = std::get_if<Tokens::Unavailable>(&state)) {
    return CannotRead{unavailable->why};
  }
  // What came of it, good or bad, shows in the next state.
  static_cast<void>(reader.is_app() ? tokens.refresh_app(now)
                                    : tokens.refresh_user(reader.user, now));
  return AskAgain{now.steady};
}

void reject_token(Tokens& tokens, const Reader& reader, const Secret& token) {
  reader.is_app() ? tokens.reject_app(token) : tokens.reject_user(reader.user, token);
}

}  // namespace belfry::sync
