#include "tests/sandbox/mattermost/post_list.h"

#include <algorithm>
#include <set>

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_since_rows = 1'000;

using Posts = std::vector<PostPtr>;

/// Reads one channel's posts under its lock.
class Reader {
 public:
  Reader(const Posts& posts, const PostListQuery& query) : posts_(posts), query_(query) {}

  PostList since() const {
    PostList list;
    for (const auto& post : posts_)
      if (post->update_at > query_.since && list.order.size() < k_since_rows)
        list.order.push_back(post);
    // The server promises no order here: neither do we keep one by chance.
    std::sort(list.order.begin(), list.order.end(),
              [](const PostPtr& a, const PostPtr& b) { return a->id < b->id; });
    return list;
  }

  PostList newest() const {
    PostList list;
    list.order = going_down(posts_.size());
    set_next(list);
    set_previous(list);
    return list;
  }

  PostList before() const {
    PostList list;
    const std::size_t pivot = position_of(query_.before);
    if (pivot < posts_.size()) list.order = going_down(pivot);
    if (query_.page == 0)
      list.next_post_id = query_.before;
    else
      set_next(list);
    if (is_full(list)) set_previous(list);
    return list;
  }

  PostList after() const {
    PostList list;
    const std::size_t pivot = position_of(query_.after);
    if (pivot < posts_.size()) list.order = going_up(pivot + 1);
    if (query_.page == 0)
      list.prev_post_id = query_.after;
    else
      set_previous(list);
    if (is_full(list)) set_next(list);
    return list;
  }

  void add_roots(PostList& list) const {
    std::set<std::string> wanted;
    for (const auto& post : list.order)
      if (!post->root_id.empty()) wanted.insert(post->root_id);
    for (const auto& post : list.order) wanted.erase(post->id);
    if (wanted.empty()) return;
    for (const auto& post : posts_)
      if (wanted.contains(post->id)) list.roots.push_back(post);
  }

 private:
  [[nodiscard]] bool is_shown(const PostPtr& post) const {
    return post->delete_at == 0 || query_.include_deleted;
  }

  [[nodiscard]] bool is_full(const PostList& list) const {
    return static_cast<std::int64_t>(list.order.size()) >= query_.per_page;
  }

  [[nodiscard]] std::size_t position_of(const std::string& id) const {
    const auto found =
        std::find_if(posts_.begin(), posts_.end(), [&](const PostPtr& p) { return p->id == id; });
    return static_cast<std::size_t>(found - posts_.begin());
  }

  [[nodiscard]] Posts going_down(std::size_t end) const {
    Posts out;
    std::int64_t skip = query_.page * query_.per_page;
    for (std::size_t i = end; i > 0 && static_cast<std::int64_t>(out.size()) < query_.per_page; --i)
      if (is_shown(posts_[i - 1]) && skip-- <= 0) out.push_back(posts_[i - 1]);
    return out;
  }

  [[nodiscard]] Posts going_up(std::size_t begin) const {
    Posts out;
    std::int64_t skip = query_.page * query_.per_page;
    for (std::size_t i = begin;
         i < posts_.size() && static_cast<std::int64_t>(out.size()) < query_.per_page; ++i)
      if (is_shown(posts_[i]) && skip-- <= 0) out.push_back(posts_[i]);
    std::reverse(out.begin(), out.end());
    return out;
  }

  void set_next(PostList& list) const {
    if (list.order.empty()) return;
    const auto newer = std::find_if(
        posts_.begin() + static_cast<std::ptrdiff_t>(position_of(list.order.front()->id)) + 1,
        posts_.end(), [](const PostPtr& post) { return post->delete_at == 0; });
    if (newer != posts_.end()) list.next_post_id = (*newer)->id;
  }

  void set_previous(PostList& list) const {
    if (list.order.empty()) return;
    for (std::size_t i = position_of(list.order.back()->id); i > 0; --i)
      if (posts_[i - 1]->delete_at == 0) {
        list.prev_post_id = posts_[i - 1]->id;
        return;
      }
  }

  const Posts& posts_;
  const PostListQuery& query_;
};

}  // namespace

PostList list_posts(const Channel& channel, const PostListQuery& query) {
  PostList list;
  channel.read([&](const Posts& posts) {
    const Reader reader(posts, query);
    if (query.since > 0)
      list = reader.since();
    else if (!query.after.empty())
      list = reader.after();
    else if (!query.before.empty())
      list = reader.before();
    else
      list = reader.newest();
    reader.add_roots(list);
  });
  return list;
}

}  // namespace belfry::sandbox::mattermost
