#include "tests/kit/fake_mattermost.h"

#include <algorithm>

namespace belfry::kit {

MattermostUserId FakeMattermost::hire(const std::string& name) {
  const MattermostUserId id{"user-" + name};
  people[id] = {id, name, name + "@example.com", {"en", "Europe/Berlin"}, true, false};
  return id;
}

std::vector<std::string> FakeMattermost::texts_to(const MattermostUserId& user) const {
  std::vector<std::string> texts;
  for (const Post& post : posts) {
    if (post.request.channel == channel_of(user)) texts.push_back(post.request.text.reveal());
  }
  return texts;
}

FakeMattermost::Post* FakeMattermost::find(const PostId& id) {
  const auto found = std::find_if(posts.begin(), posts.end(), [&](const Post& post) {
    return post.id == id && !post.is_deleted;
  });
  return found == posts.end() ? nullptr : &*found;
}

Result<sync::MattermostUser> FakeMattermost::bot() {
  return script.run("bot", [&]() -> Result<sync::MattermostUser> {
    return sync::MattermostUser{MattermostUserId{"bot"}, "belfry", "", {"en", ""}, true, true};
  });
}

Result<sync::MattermostServer> FakeMattermost::server() {
  return script.run("server", [&]() -> Result<sync::MattermostServer> {
    sync::MattermostServer facts;
    facts.version = "11.6.0";
    facts.database = "postgres";
    return facts;
  });
}

Result<sync::MattermostUser> FakeMattermost::user(const MattermostUserId& id) {
  return script.run("user", [&]() -> Result<sync::MattermostUser> {
    const auto found = people.find(id);
    if (found == people.end()) return fail(ErrorKind::gone, "no such user");
    return found->second;
  });
}

Result<std::vector<sync::MattermostUser>> FakeMattermost::users(
    std::span<const MattermostUserId> ids) {
  return script.run("users", [&]() -> Result<std::vector<sync::MattermostUser>> {
    std::vector<sync::MattermostUser> found;
    for (const MattermostUserId& id : ids) {
      if (const auto person = people.find(id); person != people.end())
        found.push_back(person->second);
    }
    // As the server: in an order of its own.
    std::reverse(found.begin(), found.end());
    return found;
  });
}

Result<sync::MattermostUser> FakeMattermost::user_by_name(const std::string& username) {
  return script.run("user_by_name", [&]() -> Result<sync::MattermostUser> {
    for (const auto& [id, person] : people) {
      if (person.username == username) return person;
    }
    return fail(ErrorKind::gone, "no such user");
  });
}

Result<ChannelId> FakeMattermost::direct_channel(const MattermostUserId& user) {
  return script.run("direct_channel", [&]() -> Result<ChannelId> { return channel_of(user); });
}

Result<sync::CreatedPost> FakeMattermost::create_post(const sync::PostRequest& request) {
  return script.run("create_post", [&]() -> Result<sync::CreatedPost> {
    const WallTime now = clock_.now().wall;
    // As the server: a `pending_post_id` is remembered for 30 s.
    for (const Post& post : posts) {
      const bool is_repeated = !request.mark.empty() && post.request.mark == request.mark;
      if (is_repeated && now - post.created < std::chrono::seconds{30})
        return sync::CreatedPost{post.id, post.request.files};
    }
    posts.push_back({PostId{"post-" + std::to_string(posts.size() + 1)}, request, now});
    Post& made = posts.back();
    for (const FileId& file : unattachable) std::erase(made.request.files, file);
    return sync::CreatedPost{made.id, made.request.files};
  });
}

Result<> FakeMattermost::patch_post(const PostId& id, const Content& text) {
  return script.run("patch_post", [&]() -> Result<> {
    Post* found = find(id);
    // As the server: a post that is gone answers 403.
    if (found == nullptr) return fail(ErrorKind::forbidden, "no such post");
    found->request.text = text;
    return {};
  });
}

Result<> FakeMattermost::patch_files(const PostId& id, const Content& text,
                                     const std::vector<FileId>& kept) {
  return script.run("patch_files", [&]() -> Result<> {
    Post* found = find(id);
    if (found == nullptr) return fail(ErrorKind::forbidden, "no such post");
    found->request.text = text;
    found->request.files = kept;
    return {};
  });
}

Result<> FakeMattermost::delete_post(const PostId& id) {
  return script.run("delete_post", [&]() -> Result<> {
    Post* found = find(id);
    if (found == nullptr) return fail(ErrorKind::gone, "no such post");
    found->is_deleted = true;
    return {};
  });
}

Result<sync::PostSummary> FakeMattermost::post(const PostId& id) {
  return script.run("post", [&]() -> Result<sync::PostSummary> {
    const Post* found = find(id);
    if (found == nullptr) return fail(ErrorKind::gone, "no such post");
    return sync::PostSummary{found->id, found->request.mark, found->created, found->request.files};
  });
}

Result<sync::PostPage> FakeMattermost::posts_page(const ChannelId& channel, int page) {
  return script.run("posts_page", [&]() -> Result<sync::PostPage> {
    std::vector<sync::PostSummary> all;
    for (auto post = posts.rbegin(); post != posts.rend(); ++post) {
      if (post->request.channel == channel && !post->is_deleted)
        all.push_back({post->id, post->request.mark, post->created, post->request.files});
    }
    const std::size_t begin = std::min(all.size(), static_cast<std::size_t>(page) * page_size);
    const std::size_t end = std::min(all.size(), begin + page_size);
    sync::PostPage shown;
    shown.posts.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                       all.begin() + static_cast<std::ptrdiff_t>(end));
    shown.is_last = end == all.size();
    if (!shown.posts.empty()) shown.oldest = shown.posts.back().created;
    return shown;
  });
}

}  // namespace belfry::kit
