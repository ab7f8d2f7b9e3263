#include "sync/connect.h"

#include <algorithm>
#include <cctype>

namespace belfry::sync {
namespace {

constexpr std::size_t k_ticket_bytes = 32;
constexpr std::size_t k_verifier_bytes = 48;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Makes room: what is over first, then whatever ends soonest.
template <class Map>
void bound(Map& map, std::size_t most, Instant now) {
  if (map.size() < most) return;
  std::erase_if(map, [now](const auto& entry) { return entry.second.until <= now; });
  while (map.size() >= most) {
    map.erase(std::min_element(map.begin(), map.end(), [](const auto& a, const auto& b) {
      return a.second.until < b.second.until;
    }));
  }
}

ConnectRefusal refusal_of(const std::string& entra_error) {
  // Source: Entra, errors on the redirect; 65004 = declined, 90094/90095 = an administrator must
  // consent.
  if (entra_error == "access_denied") return ConnectRefusal::declined;
  if (entra_error == "consent_required") return ConnectRefusal::consent_needed;
  if (entra_error == "server_error" || entra_error == "temporarily_unavailable") {
    return ConnectRefusal::try_again;
  }
  return ConnectRefusal::sign_in_failed;
}

ConnectRefusal refusal_of(const Error& error) {
  return is_retryable(error.kind) ? ConnectRefusal::try_again : ConnectRefusal::sign_in_failed;
}

}  // namespace

std::string say(ConnectRefusal refusal) {
  switch (refusal) {
    case ConnectRefusal::link_used_or_old:
      return "This link was used before or is older than ten minutes. Ask for a new one in "
             "Mattermost.";
    case ConnectRefusal::other_browser:
      return "The sign-in was begun in another browser. Open the link from Mattermost again, and "
             "stay in one browser.";
    case ConnectRefusal::declined:
      return "You did not allow Belfry to read your chats, so nothing was connected. You can try "
             "again at any time.";
    case ConnectRefusal::consent_needed:
      return "Your organisation's Microsoft administrator has to allow Belfry first. Please ask "
             "them for consent.";
    case ConnectRefusal::sign_in_failed:
      return "Microsoft refused the sign-in. If it happens again, tell your administrator the time "
             "of your try.";
    case ConnectRefusal::mail_differs:
      return "The Microsoft account you signed in with has another mail address than your "
             "Mattermost account. Sign in with "
             "the account of the same address.";
    case ConnectRefusal::mail_hidden:
      return "Mattermost does not show mail addresses to Belfry's bot, so the two accounts cannot "
             "be compared. Your "
             "administrator can switch this on.";
    case ConnectRefusal::full:
      return "All places for connected accounts are taken. Ask your administrator for one.";
    case ConnectRefusal::taken:
      return "This Microsoft account is connected to another Mattermost user. Disconnect it there "
             "first.";
    case ConnectRefusal::try_again:
      return "Something did not work just now. Please try again in a minute.";
  }
  return {};
}

Connect::Connect(Ports ports, Tokens& tokens, ConnectPolicy policy)
    : accounts_(ports.accounts),
      graph_(ports.graph),
      identity_(ports.identity),
      mattermost_(ports.mattermost),
      entropy_(ports.entropy),
      journal_(ports.journal),
      tokens_(tokens),
      policy_(std::move(policy)) {}

std::string Connect::link_for(const MattermostUserId& user, Moment now) {
  const std::string ticket = entropy_.token(k_ticket_bytes);
  MutexLock lock(mutex_);
  bound(tickets_, policy_.most_pending, now.steady);
  tickets_[ticket] = {user, now.steady + policy_.lives};
  return policy_.public_url + "/connect?ticket=" + ticket;
}

std::variant<Connect::Begun, ConnectRefusal> Connect::begin(const std::string& ticket, Moment now) {
  const std::string state = entropy_.token(k_ticket_bytes);
  const std::string browser = entropy_.token(k_ticket_bytes);
  const Secret verifier{entropy_.token(k_verifier_bytes)};
  {
    MutexLock lock(mutex_);
    const auto found = tickets_.find(ticket);
    if (found == tickets_.end()) return ConnectRefusal::link_used_or_old;
    const Ticket taken = found->second;
    tickets_.erase(found);
    if (taken.until <= now.steady) return ConnectRefusal::link_used_or_old;
    bound(sign_ins_, policy_.most_pending, now.steady);
    sign_ins_[state] = {taken.user, verifier, browser, now.steady + policy_.lives};
  }
  return Begun{identity_.authorize_url({policy_.public_url + "/oauth-redirect", state,
                                        identity_.code_challenge(verifier), ""}),
               browser};
}

std::optional<Connect::SignIn> Connect::take_sign_in(const std::string& state, Moment now) {
  MutexLock lock(mutex_);
  const auto found = sign_ins_.find(state);
  if (found == sign_ins_.end()) return std::nullopt;
  SignIn taken = found->second;
  sign_ins_.erase(found);
  if (taken.until <= now.steady) return std::nullopt;
  return taken;
}

std::variant<Connect::Connected, ConnectRefusal> Connect::finish(const Answer& answer, Moment now) {
  const auto sign_in = take_sign_in(answer.state, now);
  if (!sign_in) return ConnectRefusal::link_used_or_old;
  if (!Secret(sign_in->browser).equals(answer.browser)) {
    return refuse(sign_in->user, ConnectRefusal::other_browser);
  }
  if (!answer.error.empty()) return refuse(sign_in->user, refusal_of(answer.error));

  auto grant =
      identity_.redeem_code(answer.code, sign_in->verifier, policy_.public_url + "/oauth-redirect");
  if (!grant) return refuse(sign_in->user, refusal_of(grant.error()));
  // Without offline_access there is nothing to live on when the hour is over.
  if (grant->refresh.empty()) return refuse(sign_in->user, ConnectRefusal::sign_in_failed);
  auto account = identify(*sign_in, grant->access, now);
  if (const auto* refusal = std::get_if<ConnectRefusal>(&account))
    return refuse(sign_in->user, *refusal);
  return store(std::move(std::get<Account>(account)), std::move(*grant), now);
}

std::variant<Account, ConnectRefusal> Connect::identify(const SignIn& sign_in, const Secret& access,
                                                        Moment now) {
  const auto profile = graph_.me(access);
  if (!profile) return refusal_of(profile.error());
  const auto user = mattermost_.user(sign_in.user);
  if (!user) return refusal_of(user.error());
  if (const auto refusal = compare_mail(profile->mail, *user)) return *refusal;

  const auto known = accounts_.account(sign_in.user);
  if (!known) return ConnectRefusal::try_again;
  const bool is_new = !known->has_value();
  if (is_new && accounts_.connected_accounts() >= policy_.max_connected)
    return ConnectRefusal::full;
  Account account;
  if (!is_new) account = **known;
  account.user = sign_in.user;
  account.username = user->username;
  account.teams_user = profile->user;
  account.teams_name = profile->display_name;
  account.mail = profile->mail;
  account.connected_at = now.wall;
  account.state = Account::State::connected;
  account.reconnect_asked = false;
  return account;
}

std::optional<ConnectRefusal> Connect::compare_mail(const std::string& teams,
                                                    const MattermostUser& user) const {
  if (!policy_.require_same_email) return std::nullopt;
  if (user.mail.empty()) return ConnectRefusal::mail_hidden;
  if (lower(user.mail) != lower(teams)) return ConnectRefusal::mail_differs;
  return std::nullopt;
}

std::variant<Connect::Connected, ConnectRefusal> Connect::store(Account account, TokenGrant grant,
                                                                Moment now) {
  const AccountTokens tokens{std::move(grant.access), now.wall + grant.lifetime,
                             std::move(grant.refresh), std::move(grant.scopes)};
  if (const auto stored = accounts_.connect(account, tokens); !stored) {
    const bool is_taken = stored.error().kind == ErrorKind::refused;
    return refuse(account.user, is_taken ? ConnectRefusal::taken : ConnectRefusal::try_again);
  }
  tokens_.forget(account.user);
  journal_.record(AccountConnected{account.user});
  Connected connected{account.teams_name, account.mail};
  welcome(std::move(account));
  return connected;
}

void Connect::welcome(Account account) {
  // A courtesy: whoever misses it is connected all the same.
  if (account.direct_channel.empty()) {
    const auto channel = mattermost_.direct_channel(account.user);
    if (!channel) return;
    account.direct_channel = *channel;
    if (const auto stored = accounts_.update_account(account); !stored) {
      journal_.record(StoreTrouble{"direct channel", stored.error()});
    }
  }
  const std::string text =
      "You are connected to Microsoft Teams as **" + account.mail +
      "**. Chat messages that reach you while you are away from Teams now ring here.\n"
      "Write `notifications off` to pause them, `disconnect` to end the link, or `help`.";
  const auto posted = mattermost_.create_post({account.direct_channel, Content{text}, {}, {}});
  static_cast<void>(posted);
}

ConnectRefusal Connect::refuse(const MattermostUserId& user, ConnectRefusal refusal) {
  journal_.record(ConnectRefused{user, say(refusal)});
  return refusal;
}

}  // namespace belfry::sync
