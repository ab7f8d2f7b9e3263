#include "sync/reconnect_notices.h"

#include <string>
#include <utility>

#include "sync/commands.h"

namespace belfry::sync {
namespace {

constexpr std::size_t k_page = 500;

bool is_to_be_asked(const Account& account) {
  return account.state == Account::State::disconnected && !account.reconnect_asked;
}

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
  if (!next) return store_failed(next.error(), now);
  if (!next->has_value()) {
    seen_up_to_ = MattermostUserId{};
    return {false, now.steady + policy_.look_every};
  }
  if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
  Account account = std::move(**next);
  if (!progress_ || progress_->user != account.user) progress_ = Progress{account.user};
  if (account.direct_channel.empty()) return find_channel(std::move(account), now);
  return progress_->search.is_over ? ask(account, now) : look_for(account, now);
}

Result<std::optional<Account>> ReconnectNotices::next_to_ask() {
  if (progress_) {
    auto account = accounts_.account(progress_->user);
    if (!account) return fail(account.error());
    if (*account && is_to_be_asked(**account)) return std::move(*account);
    progress_.reset();
  }
  for (;;) {
    const auto page = accounts_.accounts(seen_up_to_, k_page);
    if (!page) return fail(page.error());
    for (const Account& account : *page) {
      if (is_to_be_asked(account)) return std::optional(account);
      seen_up_to_ = account.user;
    }
    if (page->size() < k_page) return std::optional<Account>{};
  }
}

StepOutcome ReconnectNotices::find_channel(Account account, Moment now) {
  const auto channel =
      through(gate_, now.steady, [&] { return mattermost_.direct_channel(account.user); });
  if (!channel) return failed(account, channel.error(), now);
  account.direct_channel = *channel;
  if (const auto stored = accounts_.update_account(account); !stored)
    return store_failed(stored.error(), now);
  return {true, now.steady};
}

StepOutcome ReconnectNotices::look_for(const Account& account, Moment now) {
  const auto page = through(gate_, now.steady, [&] {
    return mattermost_.posts_page(account.direct_channel, progress_->search.next_page);
  });
  if (!page) return failed(account, page.error(), now);
  // Before the account was connected there was nothing to end.
  const auto* found = progress_->search.look_through(*page, mark_of(account), account.connected_at,
                                                     policy_.most_pages);
  if (found != nullptr) return done_with(account, now);
  return {true, now.steady};
}

StepOutcome ReconnectNotices::ask(const Account& account, Moment now) {
  const std::string text =
      "Your sign-in at Microsoft (**" + account.mail +
      "**) has ended, so your Teams chats no longer ring here. Connect again to go on.";
  const auto posted = through(gate_, now.steady, [&] {
    return mattermost_.create_post({account.direct_channel,
                                    Content{text},
                                    mark_of(account),
                                    {connect_button(account.user, signer_)}});
  });
  // Whatever came of it: the next look begins anew.
  progress_ = Progress{account.user};
  if (!posted) return failed(account, posted.error(), now);
  return done_with(account, now);
}

StepOutcome ReconnectNotices::done_with(Account account, Moment now) {
  account.reconnect_asked = true;
  const auto stored = accounts_.update_account(account);
  if (!stored && stored.error().kind != ErrorKind::gone) return store_failed(stored.error(), now);
  progress_.reset();
  failures_ = 0;
  return {true, now.steady};
}

StepOutcome ReconnectNotices::failed(const Account& account, const Error& error, Moment now) {
  journal_.record(NoticeFailed{account.user, "connect again", error});
  // What will never work is not tried for ever, and holds up nobody else.
  if (!is_retryable(error.kind)) return done_with(account, now);
  return {false, now.steady + delay_after(error, failures_++, policy_.retry, random_)};
}

StepOutcome ReconnectNotices::store_failed(const Error& error, Moment now) {
  journal_.record(StoreTrouble{"reconnect notices", error});
  return {false, now.steady + delay_after(error, failures_++, policy_.retry, random_)};
}

BelfryRef ReconnectNotices::mark_of(const Account& account) const {
  // Of one connection: its next end is another one.
  return BelfryRef{
      signer_.sign("reconnect notice",
                   account.user.text() + " " + std::to_string(to_epoch_ms(account.connected_at)))};
}

}  // namespace belfry::sync
