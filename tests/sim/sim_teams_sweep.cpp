#include <algorithm>

#include "tests/sim/sim_teams.h"

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
  std::string behind;

  [[nodiscard]] std::string text() const {
    return std::to_string(from) + " " + std::to_string(until) + " " + behind;
  }
  static DeltaLink read(const std::string& text) {
    const auto first = text.find(' ');
    const auto second = text.find(' ', first + 1);
    return {std::stoll(text), std::stoll(text.substr(first)), text.substr(second + 1)};
  }
};

}  // namespace

sync::FoundMessage SimTeams::found(const Said& said) const {
  return {newest_of(said), Content{said.deleted ? "deleted" : std::to_string(said.edits.size())}};
}

bool SimTeams::is_member(const ChatId& chat, const TeamsUserId& user) const {
  const auto& members = chats_.at(chat);
  return std::find(members.begin(), members.end(), user) != members.end();
}

Result<sync::ChatListPage> SimTeams::chat_list(const Secret&, const TeamsUserId& user,
                                               const std::string& link) {
  return turbulence_.request<sync::ChatListPage>(ErrorKind::transient, [&] {
    std::vector<sync::ListedChat> all;
    for (const auto& [chat, members] : chats_) {
      if (!is_member(chat, user)) continue;
      sync::ListedChat listed{chat, Chat::Type::group, std::nullopt, std::nullopt};
      for (const auto& [ref, said] : said_) {
        if (ref.chat == chat) listed.last_message = std::max(listed.last_message, {said.created});
      }
      all.push_back(listed);
    }
    if (reading_.orders_chats) {
      std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.last_message > b.last_message;
      });
    }
    sync::ChatListPage page;
    page.is_ordered = reading_.orders_chats;
    page.next = cut(all, link, reading_.page, page.chats);
    return Result<sync::ChatListPage>(std::move(page));
  });
}

Result<sync::MessagePage> SimTeams::messages_since(const Secret&, const ChatId& chat,
                                                   WallTime since, const std::string& link) {
  return turbulence_.request<sync::MessagePage>(ErrorKind::transient, [&] {
    std::vector<sync::FoundMessage> all;
    for (const auto& [ref, said] : said_) {
      if (ref.chat == chat && newest_of(said).modified > since) all.push_back(found(said));
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.message.modified > b.message.modified;
    });
    sync::MessagePage page;
    page.next = cut(all, link, reading_.page, page.messages);
    return Result<sync::MessagePage>(std::move(page));
  });
}

Result<sync::DeltaPage> SimTeams::delta(const Secret&, const TeamsUserId& user, WallTime since,
                                        const std::string& link) {
  return turbulence_.request<sync::DeltaPage>(
      ErrorKind::transient, [&]() -> Result<sync::DeltaPage> {
        sync::DeltaPage page = delta_page(user, since, link);
        const std::uint64_t cost = std::max<std::uint64_t>(page.messages.size(), 1);
        if (reading_.cap && charged_ + cost > *reading_.cap)
          return fail(ErrorKind::exhausted, "402: the capacity for the month has exceeded");
        charged_ += cost;
        return page;
      });
}

sync::DeltaPage SimTeams::delta_page(const TeamsUserId& user, WallTime since,
                                     const std::string& link) const {
  // What happens in this very millisecond belongs to the next round.
  const std::int64_t now = to_epoch_ms(clock_.now().wall) - 1;
  DeltaLink place = link.empty() ? DeltaLink{to_epoch_ms(since), now, ""} : DeltaLink::read(link);
  if (place.behind.empty()) place.until = now;
  sync::DeltaPage page;
  page.is_round_over = true;
  for (const auto& [ref, said] : said_) {
    const std::string name = ref.chat.text() + "/" + ref.message.text();
    const std::int64_t modified = to_epoch_ms(newest_of(said).modified);
    const bool is_wanted = modified > place.from && (place.behind.empty() || name > place.behind);
    if (!is_wanted || !is_member(ref.chat, user)) continue;
    if (page.messages.size() == reading_.page) {
      page.is_round_over = false;
      break;
    }
    page.messages.push_back(found(said));
  }
  if (page.is_round_over) {
    page.link = DeltaLink{place.until, 0, ""}.text();
  } else {
    const MessageRef& last = page.messages.back().message.ref;
    place.behind = last.chat.text() + "/" + last.message.text();
    page.link = place.text();
  }
  return page;
}

}  // namespace belfry::sim
