#include "tests/kit/fake_graph.h"

#include <algorithm>

namespace belfry::kit {
namespace {

template <class Key, class Value>
Result<Value> found_in(const std::map<Key, Value>& values, const Key& key) {
  const auto found = values.find(key);
  if (found == values.end()) return fail(ErrorKind::gone, "no such thing");
  return found->second;
}

}  // namespace

void FakeGraph::expire() {
  const WallTime now = clock_.now().wall;
  std::erase_if(subscriptions, [now](const auto& one) { return one.second.remote.expires <= now; });
}

WallTime FakeGraph::granted(WallTime asked) const {
  return std::min(asked, clock_.now().wall + longest_life);
}

SubscriptionId FakeGraph::add_foreign(const std::string& resource,
                                      const std::string& notification_url) {
  const SubscriptionId id{"foreign-" + std::to_string(++made_)};
  Held held;
  held.remote = {id, resource, "created,updated,deleted", notification_url,
                 clock_.now().wall + std::chrono::hours{24}};
  subscriptions[id] = std::move(held);
  return id;
}

Result<Message> FakeGraph::message(const Secret& bearer, const MessageRef& ref) {
  return script.run("message", [&]() -> Result<Message> {
    if (forbids(bearer, ref.chat)) return fail(ErrorKind::forbidden, "may not read this chat");
    if (hides(bearer, ref)) return fail(ErrorKind::gone, "no such message");
    return found_in(messages, ref);
  });
}

Result<Chat> FakeGraph::chat(const Secret& bearer, const ChatId& id) {
  return script.run("chat", [&]() -> Result<Chat> {
    if (forbids(bearer, id)) return fail(ErrorKind::forbidden, "may not read this chat");
    auto chat = found_in(chats, id);
    if (chat && chat->members.size() >= full_expansion) chat->members.clear();
    return chat;
  });
}

Result<sync::MemberPage> FakeGraph::members(const Secret&, const ChatId& id,
                                            const std::string& link) {
  return script.run("members", [&]() -> Result<sync::MemberPage> {
    const auto chat = found_in(chats, id);
    if (!chat) return fail(chat.error());
    const std::size_t begin = link.empty() ? 0 : std::stoul(link);
    const std::size_t end = std::min(chat->members.size(), begin + member_page);
    sync::MemberPage page;
    for (std::size_t i = begin; i < end; ++i) page.members.push_back(chat->members[i]);
    if (end < chat->members.size()) page.next = std::to_string(end);
    return page;
  });
}

Result<std::vector<sync::Presence>> FakeGraph::presence(const Secret&,
                                                        std::span<const TeamsUserId> users) {
  return script.run("presence", [&]() -> Result<std::vector<sync::Presence>> {
    std::vector<sync::Presence> all;
    for (const TeamsUserId& user : users)
      all.push_back({user, std::find(active.begin(), active.end(), user) != active.end()});
    return all;
  });
}

Result<sync::TeamsProfile> FakeGraph::me(const Secret& bearer) {
  return script.run("me", [&]() -> Result<sync::TeamsProfile> {
    const auto found = profiles.find(bearer.reveal());
    if (found == profiles.end()) return fail(ErrorKind::unauthorized, "no such token");
    return found->second;
  });
}

Result<sync::RemoteSubscription> FakeGraph::subscribe(const Secret& bearer,
                                                      const sync::SubscriptionRequest& request) {
  return script.run("subscribe", [&]() -> Result<sync::RemoteSubscription> {
    expire();
    if (refuses(bearer, request.spec.resource))
      return fail({ErrorKind::forbidden, "not allowed", std::nullopt, 403, "forbidden"});
    for (const auto& [id, held] : subscriptions) {
      if (held.remote.resource == request.spec.resource &&
          held.remote.change_types == request.spec.change_types) {
        return fail(
            {ErrorKind::refused, id.text(), std::nullopt, 409, sync::k_subscription_exists});
      }
    }
    if (subscriptions.size() >= room)
      return fail({ErrorKind::forbidden, "no room", std::nullopt, 403, sync::k_subscription_quota});
    Held made;
    made.remote = {SubscriptionId{"subscription-" + std::to_string(++made_)}, request.spec.resource,
                   request.spec.change_types, request.notification_url, granted(request.expires)};
    made.client_state = request.client_state;
    made.certificate = request.certificate;
    made.lifecycle_url = request.lifecycle_url;
    made.rich = request.spec.rich;
    subscriptions[made.remote.id] = made;
    return made.remote;
  });
}

Result<std::vector<Result<sync::RemoteSubscription>>> FakeGraph::renew(
    const Secret&, std::span<const sync::Renewal> renewals, WallTime expires) {
  using Outcomes = std::vector<Result<sync::RemoteSubscription>>;
  return script.run("renew", [&]() -> Result<Outcomes> {
    expire();
    Outcomes outcomes;
    for (const sync::Renewal& one : renewals) {
      const auto found = subscriptions.find(one.id);
      if (found == subscriptions.end()) {
        outcomes.emplace_back(fail(ErrorKind::gone, "no such subscription"));
        continue;
      }
      found->second.remote.expires = granted(expires);
      if (one.certificate != nullptr) found->second.certificate = one.certificate->id;
      outcomes.emplace_back(found->second.remote);
    }
    return outcomes;
  });
}

Result<> FakeGraph::unsubscribe(const Secret&, const SubscriptionId& id) {
  return script.run("unsubscribe", [&]() -> Result<> {
    expire();
    if (subscriptions.erase(id) == 0) return fail(ErrorKind::gone, "no such subscription");
    return {};
  });
}

Result<std::vector<sync::RemoteSubscription>> FakeGraph::list_subscriptions(const Secret&) {
  return script.run("list_subscriptions", [&]() -> Result<std::vector<sync::RemoteSubscription>> {
    expire();
    std::vector<sync::RemoteSubscription> all;
    for (const auto& [id, held] : subscriptions) all.push_back(held.remote);
    return all;
  });
}

}  // namespace belfry::kit
