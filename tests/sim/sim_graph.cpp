#include "tests/sim/sim_graph.h"

#include <algorithm>

namespace belfry::sim {

SimGraph::SimGraph(const Ports& ports, const Reading& reading)
    : clock_(ports.clock),
      dice_(ports.dice),
      rates_(ports.rates),
      turbulence_(ports.turbulence),
      company_(ports.company),
      entra_(ports.entra),
      book_(ports.book),
      courier_(ports.courier),
      reading_(reading) {}

Result<> SimGraph::may_read(const SimEntra::Caller& caller, const ChatId& chat) const {
  const auto room = company_.chats().find(chat);
  if (room == company_.chats().end()) return fail(ErrorKind::gone, "no such chat");
  const bool may = caller.is_app() ? room->second.host == SimCompany::Host::ours
                                   : company_.is_member(chat, *caller.user);
  if (!may) return fail(Error{ErrorKind::forbidden, "may not read this chat", {}, 403, {}});
  return {};
}

bool SimGraph::shows(const SimEntra::Caller& caller, const SimCompany::Said& said) const {
  if (caller.is_app()) return true;
  const Stays::Stay* stay = company_.stays_of(*caller.user, said.ref.chat).now();
  return stay != nullptr && stay->shows(said.created);
}

Result<Message> SimGraph::message(const Secret& bearer, const MessageRef& ref) {
  return request<Message>(bearer, [&](const SimEntra::Caller& caller) -> Result<Message> {
    if (const auto fits = limits_.ask_messages(ref.chat); !fits) return fail(fits.error());
    if (const auto may = may_read(caller, ref.chat); !may) return fail(may.error());
    if (refused_.contains(ref))
      return fail(Error{ErrorKind::refused, "a message that nobody can read", {}, 400, {}});
    const auto found = company_.said().find(ref);
    if (found == company_.said().end() || !shows(caller, found->second))
      return fail(ErrorKind::gone, "no such message");
    return SimCompany::newest_of(found->second);
  });
}

Result<Chat> SimGraph::chat(const Secret& bearer, const ChatId& id) {
  return request<Chat>(bearer, [&](const SimEntra::Caller& caller) -> Result<Chat> {
    if (const auto fits = limits_.ask_chat(id, caller.user); !fits) return fail(fits.error());
    if (const auto may = may_read(caller, id); !may) return fail(may.error());
    Chat chat;
    chat.id = id;
    chat.type = Chat::Type::group;
    chat.tenant = SimCompany::tenant_of(company_.chats().at(id).host);
    const SimCompany::Room& room = company_.chats().at(id);
    chat.topic = Content{SimCompany::topic_of(room.topics.size() - 1)};
    for (const TeamsUserId& member : room.members) {
      Member made;
      made.user = member;
      made.display_name = member.text();
      made.sees_since = room.stays.at(member).now()->sees_since;
      chat.members.push_back(made);
    }
    return chat;
  });
}

Result<sync::MemberPage> SimGraph::members(const Secret& bearer, const ChatId& id,
                                           const std::string&) {
  auto whole = chat(bearer, id);
  if (!whole) return fail(whole.error());
  return sync::MemberPage{std::move(whole->members), {}};
}

Result<std::vector<sync::Presence>> SimGraph::presence(const Secret& bearer,
                                                       std::span<const TeamsUserId> users) {
  using Answer = std::vector<sync::Presence>;
  return request<Answer>(bearer, [&](const SimEntra::Caller&) -> Result<Answer> {
    Answer answer;
    for (const TeamsUserId& user : users) answer.push_back({user, company_.is_active(user)});
    return answer;
  });
}

Result<sync::TeamsProfile> SimGraph::me(const Secret& bearer) {
  using sync::TeamsProfile;
  return request<TeamsProfile>(bearer, [](const SimEntra::Caller& caller) -> Result<TeamsProfile> {
    if (caller.is_app()) return fail(ErrorKind::refused, "the app is nobody");
    return TeamsProfile{*caller.user, caller.user->text(), caller.user->text() + "@example.com"};
  });
}

Result<sync::RemoteSubscription> SimGraph::subscribe(const Secret& bearer,
                                                     const sync::SubscriptionRequest& wanted) {
  return request<sync::RemoteSubscription>(bearer, [&](const SimEntra::Caller& caller) {
    auto made = book_.create(wanted, caller.user);
    if (made) courier_.watch_access(made->id);
    return made;
  });
}

Result<std::vector<Result<sync::RemoteSubscription>>> SimGraph::renew(
    const Secret& bearer, std::span<const sync::Renewal> renewals, WallTime expires) {
  using Outcomes = std::vector<Result<sync::RemoteSubscription>>;
  return request<Outcomes>(bearer, [&](const SimEntra::Caller&) -> Result<Outcomes> {
    Outcomes outcomes;
    for (const sync::Renewal& one : renewals)
      outcomes.push_back(book_.renew(one.id, expires, one.certificate));
    return outcomes;
  });
}

Result<> SimGraph::unsubscribe(const Secret& bearer, const SubscriptionId& id) {
  return request<void>(bearer, [&](const SimEntra::Caller&) { return book_.remove(id); });
}

Result<std::vector<sync::RemoteSubscription>> SimGraph::list_subscriptions(const Secret& bearer) {
  using Answer = std::vector<sync::RemoteSubscription>;
  return request<Answer>(bearer,
                         [&](const SimEntra::Caller&) { return Result<Answer>(book_.list()); });
}

}  // namespace belfry::sim
