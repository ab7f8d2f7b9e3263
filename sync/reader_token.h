#pragma once

#include <variant>

#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/policy/resolve_need.h"
#include "sync/tokens.h"

namespace belfry::sync {

/// What comes of asking for a reader's token.
struct AskAgain {
  Instant at;
};
struct CannotRead {
  Error why;  ///< no account, disconnected, or what is stored of it is damaged
};
using ReaderToken = std::variant<Secret, AskAgain, CannotRead>;

/// The token with which `reader` asks Graph; refreshes it where that is due, which is then the one
/// outside call of the step.
[[nodiscard]] ReaderToken token_of(Tokens& tokens, const Reader& reader, Moment now);
/// A 401 came for it.
void reject_token(Tokens& tokens, const Reader& reader, const Secret& token);

}  // namespace belfry::sync
