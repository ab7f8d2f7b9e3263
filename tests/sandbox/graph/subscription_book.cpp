#include "tests/sandbox/graph/subscription_book.h"

#include <mutex>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

namespace {

/// `chats('x')/messages` and `chats/x/messages` alike become {"chats", "x", "messages"}.
std::vector<std::string> resource_parts(std::string_view path) {
  std::vector<std::string> out;
  for (const std::string& part : path_parts(path)) {
    const auto open = part.find("('");
    if (open != std::string::npos && part.ends_with("')")) {
      out.push_back(part.substr(0, open));
      out.push_back(part.substr(open + 2, part.size() - open - 4));
    } else {
      out.push_back(part);
    }
  }
  return out;
}

bool same_combination(const Subscription& left, const Subscription& right) {
  return left.resource.kind == right.resource.kind &&
         left.resource.target == right.resource.target &&
         left.resource.model == right.resource.model && left.changes == right.changes &&
         (left.resource.kind != ResourceKind::other || left.resource.text == right.resource.text);
}

}  // namespace

std::optional<Resource> parse_resource(std::string_view text, std::string_view me) {
  Resource out;
  out.text = std::string(text);
  const auto question = text.find('?');
  if (question != std::string_view::npos)
    out.model = form_value(parse_form(text.substr(question + 1)), "model");
  auto parts = resource_parts(text.substr(0, question));
  if (parts.empty()) return std::nullopt;
  if (equal_ignoring_case(parts[0], "me")) {
    if (me.empty()) return std::nullopt;
    parts[0] = "users";
    parts.insert(parts.begin() + 1, std::string(me));
  }
  const auto is = [&](std::size_t i, std::string_view name) {
    return i < parts.size() && equal_ignoring_case(parts[i], name);
  };
  if (parts.size() == 2 && is(0, "chats") && is(1, "getAllMessages")) {
    out.kind = ResourceKind::all_chats;
  } else if (parts.size() == 4 && is(0, "users") && is(2, "chats") && is(3, "getAllMessages")) {
    out.kind = ResourceKind::one_user;
    out.target = parts[1];
  } else if (parts.size() == 3 && is(0, "chats") && is(2, "messages")) {
    out.kind = ResourceKind::one_chat;
    out.target = parts[1];
  } else if (parts.size() == 1 && is(0, "chats")) {
    out.kind = ResourceKind::chats_themselves;
  } else if (!is(0, "chats") && !is(0, "users")) {
    return std::nullopt;
  }
  return out;
}

std::optional<SubscriptionBook::Refusal> SubscriptionBook::refusal(const Subscription& wanted,
                                                                   const GraphSettings& settings,
                                                                   std::int64_t now_ms) const {
  const std::shared_lock lock(mutex_);
  return refusal_locked(wanted, settings, now_ms);
}

std::optional<SubscriptionBook::Refusal> SubscriptionBook::refusal_locked(
    const Subscription& wanted, const GraphSettings& settings, std::int64_t now_ms) const {
  std::size_t live = 0;
  std::size_t of_target = 0;
  for (const auto& [id, other] : by_id_) {
    if (other->expires_ms <= now_ms) continue;
    ++live;
    if (same_combination(*other, wanted)) return Refusal{.existing = id, .quota = {}};
    if (other->resource.kind == wanted.resource.kind &&
        other->resource.target == wanted.resource.target)
      ++of_target;
  }
  if (live >= settings.organisation_quota)
    return Refusal{
        .existing = {},
        .quota = "Maximum number of subscriptions for the organization has been reached."};
  if (wanted.resource.kind == ResourceKind::one_user && of_target >= settings.per_user_quota)
    return Refusal{.existing = {},
                   .quota = "Maximum number of subscriptions for this user has been reached."};
  if (wanted.resource.kind == ResourceKind::one_chat && of_target >= 1)
    return Refusal{.existing = {},
                   .quota = "Maximum number of subscriptions for this resource has been reached."};
  return std::nullopt;
}

