#include "tests/sandbox/mattermost/pending_posts.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::int64_t k_remembered_ms = 30'000;
constexpr std::size_t k_entries = 25'000;

}  // namespace

std::optional<std::string> PendingPosts::find(const std::string& pending_id) {
  const std::int64_t now = clock_.now_ms();
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(pending_id);
  if (found == index_.end()) return std::nullopt;
  if (found->second->expires_ms <= now) {
    entries_.erase(found->second);
    index_.erase(found);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->post_id;
}

void PendingPosts::store(const std::string& pending_id, std::string_view post_id) {
  const std::int64_t expires = clock_.now_ms() + k_remembered_ms;
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(pending_id); found != index_.end()) {
    found->second->post_id = post_id;
    found->second->expires_ms = expires;
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  entries_.push_front({pending_id, std::string(post_id), expires});
  index_.emplace(pending_id, entries_.begin());
  if (entries_.size() > k_entries) {
    index_.erase(entries_.back().pending_id);
    entries_.pop_back();
  }
}

void PendingPosts::remove(const std::string& pending_id) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(pending_id);
  if (found == index_.end()) return;
  entries_.erase(found->second);
  index_.erase(found);
}

void PendingPosts::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  index_.clear();
}

std::size_t PendingPosts::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace belfry::sandbox::mattermost
