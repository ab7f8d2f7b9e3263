#include "tests/sim/sim_graph.h"

#include <algorithm>

namespace belfry::sim {
namespace {

/// In order of id.
std::vector<Member> members_of(const SimCompany::Room& room) {
  std::vector<Member> members;
  for (const TeamsUserId& user : room.members) {
    Member member;
    member.user = user;
    member.display_name = user.text();
    member.sees_since = room.stays.at(user).now()->sees_since;
    members.push_back(member);
  }
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.user < b.user; });
  return members;
}

}  // namespace

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
    chat.members = members_of(room);
    // Of an expansion that may have been cut the client believes nobody.
    if (chat.members.size() >= reading_.expansion) chat.members.clear();
    return chat;
  });
}

Result<sync::MemberPage> SimGraph::members(const Secret& bearer, const ChatId& id,
                                           const std::string& link) {
  using Page = sync::MemberPage;
  return request<Page>(bearer, [&](const SimEntra::Caller& caller) -> Result<Page> {
    if (const auto fits = limits_.ask_part(id); !fits) return fail(fits.error());
    if (const auto may = may_read(caller, id); !may) return fail(may.error());
    // Links name the last that was shown: who leaves meanwhile makes nobody else be passed over.
    std::vector<Member> all = members_of(company_.chats().at(id));
    std::erase_if(all, [&link](const Member& member) { return member.user.text() <= link; });
    Page page;
    const std::size_t count = std::min(all.size(), reading_.members_page);
    page.members.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
    if (count < all.size()) page.next = page.members.back().user.text();
    return page;
  });
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
