#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Times as Microsoft writes them. All are milliseconds since the epoch.
namespace belfry::sandbox {

/// `2026-03-02T08:15:30.417Z`; trailing zeros of the fraction are left out, as Graph does.
[[nodiscard]] std::string time_text(std::int64_t ms);
/// `2026-03-02T08:15:30Z`
[[nodiscard]] std::string time_text_seconds(std::int64_t ms);
/// `2021-02-02T10:30:34.9090000-08:00`: seven digits and a numeric offset, as notifications have
/// it.
[[nodiscard]] std::string time_text_with_offset(std::int64_t ms, int offset_minutes);
/// `2026-03-02 08:15:31Z`, as Entra's errors have it.
[[nodiscard]] std::string time_text_with_blank(std::int64_t ms);
/// `Mon, 02 Mar 2026 08:15:30 GMT`, as the `Date` of an answer.
[[nodiscard]] std::string time_text_of_http(std::int64_t ms);
/// 0 to 9 fractional digits, `Z`, a numeric offset or none (taken as UTC), `T` or a blank in the
/// middle.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text);
/// `2026-03` in UTC.
[[nodiscard]] std::string month_of(std::int64_t ms);

}  // namespace belfry::sandbox
