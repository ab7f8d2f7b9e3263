#include "tests/sim/sim_mattermost.h"

#include <algorithm>

namespace belfry::sim {
namespace {

/// Pages as small as this make searches for a post in doubt turn pages.
constexpr std::size_t k_page = 5;
constexpr const char* k_nobody = "nobody";
constexpr Duration k_pending_lives = std::chrono::seconds{30};

sync::MattermostUser person_of(const MattermostUserId& id) {
  return {id, id.text(), id.text() + "@example.com", {"en", "Europe/Berlin"}, true, false};
}

}  // namespace

SimMattermost::Post* SimMattermost::standing(const PostId& id) {
  const auto place = places_.find(id);
  if (place == places_.end() || posts_[place->second].is_deleted) return nullptr;
  return &posts_[place->second];
}

Result<SimMattermost::Post*> SimMattermost::editable(const PostId& id) {
  Post* post = standing(id);
  if (post == nullptr) return fail(ErrorKind::forbidden, "permission");
  if (edit_limit_ && clock_.now().wall > post->created + *edit_limit_)
    return fail(Error{ErrorKind::refused, "too late", {}, 400, sync::k_edit_time_over});
  return post;
}

Result<sync::MattermostUser> SimMattermost::bot() {
  return sync::MattermostUser{MattermostUserId{"belfry"}, "belfry", "", {"en", ""}, true, true};
}

Result<sync::MattermostServer> SimMattermost::server() {
  return sync::MattermostServer{};
}

Result<sync::MattermostUser> SimMattermost::user(const MattermostUserId& id) {
  return turbulence_.request<sync::MattermostUser>(
      ErrorKind::transient, [&] { return Result<sync::MattermostUser>(person_of(id)); });
}

Result<std::vector<sync::MattermostUser>> SimMattermost::users(
    std::span<const MattermostUserId> ids) {
  using People = std::vector<sync::MattermostUser>;
  return turbulence_.request<People>(ErrorKind::transient, [&]() -> Result<People> {
    People people;
    for (const MattermostUserId& id : ids) {
      if (id.text() != k_nobody) people.push_back(person_of(id));
    }
    return people;
  });
}

Result<sync::MattermostUser> SimMattermost::user_by_name(const std::string& username) {
  if (username == k_nobody) return fail(ErrorKind::gone, "no such user");
  return user(MattermostUserId{username});
}

Result<ChannelId> SimMattermost::direct_channel(const MattermostUserId& user) {
  return turbulence_.request<ChannelId>(
      ErrorKind::transient, [&] { return Result<ChannelId>(ChannelId{"dm-" + user.text()}); });
}

Result<sync::CreatedPost> SimMattermost::create_post(const sync::PostRequest& request) {
  using sync::CreatedPost;
  if (asked) asked(request);
  return turbulence_.request<CreatedPost>(ErrorKind::in_doubt, [&]() -> Result<CreatedPost> {
    const Moment now = clock_.now();
    const auto known = pending_.find(request.mark);
    // A post of ours without a mark carries no `pending_post_id`.
    const bool is_marked = !request.mark.empty();
    if (is_marked && known != pending_.end() && known->second.until > now.steady)
      return CreatedPost{known->second.post, posts_[places_[known->second.post]].files};
    for (const std::string& words : refused_) {
      if (request.text.reveal().find(words) != std::string::npos)
        return fail(Error{ErrorKind::refused, "the post is not valid", {}, 400, {}});
    }
    const PostId id{"post-" + std::to_string(posts_.size())};
    places_[id] = posts_.size();
    channels_[request.channel].push_back(posts_.size());
    posts_.push_back({id, request.channel, request.text.reveal(), request.mark, now.wall, false, 0,
                      request.files, request.root});
    if (is_marked) pending_[request.mark] = {id, now.steady + k_pending_lives};
    return CreatedPost{id, request.files};
  });
}

Result<> SimMattermost::patch_post(const PostId& id, const Content& text) {
  return turbulence_.request<void>(ErrorKind::transient, [&]() -> Result<> {
    const auto post = editable(id);
    if (!post) return fail(post.error());
    (*post)->text = text.reveal();
    ++(*post)->edits;
    return {};
  });
}

Result<> SimMattermost::patch_files(const PostId& id, const Content& text,
                                    const std::vector<FileId>& kept) {
  return turbulence_.request<void>(ErrorKind::transient, [&]() -> Result<> {
    const auto post = editable(id);
    if (!post) return fail(post.error());
    (*post)->text = text.reveal();
    (*post)->files = kept;
    ++(*post)->edits;
    return {};
  });
}

Result<> SimMattermost::delete_post(const PostId& id) {
  return turbulence_.request<void>(ErrorKind::transient, [&]() -> Result<> {
    Post* post = standing(id);
    if (post == nullptr) return fail(ErrorKind::gone, "no such post");
    post->is_deleted = true;
    return {};
  });
}

Result<sync::PostSummary> SimMattermost::post(const PostId& id) {
  return turbulence_.request<sync::PostSummary>(
      ErrorKind::transient, [&]() -> Result<sync::PostSummary> {
        const Post* post = standing(id);
        if (post == nullptr) return fail(ErrorKind::gone, "no such post");
        return sync::PostSummary{post->id, post->mark, post->created, post->files};
      });
}

Result<sync::PostPage> SimMattermost::posts_page(const ChannelId& channel, int page) {
  return turbulence_.request<sync::PostPage>(ErrorKind::transient, [&]() -> Result<sync::PostPage> {
    std::vector<sync::PostSummary> newest_first;
    const std::vector<std::size_t>& places = channels_[channel];
    for (auto place = places.rbegin(); place != places.rend(); ++place) {
      const Post& post = posts_[*place];
      if (!post.is_deleted) newest_first.push_back({post.id, post.mark, post.created, post.files});
    }
    sync::PostPage answer;
    const std::size_t begin =
        std::min(static_cast<std::size_t>(page) * k_page, newest_first.size());
    const std::size_t end = std::min(begin + k_page, newest_first.size());
    answer.posts.assign(newest_first.begin() + static_cast<std::ptrdiff_t>(begin),
                        newest_first.begin() + static_cast<std::ptrdiff_t>(end));
    answer.is_last = end == newest_first.size();
    if (!answer.posts.empty()) answer.oldest = answer.posts.back().created;
    return answer;
  });
}

}  // namespace belfry::sim