std::optional<SubscriptionBook::Refusal> SubscriptionBook::add(Subscription wanted,
                                                               const GraphSettings& settings,
                                                               std::int64_t now_ms) {
  const std::unique_lock lock(mutex_);
  if (auto no = refusal_locked(wanted, settings, now_ms)) return no;
  if (wanted.resource.kind == ResourceKind::all_chats) of_all_.insert(wanted.id);
  if (!wanted.resource.target.empty()) by_target_[wanted.resource.target].insert(wanted.id);
  std::string id = wanted.id;
  by_id_.emplace(std::move(id), std::make_shared<const Subscription>(std::move(wanted)));
  return std::nullopt;
}

SubscriptionPtr SubscriptionBook::find(std::string_view id, std::int64_t now_ms) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(std::string(id));
  if (found == by_id_.end() || found->second->expires_ms <= now_ms) return nullptr;
  return found->second;
}

SubscriptionPtr SubscriptionBook::change(std::string_view id, std::int64_t now_ms,
                                         const std::function<void(Subscription&)>& change) {
  const std::unique_lock lock(mutex_);
  const auto found = by_id_.find(std::string(id));
  if (found == by_id_.end() || found->second->expires_ms <= now_ms) return nullptr;
  Subscription copy = *found->second;
  change(copy);
  found->second = std::make_shared<const Subscription>(std::move(copy));
  return found->second;
}

void SubscriptionBook::forget_locked(const Subscription& subscription) {
  of_all_.erase(subscription.id);
  if (const auto found = by_target_.find(subscription.resource.target); found != by_target_.end()) {
    found->second.erase(subscription.id);
    if (found->second.empty()) by_target_.erase(found);
  }
}

SubscriptionPtr SubscriptionBook::remove(std::string_view id) {
  const std::unique_lock lock(mutex_);
  const auto found = by_id_.find(std::string(id));
  if (found == by_id_.end()) return nullptr;
  SubscriptionPtr out = found->second;
  forget_locked(*out);
  by_id_.erase(found);
  return out;
}

std::size_t SubscriptionBook::sweep(std::int64_t now_ms) {
  const std::unique_lock lock(mutex_);
  return std::erase_if(by_id_, [&](const auto& entry) {
    if (entry.second->expires_ms > now_ms) return false;
    forget_locked(*entry.second);
    return true;
  });
}

std::vector<SubscriptionPtr> SubscriptionBook::all(std::int64_t now_ms) const {
  const std::shared_lock lock(mutex_);
  std::vector<SubscriptionPtr> out;
  for (const auto& [id, subscription] : by_id_)
    if (subscription->expires_ms > now_ms) out.push_back(subscription);
  return out;
}

std::vector<SubscriptionPtr> SubscriptionBook::interested_in(
    const WorldChange& change, const std::vector<std::string>& members, std::int64_t now_ms) const {
  const std::shared_lock lock(mutex_);
  std::vector<SubscriptionPtr> out;
  const auto take = [&](const Ids& ids) {
    for (const std::string& id : ids) {
      const SubscriptionPtr& subscription = by_id_.at(id);
      if (subscription->expires_ms > now_ms && subscription->changes.contains(change.kind))
        out.push_back(subscription);
    }
  };
  take(of_all_);
  if (const auto found = by_target_.find(change.chat); found != by_target_.end())
    take(found->second);
  for (const std::string& member : members)
    if (const auto found = by_target_.find(member); found != by_target_.end()) take(found->second);
  return out;
}

std::vector<SubscriptionPtr> SubscriptionBook::interested_in_chats(ChangeKind kind,
                                                                   std::int64_t now_ms) const {
  std::vector<SubscriptionPtr> out = all(now_ms);
  std::erase_if(out, [&](const SubscriptionPtr& one) {
    return one->resource.kind != ResourceKind::chats_themselves || !one->changes.contains(kind);
  });
  return out;
}

}  // namespace belfry::sandbox
