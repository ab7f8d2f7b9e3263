#pragma once

#include "sync/port/files.h"
#include "sync/port/graph.h"
#include "sync/port/identity.h"
#include "sync/port/mattermost.h"

namespace belfry::kit {

/// Mattermost; every request on a message's way passes `Points::around(operation, call)`.
template <class Points>
class PointedMattermost : public sync::MattermostApi {
 public:
  PointedMattermost(sync::MattermostApi& real, Points& points) : real_(real), points_(points) {}

  Result<sync::MattermostUser> bot() override { return real_.bot(); }
  Result<sync::MattermostServer> server() override { return real_.server(); }
  Result<sync::MattermostUser> user(const MattermostUserId& id) override {
    return points_.around("read_user", [&] { return real_.user(id); });
  }
  Result<std::vector<sync::MattermostUser>> users(std::span<const MattermostUserId> ids) override {
    return real_.users(ids);
  }
  Result<sync::MattermostUser> user_by_name(const std::string& name) override {
    return real_.user_by_name(name);
  }
  Result<ChannelId> direct_channel(const MattermostUserId& user) override {
    return points_.around("direct_channel", [&] { return real_.direct_channel(user); });
  }
  Result<sync::CreatedPost> create_post(const sync::PostRequest& request) override {
    return points_.around("create_post", [&] { return real_.create_post(request); });
  }
  Result<> patch_post(const PostId& id, const Content& text) override {
    return points_.around("patch_post", [&] { return real_.patch_post(id, text); });
  }
  Result<> patch_files(const PostId& id, const Content& text,
                       const std::vector<FileId>& kept) override {
    return points_.around("patch_post", [&] { return real_.patch_files(id, text, kept); });
  }
  Result<> delete_post(const PostId& id) override { return real_.delete_post(id); }
  Result<sync::PostSummary> post(const PostId& id) override { return real_.post(id); }
  Result<sync::PostPage> posts_page(const ChannelId& channel, int page) override {
    return points_.around("posts_page", [&] { return real_.posts_page(channel, page); });
  }

 private:
  sync::MattermostApi& real_;
  Points& points_;
};

/// Mattermost's files, likewise.
template <class Points>
class PointedFileSink : public sync::FileSink {
 public:
  PointedFileSink(sync::FileSink& real, Points& points) : real_(real), points_(points) {}

  Result<FileId> upload_file(const ChannelId& channel, const Content& name,
                             Content bytes) override {
    return points_.around("upload_file",
                          [&] { return real_.upload_file(channel, name, std::move(bytes)); });
  }
  Result<UploadId> begin_upload(const sync::FileUpload& upload) override {
    return points_.around("begin_upload", [&] { return real_.begin_upload(upload); });
  }
  Result<std::uint64_t> upload_offset(const UploadId& upload) override {
    return points_.around("upload_offset", [&] { return real_.upload_offset(upload); });
  }
  Result<std::optional<FileId>> continue_upload(sync::UploadPart part) override {
    return points_.around("continue_upload",
                          [&] { return real_.continue_upload(std::move(part)); });
  }

 private:
  sync::FileSink& real_;
  Points& points_;
};

/// Graph, likewise.
template <class Points>
class PointedGraph : public sync::GraphApi {
 public:
  PointedGraph(sync::GraphApi& real, Points& points) : real_(real), points_(points) {}

  Result<Message> message(const Secret& bearer, const MessageRef& ref) override {
    return points_.around("read_message", [&] { return real_.message(bearer, ref); });
  }
  Result<Chat> chat(const Secret& bearer, const ChatId& chat) override {
    return points_.around("read_chat", [&] { return real_.chat(bearer, chat); });
  }
  Result<sync::MemberPage> members(const Secret& bearer, const ChatId& chat,
                                   const std::string& link) override {
    return points_.around("read_members", [&] { return real_.members(bearer, chat, link); });
  }
  Result<std::vector<sync::Presence>> presence(const Secret& bearer,
                                               std::span<const TeamsUserId> users) override {
    return points_.around("read_presence", [&] { return real_.presence(bearer, users); });
  }
  Result<sync::TeamsProfile> me(const Secret& bearer) override { return real_.me(bearer); }
  Result<sync::RemoteSubscription> subscribe(const Secret& bearer,
                                             const sync::SubscriptionRequest& request) override {
    return points_.around("subscribe", [&] { return real_.subscribe(bearer, request); });
  }
  Result<std::vector<Result<sync::RemoteSubscription>>> renew(
      const Secret& bearer, std::span<const sync::Renewal> renewals, WallTime expires) override {
    return points_.around("renew", [&] { return real_.renew(bearer, renewals, expires); });
  }
  Result<> unsubscribe(const Secret& bearer, const SubscriptionId& id) override {
    return real_.unsubscribe(bearer, id);
  }
  Result<std::vector<sync::RemoteSubscription>> list_subscriptions(const Secret& bearer) override {
    return real_.list_subscriptions(bearer);
  }

 private:
  sync::GraphApi& real_;
  Points& points_;
};

}  // namespace belfry::kit
