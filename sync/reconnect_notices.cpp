#include "sync/reconnect_notices.h"

#include "sync/commands.h"

namespace belfry::sync {
namespace {

constexpr std::size_t k_page = 500;

}  // namespace

ReconnectNotices::ReconnectNotices(Ports ports, UpstreamGate& gate, NoticePolicy policy)
    : accounts_(ports.accounts),
      mattermost_(ports.mattermost),
      signer_(ports.signer),
      random_(ports.random),
      journal_(ports.journal),
      gate_(gate),
      policy_(policy) {}

StepOutcome ReconnectNotices::step(Moment now) {
  auto next = next_to_ask();
  if (!next) return later(next.error(), now);
  if (!next->has_value()) return {false, now.steady + policy_.look_every};
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
  Account account = std::move(**next);
  return account.direct_channel.empty() ? find_channel(std::move(account), now)
                                        : ask(std::move(account), now);
}

Result<std::optional<Account>> ReconnectNotices::next_to_ask() {
  MattermostUserId after;
  for (;;) {
    const auto page = accounts_.accounts(after, k_page);
    if (!page) return fail(page.error());
    for (const Account& account : *page) {
      if (account.state == Account::State::disconnected && !account.reconnect_asked)
        return std::optional(account);
    }
    if (page->size() < k_page) return std::optional<Account>{};
    after = page->back().user;
  }
}

StepOutcome ReconnectNotices::find_channel(Account account, Moment now) {
  const auto channel =
      through(gate_, now.steady, [&] { return mattermost_.direct_channel(account.user); });
  if (!channel) return later(channel.error(), now);
  account.direct_channel = *channel;
  if (const auto stored = accounts_.update_account(account); !stored)
    return later(stored.error(), now);
  return {true, now.steady};
}

StepOutcome ReconnectNotices::ask(Account account, Moment now) {
  account.reconnect_asked = true;
  if (const auto stored = accounts_.update_account(account); !stored)
    return later(stored.error(), now);
  const std::string text =
      "Your sign-in at Microsoft (**" + account.mail +
      "**) has ended, so your Teams chats no longer ring here. Connect again to go on.";
  const auto posted = through(gate_, now.steady, [&] {
    return mattermost_.create_post(
        {account.direct_channel, Content{text}, {}, {connect_button(account.user, signer_)}});
  });
  failures_ = posted ? 0 : failures_;
  if (posted || posted.error().kind == ErrorKind::in_doubt || !is_retryable(posted.error().kind)) {
    return {true, now.steady};
  }
  account.reconnect_asked = false;
  if (const auto stored = accounts_.update_account(account); !stored)
    return later(stored.error(), now);
  return later(posted.error(), now);
}

StepOutcome ReconnectNotices::later(const Error& error, Moment now) {
  journal_.record(StoreTrouble{"reconnect notice", error});
  return {false, now.steady + delay_after(error, failures_++, policy_.retry, random_)};
}

}  // namespace belfry::sync
