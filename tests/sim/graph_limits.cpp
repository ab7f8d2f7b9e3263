#include "tests/sim/graph_limits.h"

namespace belfry::sim {
namespace {

constexpr Duration k_second = std::chrono::seconds{1};
constexpr std::size_t k_most_messages = 20;
constexpr std::size_t k_most_others = 30;
constexpr std::size_t k_most_of_chat = 1;
constexpr std::size_t k_most_of_user = 5;

}  // namespace

bool GraphLimits::fits(Times& times, std::size_t most) const {
  const Instant now = clock_.now().steady;
  while (!times.empty() && times.front() + k_second <= now) times.pop_front();
  times.push_back(now);
  return times.size() <= most;
}

Result<> GraphLimits::judged(bool fits) {
  ++asked_;
  if (fits) return {};
  ++refused_;
  return fail(Error{ErrorKind::throttled, "TooManyRequests", k_second, 429, {}});
}

Result<> GraphLimits::ask_messages(const ChatId& chat) {
  const bool fits_tenant = fits(of_messages_, k_most_messages);
  return judged(fits(of_chats_[chat], k_most_of_chat) && fits_tenant);
}

Result<> GraphLimits::ask_chat(const ChatId& chat, const std::optional<TeamsUserId>& user) {
  const bool fits_user = !user || fits(of_users_[*user], k_most_of_user);
  const bool fits_tenant = fits(of_others_, k_most_others);
  return judged(fits(of_chats_[chat], k_most_of_chat) && fits_tenant && fits_user);
}

Result<> GraphLimits::ask_list(const TeamsUserId& user) {
  const bool fits_tenant = fits(of_others_, k_most_others);
  return judged(fits(of_users_[user], k_most_of_user) && fits_tenant);
}

}  // namespace belfry::sim
