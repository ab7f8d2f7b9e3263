#pragma once

#include <string_view>

#include "tests/sandbox/mattermost/server.h"

/// What the server tells its WebSocket clients. All functions may be called from any thread.
namespace belfry::sandbox::mattermost {

enum class SetOnline { yes, no };

void announce_posted(Server& server, const Channel& channel, const Post& post,
                     SetOnline set_online);
void announce_edited(Server& server, const Channel& channel, const Post& post);
void announce_deleted(Server& server, const Channel& channel, const Post& post);
void announce_ephemeral(Server& server, const EphemeralPost& post);
/// To both, when a direct channel was made.
void announce_direct_added(Server& server, const Channel& channel);
/// Only ever to the person itself.
void announce_status(Server& server, std::string_view user_id, const Status& status);
void announce_user_updated(Server& server, const User& user);
void announce_user_added(Server& server, const Team& team, std::string_view user_id);
void announce_config_changed(Server& server);
void announce_dialog(Server& server, std::string_view user_id, std::string_view trigger_id,
                     const OpenDialog& dialog);

}  // namespace belfry::sandbox::mattermost
