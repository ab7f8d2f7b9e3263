#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/mattermost/commands.h"
#include "tests/sandbox/mattermost/files.h"
#include "tests/sandbox/mattermost/people.h"
#include "tests/sandbox/mattermost/post_list.h"
#include "tests/sandbox/mattermost/post_store.h"
#include "tests/sandbox/mattermost/preferences.h"
#include "tests/sandbox/mattermost/server_config.h"
#include "tests/sandbox/mattermost/teams.h"
#include "tests/sandbox/mattermost/tokens.h"
#include "tests/sandbox/mattermost/uploads.h"

/// What the server knows, as its answers show it. All functions give JSON and are free of state.
namespace belfry::sandbox::mattermost {

/// How much of a user the reader may see.
enum class UserView {
  own,            ///< everything
  administrator,  ///< everything but the owner's own settings
  other,          ///< what `ShowEmailAddress` and `ShowFullName` leave
};

[[nodiscard]] std::string user_json(const User& user, UserView view, const Settings& settings);
[[nodiscard]] std::string status_json(std::string_view user_id, const Status& status);
[[nodiscard]] std::string bot_json(const User& bot);
/// With the secret: only in the answer that makes it.
[[nodiscard]] std::string new_token_json(const AccessToken& token);
[[nodiscard]] std::string token_json(const AccessToken& token);
[[nodiscard]] std::string team_json(const Team& team);
[[nodiscard]] std::string team_member_json(const Teams& teams, std::string_view team_id,
                                           std::string_view user_id);
[[nodiscard]] std::string preference_json(const Preference& preference);
[[nodiscard]] std::string channel_json(const Channel& channel);
[[nodiscard]] std::string file_json(const FileRecord& file);
[[nodiscard]] std::string upload_json(const UploadInfo& upload);
[[nodiscard]] std::string command_json(const Command& command, bool with_token);

enum class PostView {
  fresh,         ///< just made: with `pending_post_id`
  read,          ///< with metadata
  deduplicated,  ///< read back by the deduplication: without metadata
};

[[nodiscard]] std::string post_json(const Post& post, PostView view, const Files& files);
[[nodiscard]] std::string post_list_json(const PostList& list, const Files& files);

}  // namespace belfry::sandbox::mattermost
