#pragma once

#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "sync/base/time.h"

namespace belfry {

/// What an error asks for, not where it came from.
enum class ErrorKind {
  transient,     ///< again by backoff
  throttled,     ///< again, not before `retry_after`
  unauthorized,  ///< Graph: one refresh, another member, app-only; Mattermost: tell the
                 ///< administrators
  forbidden,     ///< this token may not: another one perhaps, else permanent
  gone,          ///< the thing no longer exists: usually done
  exhausted,     ///< the metered allowance is used up: the other route
  refused,       ///< will never succeed as it is: dead letter
  in_doubt,      ///< it may have happened: look before doing it again
  damaged,       ///< what was read at rest is not what was written: name it, set it aside
};

/// Lower-case name of the kind, as logs, metrics and dead letters show it.
[[nodiscard]] const char* name_of(ErrorKind kind);

/// An expected failure. `text` is for administrators: it names the operation and what the other
/// side said, and never holds a token or what people wrote.
struct Error {
  ErrorKind kind = ErrorKind::transient;
  std::string text;
  std::optional<Duration> retry_after;  ///< as the server asked, rounded up
  int status = 0;                       ///< HTTP status, 0 where there was none
  std::string code;  ///< the server's own error code, lower case, where it gave one
};

/// Value or Error; may not be dropped. (A plain tl::expected may be dropped without a warning.)
template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// `return fail(ErrorKind::refused, "...")` from any function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string text) {
  return tl::unexpected<Error>(Error{kind, std::move(text), std::nullopt, 0, {}});
}

}  // namespace belfry
