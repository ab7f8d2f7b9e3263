#include <algorithm>

#include "tests/sim/sim_graph.h"
#include "tests/sim/sim_resources.h"

// The routes by which the reconciler reads this world.
namespace belfry::sim {
namespace {

/// One page of `all` from where `link` points to; the link to the next. What comes to the front
/// meanwhile shifts the rest back, so that something may come twice and nothing is skipped.
template <class T>
std::string cut(const std::vector<T>& all, const std::string& link, std::size_t most,
                std::vector<T>& page) {
  const std::size_t begin = std::min<std::size_t>(link.empty() ? 0 : std::stoul(link), all.size());
  const std::size_t end = std::min(all.size(), begin + most);
  page.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
              all.begin() + static_cast<std::ptrdiff_t>(end));
  return end < all.size() ? std::to_string(end) : std::string{};
}

/// A link of delta: from when, until when, and behind which message.
struct DeltaLink {
  std::int64_t from = 0;
  std::int64_t until = 0;
  MessageRef behind;

  [[nodiscard]] std::string text() const {
    return std::to_string(from) + " " + std::to_string(until) + " " + behind.chat.text() + " " +
           behind.message.text();
  }
  static DeltaLink read(const std::string& text) {
    const auto first = text.find(' ');
    const auto second = text.find(' ', first + 1);
    const auto third = text.find(' ', second + 1);
    return {
        std::stoll(text),
        std::stoll(text.substr(first)),
        {ChatId{text.substr(second + 1, third - second - 1)}, MessageId{text.substr(third + 1)}}};
  }
};

sync::FoundMessage found(const SimCompany::Said& said) {
  return {SimCompany::newest_of(said), SimResources::json_of(said)};
}

}  // namespace

void SimGraph::log_poll(const std::string& resource) const {
  if (polled) polled(resource);
}

Result<> SimGraph::may_be_swept(const TeamsUserId& user) const {
  if (turbulence_.is_calm || !shunned_.contains(user)) return {};
  return fail(Error{ErrorKind::transient, "this person's lists time out", {}, 504, {}});
}

std::optional<WallTime> SimGraph::last_listed(const ChatId& chat) const {
  const auto& said = company_.chats().at(chat).said;
  const WallTime now = clock_.now().wall;
  const auto last = std::find_if(said.rbegin(), said.rend(),
                                 [&](const auto* message) { return message->listed <= now; });
  if (last == said.rend()) return std::nullopt;
  return (*last)->created;
}

std::vector<sync::ListedChat> SimGraph::listed_chats(const SimEntra::Caller& caller,
                                                     const TeamsUserId& user) const {
  std::vector<sync::ListedChat> all;
  for (const ChatId& chat : company_.chats_of(user)) {
    const SimCompany::Host host = company_.chats().at(chat).host;
    if (caller.is_app() && host == SimCompany::Host::another_tenant) continue;
    sync::ListedChat listed{chat, Chat::Type::group, last_listed(chat), std::nullopt,
                            SimCompany::tenant_of(host)};
    if (reading_.tells_read_marks && caller.user == user)
      listed.read_to = company_.read_to(user, chat);
    all.push_back(listed);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.last_message > b.last_message; });
  return all;
}

Result<sync::ChatListPage> SimGraph::chat_list(const Secret& bearer, const TeamsUserId& user,
                                               const std::string& link) {
  log_poll("chats of " + user.text());
  using Page = sync::ChatListPage;
  return request<Page>(bearer, [&](const SimEntra::Caller& caller) -> Result<Page> {
    if (const auto fits = limits_.ask_list(user); !fits) return fail(fits.error());
    if (!caller.is_app() && caller.user != user)
      return fail(ErrorKind::forbidden, "a user lists the own chats only");
    if (const auto may = may_be_swept(user); !may) return fail(may.error());
    std::vector<sync::ListedChat> all = listed_chats(caller, user);
    if (!reading_.orders_chats) {
      std::sort(all.begin(), all.end(),
                [](const auto& a, const auto& b) { return a.chat < b.chat; });
    }
    Page page;
    page.is_ordered = reading_.orders_chats;
    page.next = cut(all, link, reading_.page, page.chats);
    return page;
  });
}

