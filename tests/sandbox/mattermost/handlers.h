#pragma once

#include "tests/sandbox/mattermost/routes.h"

/// The handlers of the API's routes; each throws Refusal. Grouped as the server's documentation is.
namespace belfry::sandbox::mattermost {

// handlers_system.cpp
WebReply ping(const Call& call);
WebReply client_config(const Call& call);
WebReply list_teams(const Call& call);
WebReply add_team_member(const Call& call);
WebReply answer_command_later(const Call& call);

// handlers_users.cpp
WebReply log_in(const Call& call);
WebReply get_user(const Call& call);
WebReply get_user_by_username(const Call& call);
WebReply get_user_by_email(const Call& call);
WebReply get_users_by_ids(const Call& call);
WebReply get_statuses_by_ids(const Call& call);
WebReply get_status(const Call& call);
WebReply get_teams_of_user(const Call& call);
WebReply get_preferences(const Call& call);
WebReply save_preferences(const Call& call);
WebReply get_preference(const Call& call);

// handlers_bots.cpp
WebReply create_bot(const Call& call);
WebReply list_bots(const Call& call);
WebReply get_bot(const Call& call);
WebReply patch_bot(const Call& call);
WebReply enable_bot(const Call& call);
WebReply disable_bot(const Call& call);
WebReply create_token(const Call& call);
WebReply list_tokens(const Call& call);
WebReply set_image(const Call& call);

// handlers_posts.cpp
WebReply create_direct_channel(const Call& call);
WebReply get_channel(const Call& call);
WebReply list_channel_posts(const Call& call);
WebReply create_post_route(const Call& call);
WebReply create_ephemeral_post(const Call& call);
WebReply get_post(const Call& call);
WebReply delete_post_route(const Call& call);
WebReply patch_post_route(const Call& call);
WebReply click_action(const Call& call);
WebReply open_dialog_route(const Call& call);

// handlers_files.cpp
WebReply get_file(const Call& call);
WebReply get_file_info(const Call& call);
WebReply create_upload(const Call& call);
WebReply get_upload(const Call& call);

// handlers_commands.cpp
WebReply create_command(const Call& call);
WebReply list_commands(const Call& call);
WebReply get_command(const Call& call);
WebReply update_command(const Call& call);
WebReply delete_command(const Call& call);
WebReply regenerate_command_token(const Call& call);
WebReply execute_command(const Call& call);

}  // namespace belfry::sandbox::mattermost
