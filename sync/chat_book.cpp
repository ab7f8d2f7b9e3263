#include "sync/chat_book.h"

#include <algorithm>
#include <utility>

namespace belfry::sync {
namespace {

/// The part that is forgotten at once when there are too many.
constexpr std::size_t k_dropped_part = 4;

}  // namespace

ChatBook::Known& ChatBook::place_of(const ChatId& chat) {
  if (chats_.size() >= most_ && !chats_.contains(chat)) drop_least_active();
  const auto [place, is_new] = chats_.try_emplace(chat);
  if (is_new) has_news_ = true;
  return place->second;
}

void ChatBook::drop_least_active() {
  std::vector<ChatActivity> all;
  all.reserve(chats_.size());
  for (const auto& [chat, known] : chats_) all.push_back({chat, known.written});
  const auto kept = all.end() - static_cast<std::ptrdiff_t>(all.size() / k_dropped_part + 1);
  std::nth_element(all.begin(), kept, all.end(), is_more_active);
  for (auto one = kept; one != all.end(); ++one) chats_.erase(one->chat);
}

void ChatBook::note_listed(const MattermostUserId& person, const ChatId& chat, WallTime written) {
  bool is_first = false;
  {
    MutexLock lock(mutex_);
    const bool had_news = has_news_;
    Known& known = place_of(chat);
    // A restored one says nothing of when somebody wrote.
    known.written = known.people.empty() ? written : std::max(known.written, written);
    if (known.people.try_emplace(person).second) has_news_ = true;
    is_first = has_news_ && !had_news;
  }
  if (is_first) told_();
}

void ChatBook::note_read(const MattermostUserId& person, const ChatId& chat, const ReadMark& mark) {
  MutexLock lock(mutex_);
  const auto known = chats_.find(chat);
  if (known == chats_.end()) return;
  const auto place = known->second.people.find(person);
  if (place != known->second.people.end()) place->second = mark;
}

void ChatBook::note_message(const ChatId& chat, WallTime written) {
  MutexLock lock(mutex_);
  const auto known = chats_.find(chat);
  if (known != chats_.end()) known->second.written = std::max(known->second.written, written);
}

void ChatBook::note_members(const ChatId& chat, const std::vector<MattermostUserId>& people,
                            WallTime seen) {
  bool is_first = false;
  {
    MutexLock lock(mutex_);
    const bool had_news = has_news_;
    std::map<MattermostUserId, std::optional<ReadMark>> now;
    for (const MattermostUserId& person : people) now.try_emplace(person);
    if (now.empty()) {
      if (chats_.erase(chat) > 0) has_news_ = true;
    } else {
      Known& known = place_of(chat);
      known.written = std::max(known.written, seen);
      for (auto& [person, mark] : now) {
        const auto before = known.people.find(person);
        if (before == known.people.end()) {
          has_news_ = true;
        } else {
          mark = before->second;
        }
      }
      if (known.people.size() != now.size()) has_news_ = true;
      known.people = std::move(now);
    }
    is_first = has_news_ && !had_news;
  }
  if (is_first) told_();
}

void ChatBook::restore(const ChatId& chat, WallTime written, const MattermostUserId& reader) {
  MutexLock lock(mutex_);
  Known& known = place_of(chat);
  known.written = written;
  if (!reader.empty()) known.people.try_emplace(reader);
}

void ChatBook::keep_only(const std::set<MattermostUserId>& people) {
  MutexLock lock(mutex_);
  for (auto chat = chats_.begin(); chat != chats_.end();) {
    auto& members = chat->second.people;
    const bool was_claimed = !members.empty();
    std::erase_if(members, [&](const auto& one) { return !people.contains(one.first); });
    if (was_claimed && members.empty()) {
      has_news_ = true;
      chat = chats_.erase(chat);
    } else {
      ++chat;
    }
  }
}

void ChatBook::forget_unclaimed() {
  MutexLock lock(mutex_);
  if (std::erase_if(chats_, [](const auto& one) { return one.second.people.empty(); }) > 0)
    has_news_ = true;
}

std::vector<ChatActivity> ChatBook::by_activity() const {
  std::vector<ChatActivity> all;
  {
    MutexLock lock(mutex_);
    all.reserve(chats_.size());
    for (const auto& [chat, known] : chats_) all.push_back({chat, known.written});
  }
  std::sort(all.begin(), all.end(), is_more_active);
  return all;
}

std::vector<MattermostUserId> ChatBook::people_of(const ChatId& chat) const {
  MutexLock lock(mutex_);
  const auto known = chats_.find(chat);
  if (known == chats_.end()) return {};
  std::vector<MattermostUserId> people;
  for (const auto& [person, mark] : known->second.people) people.push_back(person);
  return people;
}

std::optional<ChatBook::ReadMark> ChatBook::read_mark(const MattermostUserId& person,
                                                      const ChatId& chat) const {
  MutexLock lock(mutex_);
  const auto known = chats_.find(chat);
  if (known == chats_.end()) return std::nullopt;
  const auto place = known->second.people.find(person);
  return place == known->second.people.end() ? std::nullopt : place->second;
}

std::size_t ChatBook::size() const {
  MutexLock lock(mutex_);
  return chats_.size();
}

bool ChatBook::take_news() {
  MutexLock lock(mutex_);
  return std::exchange(has_news_, false);
}

}  // namespace belfry::sync