Result<sync::MessagePage> SimGraph::messages_since(const Secret& bearer, const ChatId& chat,
                                                   const sync::ChangedBetween& wanted,
                                                   const std::string& link) {
  log_poll("chat " + chat.text());
  using Page = sync::MessagePage;
  return request<Page>(bearer, [&](const SimEntra::Caller& caller) -> Result<Page> {
    if (const auto fits = limits_.ask_messages(chat); !fits) return fail(fits.error());
    if (const auto may = may_read(caller, chat); !may) return fail(may.error());
    std::vector<sync::FoundMessage> all;
    for (const SimCompany::Said* said : company_.chats().at(chat).said) {
      if (said->listed > clock_.now().wall || !shows(caller, *said)) continue;
      const WallTime modified = SimCompany::newest_of(*said).modified;
      const bool is_wanted =
          modified > wanted.after && !(wanted.before && modified >= *wanted.before);
      if (is_wanted || !reading_.filters_messages) all.push_back(found(*said));
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.message.modified > b.message.modified;
    });
    Page page;
    page.next = cut(all, link, reading_.page, page.messages);
    return page;
  });
}

std::uint64_t SimGraph::charged(Month month) const {
  const auto found = charged_.find(month);
  return found == charged_.end() ? 0 : found->second;
}

Result<> SimGraph::charge(std::size_t messages) {
  std::uint64_t& charged = charged_[month_of(clock_.now().wall)];
  const std::uint64_t cost = std::max<std::uint64_t>(messages, 1);
  if (reading_.cap && charged + cost > *reading_.cap) {
    was_overrun_ = true;
    return fail(ErrorKind::exhausted, "402: the capacity for the month has exceeded");
  }
  charged += cost;
  return {};
}

Result<sync::DeltaPage> SimGraph::delta(const Secret& bearer, const TeamsUserId& user,
                                        WallTime since, const std::string& link) {
  log_poll("messages of " + user.text());
  using Page = sync::DeltaPage;
  auto answer = request<Page>(bearer, [&](const SimEntra::Caller& caller) -> Result<Page> {
    if (!caller.is_app()) return fail(ErrorKind::refused, "delegated is not supported");
    if (const auto may = may_be_swept(user); !may) return fail(may.error());
    const bool is_calm = turbulence_.is_calm;
    if (!is_calm && !link.empty() && dice_.falls(rates_.void_link))
      return fail(Error{ErrorKind::gone, "injected: resyncRequired", {}, 410, {}});
    if (!is_calm && dice_.falls(rates_.closed))
      return fail(ErrorKind::exhausted, "injected: 402, an Azure subscription is needed");
    Page page = delta_page(user, since, link);
    if (const auto charged = charge(page.messages.size()); !charged) return fail(charged.error());
    return page;
  });
  if (answered_metered) answered_metered();
  return answer;
}

sync::DeltaPage SimGraph::delta_page(const TeamsUserId& user, WallTime since,
                                     const std::string& link) const {
  // What happens in this very millisecond belongs to the next round.
  const std::int64_t now = to_epoch_ms(clock_.now().wall) - 1;
  DeltaLink place = link.empty() ? DeltaLink{to_epoch_ms(since), now, {}} : DeltaLink::read(link);
  if (place.behind.chat.empty()) place.until = now;
  sync::DeltaPage page;
  page.is_round_over = true;
  MessageRef last;
  for (const ChatId& chat : company_.chats_of(user)) {
    const SimCompany::Room& room = company_.chats().at(chat);
    if (room.host == SimCompany::Host::another_tenant) continue;
    for (const SimCompany::Said* said : room.said) {
      const std::int64_t modified = to_epoch_ms(said->modified());
      const bool is_wanted = modified > place.from && modified <= now;
      if (!is_wanted || (!place.behind.chat.empty() && said->ref <= place.behind)) continue;
      if (page.messages.size() == reading_.page) {
        page.is_round_over = false;
        break;
      }
      page.messages.push_back(found(*said));
      last = said->ref;
    }
    if (!page.is_round_over) break;
  }
  if (page.is_round_over) {
    page.link = DeltaLink{place.until, 0, {}}.text();
  } else {
    place.behind = last;
    page.link = place.text();
  }
  return page;
}

}  // namespace belfry::sim
