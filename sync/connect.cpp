#include "sync/connect.h"

#include <algorithm>
#include <cctype>
#include <utility>

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

/// The same for what one person holds.
template <class Map>
void bound_of(Map& map, const MattermostUserId& user, std::size_t most) {
  std::size_t count = 0;
  auto oldest = map.end();
  for (auto one = map.begin(); one != map.end(); ++one) {
    if (one->second.user != user) continue;
    ++count;
    if (oldest == map.end() || one->second.until < oldest->second.until) oldest = one;
  }
  if (count >= most) map.erase(oldest);
}

/// What came back on the redirect. It comes through a browser and proves nothing: it decides what
/// the person reads, and nothing else.
ConnectRefusal refusal_of(const std::string& error, const std::string& description) {
  // Source: Entra, errors on the redirect: 65004 = declined, 90094 and 90095 = an administrator
  // must consent; both come as access_denied.
  const bool needs_administrator = description.find("AADSTS90094") != std::string::npos ||
                                   description.find("AADSTS90095") != std::string::npos;
  if (needs_administrator || error == "consent_required") return ConnectRefusal::consent_needed;
  if (error == "access_denied") return ConnectRefusal::declined;
  if (error == "server_error" || error == "temporarily_unavailable")
    return ConnectRefusal::try_again;
  return ConnectRefusal::sign_in_failed;
}

/// A token or profile that was refused just after the sign-in is no matter of a minute's patience.
ConnectRefusal refusal_of(const Error& error) {
  const bool will_pass = error.kind != ErrorKind::unauthorized && is_retryable(error.kind);
  return will_pass ? ConnectRefusal::try_again : ConnectRefusal::sign_in_failed;
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
      server_time_(ports.server_time),
      tokens_(tokens),
      policy_(std::move(policy)) {}

/// Counted before the store is asked, so that two who finish at once cannot both take the last one.
class Connect::Place {
 public:
  explicit Place(Connect& connect) : connect_(connect) {
    MutexLock lock(connect_.mutex_);
    rank_ = ++connect_.places_held_;
  }
  ~Place() {
    MutexLock lock(connect_.mutex_);
    --connect_.places_held_;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] bool is_free() const {
    return connect_.accounts_.connected_accounts() + rank_ <= connect_.policy_.max_connected;
  }

 private:
  Connect& connect_;
  std::uint64_t rank_ = 0;
};

std::string Connect::link_for(const MattermostUserId& user, Moment now) {
  const std::string ticket = entropy_.token(k_ticket_bytes);
  MutexLock lock(mutex_);
  bound_of(tickets_, user, policy_.most_tickets_each);
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
  auto done = connect(*sign_in, answer, now);
  if (const auto* refused = std::get_if<Refused>(&done)) {
    const std::string detail = refused->detail.empty() ? "" : " (" + refused->detail + ")";
    journal_.record(ConnectRefused{sign_in->user, say(refused->refusal) + detail});
    return refused->refusal;
  }
  return std::get<Connected>(std::move(done));
}

Connect::Or<Connect::Connected> Connect::connect(const SignIn& sign_in, const Answer& answer,
                                                 Moment now) {
  if (!Secret(sign_in.browser).equals(answer.browser))
    return Refused{ConnectRefusal::other_browser, ""};
  if (!answer.error.empty()) return Refused{refusal_of(answer.error, answer.error_description), ""};
  if (answer.code.empty()) return Refused{ConnectRefusal::sign_in_failed, "no code came back"};

  auto grant = redeem(sign_in, answer);
  if (auto* refused = std::get_if<Refused>(&grant)) return std::move(*refused);
  auto& tokens = std::get<TokenGrant>(grant);
  auto identified = identify(sign_in, tokens.access);
  if (auto* refused = std::get_if<Refused>(&identified)) return std::move(*refused);
  auto& person = std::get<Person>(identified);
  if (person.was_known) return store(std::move(person.account), std::move(tokens), now);
  const Place place(*this);
  if (!place.is_free()) return Refused{ConnectRefusal::full, ""};
  return store(std::move(person.account), std::move(tokens), now);
}

Connect::Or<TokenGrant> Connect::redeem(const SignIn& sign_in, const Answer& answer) {
  auto grant =
      identity_.redeem_code(answer.code, sign_in.verifier, policy_.public_url + "/oauth-redirect");
  if (!grant) {
    if (grant.error().code == k_client_misconfigured)
      journal_.record(AdministratorNeeded{Upstream::entra, grant.error()});
    return Refused{refusal_of(grant.error()), grant.error().text};
  }
  // Without offline_access there is nothing to live on when the hour is over.
  if (grant->refresh.empty())
    return Refused{ConnectRefusal::sign_in_failed, "no refresh token came"};
  return std::move(*grant);
}

Connect::Or<Connect::Person> Connect::identify(const SignIn& sign_in, const Secret& access) {
  const auto profile = graph_.me(access);
  if (!profile) return Refused{refusal_of(profile.error()), profile.error().text};
  const auto user = mattermost_.user(sign_in.user);
  if (!user) return Refused{ConnectRefusal::try_again, user.error().text};
  if (const auto refusal = compare_mail(profile->mail, *user)) return Refused{*refusal, ""};

  const auto known = accounts_.account(sign_in.user);
  if (!known) return Refused{ConnectRefusal::try_again, known.error().text};
  Person person{known->value_or(Account{}), known->has_value()};
  Account& account = person.account;
  account.user = sign_in.user;
  account.username = user->username;
  account.reading = account.reading.with(user->reading);
  account.teams_user = profile->user;
  account.teams_name = profile->display_name;
  account.mail = profile->mail;
  account.state = Account::State::connected;
  account.reconnect_asked = false;
  return person;
}

std::optional<ConnectRefusal> Connect::compare_mail(const std::string& teams,
                                                    const MattermostUser& user) const {
  if (!policy_.require_same_email) return std::nullopt;
  if (user.mail.empty()) return ConnectRefusal::mail_hidden;
  if (lower(user.mail) != lower(teams)) return ConnectRefusal::mail_differs;
  return std::nullopt;
}

Connect::Or<Connect::Connected> Connect::store(Account account, TokenGrant grant, Moment now) {
  const AccountTokens tokens{std::move(grant.access), now.wall + grant.lifetime,
                             std::move(grant.refresh), std::move(grant.scopes)};
  // By the clock that messages bear: it has just told us who signed in.
  account.connected_at = server_time_.closest_at(now);
  const auto stored =
      tokens_.replace(account.user, [&] { return accounts_.connect(account, tokens); });
  if (!stored) {
    const bool is_taken = stored.error().kind == ErrorKind::refused;
    return Refused{is_taken ? ConnectRefusal::taken : ConnectRefusal::try_again,
                   stored.error().text};
  }
  journal_.record(AccountConnected{account.user});
  welcome(account);
  return Connected{account.teams_name, account.mail};
}

void Connect::welcome(Account account) {
  // A courtesy: whoever misses it is connected all the same.
  if (account.direct_channel.empty()) {
    const auto channel = mattermost_.direct_channel(account.user);
    if (!channel) {
      journal_.record(NoticeFailed{account.user, "welcome", channel.error()});
      return;
    }
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
  if (!posted) journal_.record(NoticeFailed{account.user, "welcome", posted.error()});
}

}  // namespace belfry::sync
