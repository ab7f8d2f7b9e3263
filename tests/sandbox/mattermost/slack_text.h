#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace belfry::sandbox::mattermost {

/// What the server does to the text of command answers and of `ephemeral_text` unless
/// `skip_slack_parsing` is set: `<a|b>` becomes a link, `<!channel>` and `<@id>` mentions.
/// `username_of` gives the name behind a user id, or nothing.
[[nodiscard]] std::string convert_slack_text(
    std::string_view text, const std::function<std::string(std::string_view)>& username_of);

}  // namespace belfry::sandbox::mattermost
