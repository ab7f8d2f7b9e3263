#include "tests/sandbox/mattermost/post_store.h"

#include <algorithm>

#include "tests/sandbox/mattermost/ids.h"

namespace belfry::sandbox::mattermost {

namespace {

std::string direct_name(std::string_view user, std::string_view other) {
  const auto [first, second] = std::minmax(user, other);
  return std::string(first) + "__" + std::string(second);
}

}  // namespace

bool Channel::is_direct_with(std::string_view user) const {
  return is_direct() &&
         std::find(info_.members.begin(), info_.members.end(), user) != info_.members.end();
}

void Channel::read(const std::function<void(const std::vector<PostPtr>&)>& reader) const {
  const std::shared_lock lock(mutex_);
  reader(posts_);
}

ChannelPtr PostStore::add_channel(ChannelInfo info) {
  auto channel = std::make_shared<Channel>(std::move(info));
  const std::unique_lock lock(mutex_);
  channels_.emplace(channel->info().id, channel);
  return channel;
}

ChannelPtr PostStore::find_channel(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : found->second;
}

PostStore::Direct PostStore::direct_channel(std::string_view creator, std::string_view user) {
  if (auto found = find_direct(creator, user)) return {.channel = std::move(found)};
  ChannelInfo info{.id = make_id(),
                   .name = direct_name(creator, user),
                   .creator_id = std::string(creator),
                   .create_at = clock_.now_ms(),
                   .members = {std::string(creator), std::string(user)}};
  std::sort(info.members.begin(), info.members.end());
  info.members.erase(std::unique(info.members.begin(), info.members.end()), info.members.end());
  const std::unique_lock lock(mutex_);
  if (const auto found = direct_.find(info.name); found != direct_.end())
    return {.channel = found->second};
  const auto channel = std::make_shared<Channel>(std::move(info));
  channels_.emplace(channel->info().id, channel);
  direct_.emplace(channel->info().name, channel);
  return {.channel = channel, .made = true};
}

ChannelPtr PostStore::find_direct(std::string_view user, std::string_view other) const {
  const std::string name = direct_name(user, other);
  const std::shared_lock lock(mutex_);
  const auto found = direct_.find(name);
  return found == direct_.end() ? nullptr : found->second;
}

std::vector<ChannelPtr> PostStore::channels() const {
  const std::shared_lock lock(mutex_);
  std::vector<ChannelPtr> out;
  out.reserve(channels_.size());
  for (const auto& [id, channel] : channels_) out.push_back(channel);
  return out;
}

PostPtr PostStore::append(Channel& channel, Post post) {
  post.channel_id = channel.info().id;
  Stripe& stripe = stripe_of(post.id);
  const std::unique_lock lock(channel.mutex_);
  post.number = ++numbers_;
  if (post.create_at == 0) post.create_at = clock_.now_ms();
  post.update_at = post.create_at;
  channel.last_post_at_ = post.create_at;
  ++channel.count_;
  ++channel.changes_;
  auto stored = std::make_shared<const Post>(std::move(post));
  {
    const std::unique_lock stripe_lock(stripe.mutex);
    stripe.places.emplace(stored->id, Place{&channel, channel.posts_.size()});
  }
  channel.posts_.push_back(stored);
  return stored;
}

PostPtr PostStore::find(std::string_view id) const {
  const Place place = place_of(id);
  if (place.channel == nullptr) return nullptr;
  const std::shared_lock lock(place.channel->mutex_);
  return place.channel->posts_[place.position];
}

PostPtr PostStore::modify(std::string_view id, const std::function<void(Post&)>& change) {
  const Place place = place_of(id);
  if (place.channel == nullptr) return nullptr;
  const std::unique_lock lock(place.channel->mutex_);
  PostPtr& current = place.channel->posts_[place.position];
  Post post = *current;
  change(post);
  current = std::make_shared<const Post>(std::move(post));
  ++place.channel->changes_;
  return current;
}

std::vector<PostPtr> PostStore::all() const {
  std::vector<PostPtr> out;
  for (const auto& channel : channels())
    channel->read([&](const std::vector<PostPtr>& posts) {
      out.insert(out.end(), posts.begin(), posts.end());
    });
  std::sort(out.begin(), out.end(),
            [](const PostPtr& a, const PostPtr& b) { return a->number < b->number; });
  return out;
}

PostStore::Stripe& PostStore::stripe_of(std::string_view id) const {
  return stripes_[std::hash<std::string_view>{}(id) % k_stripes];
}

PostStore::Place PostStore::place_of(std::string_view id) const {
  const Stripe& stripe = stripe_of(id);
  const std::shared_lock lock(stripe.mutex);
  const auto found = stripe.places.find(std::string(id));
  return found == stripe.places.end() ? Place{} : found->second;
}

}  // namespace belfry::sandbox::mattermost
