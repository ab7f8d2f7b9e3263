#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/mattermost/post.h"

namespace belfry::sandbox::mattermost {

struct ChannelInfo {
  std::string id{};
  std::string type = "D";  ///< `D` direct, `O` open: there its team's members are its own
  std::string team_id{};
  std::string name{};
  std::string display_name{};
  std::string creator_id{};
  std::int64_t create_at = 0;
  std::vector<std::string> members{};  ///< of a direct channel, in alphabetical order
};

/// A channel with its posts in the order of creation. What it is never changes.
/// Threads  All functions from any thread.
class Channel {
 public:
  explicit Channel(ChannelInfo info) : info_(std::move(info)) {}

  [[nodiscard]] const ChannelInfo& info() const { return info_; }
  [[nodiscard]] bool is_direct() const { return info_.type == "D"; }
  [[nodiscard]] bool is_direct_with(std::string_view user) const;

  /// `reader` sees the posts under a shared lock, which it must not hold long.
  void read(const std::function<void(const std::vector<PostPtr>&)>& reader) const;
  [[nodiscard]] std::int64_t last_post_at() const { return last_post_at_.load(); }
  [[nodiscard]] std::int64_t message_count() const { return count_.load(); }
  /// Grows with every change of any post here.
  [[nodiscard]] std::uint64_t changes() const { return changes_.load(); }

 private:
  friend class PostStore;

  const ChannelInfo info_;
  mutable std::shared_mutex mutex_;
  std::vector<PostPtr> posts_;  // guarded by mutex_
  std::atomic<std::int64_t> last_post_at_{0};
  std::atomic<std::int64_t> count_{0};
  std::atomic<std::uint64_t> changes_{0};
};

using ChannelPtr = std::shared_ptr<Channel>;

/// All channels and posts. A Post is immutable; a change makes a new one in its place.
///
/// Promises  Nothing is forgotten. Posting into different channels shares no lock but, for an
///           instant, one of 64 stripes.
/// Threads   All functions from any thread.
class PostStore {
 public:
  explicit PostStore(SandboxClock& clock) : clock_(clock) {}

  ChannelPtr add_channel(ChannelInfo info);
  [[nodiscard]] ChannelPtr find_channel(std::string_view id) const;
  /// The same two people have the same channel, whoever asks first.
  struct Direct {
    ChannelPtr channel;
    bool made = false;
  };
  Direct direct_channel(std::string_view creator, std::string_view user);
  [[nodiscard]] ChannelPtr find_direct(std::string_view user, std::string_view other) const;
  [[nodiscard]] std::vector<ChannelPtr> channels() const;

  /// Gives it its number and, unless `create_at` is set, the present time.
  PostPtr append(Channel& channel, Post post);
  [[nodiscard]] PostPtr find(std::string_view id) const;
  /// Null when unknown. `change` must leave id, channel and number alone.
  PostPtr modify(std::string_view id, const std::function<void(Post&)>& change);
  /// In the order of creation, deleted ones included.
  [[nodiscard]] std::vector<PostPtr> all() const;
  [[nodiscard]] std::uint64_t created() const { return numbers_.load(); }

 private:
  struct Place {
    Channel* channel = nullptr;
    std::size_t position = 0;
  };
  struct Stripe {
    mutable std::shared_mutex mutex;
    std::unordered_map<std::string, Place> places;  // guarded by mutex
  };
  static constexpr std::size_t k_stripes = 64;

  [[nodiscard]] Stripe& stripe_of(std::string_view id) const;
  [[nodiscard]] Place place_of(std::string_view id) const;

  SandboxClock& clock_;
  std::atomic<std::uint64_t> numbers_{0};
  mutable std::array<Stripe, k_stripes> stripes_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, ChannelPtr, std::less<>> channels_;  // guarded by mutex_
  std::map<std::string, ChannelPtr, std::less<>> direct_;    // guarded by mutex_; by name
};

}  // namespace belfry::sandbox::mattermost
