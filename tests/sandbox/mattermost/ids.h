#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belfry::sandbox::mattermost {

/// 26 characters of Mattermost's own base-32 alphabet; also the form of its tokens.
[[nodiscard]] std::string make_id();
/// 26 letters or digits, as the server's `IsValidId` has it.
[[nodiscard]] bool is_id(std::string_view text);
/// Code points of UTF-8; a byte that belongs to none counts as one, as in Go.
[[nodiscard]] std::size_t count_runes(std::string_view text);

}  // namespace belfry::sandbox::mattermost
