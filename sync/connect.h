#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/port/graph.h"
#include "sync/port/identity.h"
#include "sync/port/journal.h"
#include "sync/port/mattermost.h"
#include "sync/port/random.h"
#include "sync/port/store.h"
#include "sync/server_time.h"
#include "sync/tokens.h"

namespace belfry::sync {

struct ConnectPolicy {
  std::string public_url{};  ///< without a slash at its end
  bool require_same_email = true;
  std::uint64_t max_connected = 1000;  ///< 0 = no new ones; reconnecting is always allowed
  /// Tickets and sign-ins live this long; Entra's codes do too.
  Duration lives = std::chrono::minutes{10};
  /// Tickets and sign-ins each; beyond, the oldest are forgotten.
  std::size_t most_pending = 10'000;
  /// Tickets of one person: nobody who asks without end makes others' links void.
  std::size_t most_tickets_each = 5;
};

/// Why a person could not be connected. Each has its words in say().
enum class ConnectRefusal {
  link_used_or_old,  ///< ticket or state unknown, used or expired
  other_browser,     ///< the browser that came back is not the one that was sent
  declined,          ///< the person said no
  consent_needed,    ///< an administrator must consent first
  sign_in_failed,    ///< Entra would not, whatever the reason
  mail_differs,
  mail_hidden,  ///< Mattermost does not show addresses to the bot
  full,         ///< accounts.max_connected
  taken,        ///< the Teams account belongs to another Mattermost user
  try_again,    ///< something failed in passing
};

/// What the page tells the person, in plain words.
[[nodiscard]] std::string say(ConnectRefusal refusal);

/// The way from a link in Mattermost through Entra's sign-in to a stored account.
///
/// Promises  Ticket, state and code work once. A ticket is bound to its Mattermost user, a state to
///           the browser that it was given to. Nothing is stored of a sign-in that did not end
///           well. There are never more connected accounts than allowed, however many finish at
///           once.
/// Threads   Any; made for http threads. finish() makes up to five outside calls one after the
///           other, each with its own deadline: code, profile, Mattermost user, channel, welcome.
/// Source    Entra, "authorization code flow" with PKCE.
class Connect {
 public:
  struct Ports {
    AccountStore& accounts;
    GraphApi& graph;
    IdentityApi& identity;
    MattermostApi& mattermost;
    Entropy& entropy;
    Journal& journal;
    const ServerTime& server_time;
  };
  Connect(Ports ports, Tokens& tokens, ConnectPolicy policy);

  /// A fresh one-time link for this user. No outside call.
  [[nodiscard]] std::string link_for(const MattermostUserId& user, Moment now);

  struct Begun {
    std::string authorize_url;
    std::string browser;  ///< for a cookie; finish() wants it back
  };
  /// Uses the ticket up. No outside call.
  [[nodiscard]] std::variant<Begun, ConnectRefusal> begin(const std::string& ticket, Moment now);

  /// What came back to the redirect URI.
  struct Answer {
    std::string state;
    Secret code;
    std::string error;              ///< empty: signed in
    std::string error_description;  ///< never shown or logged
    std::string browser;
  };
  struct Connected {
    std::string teams_name;
    std::string mail;

    friend bool operator==(const Connected&, const Connected&) = default;
  };
  [[nodiscard]] std::variant<Connected, ConnectRefusal> finish(const Answer& answer, Moment now);

 private:
  struct Ticket {
    MattermostUserId user;
    Instant until;
  };
  struct SignIn {
    MattermostUserId user;
    Secret verifier;
    std::string browser;
    Instant until;
  };

  /// Why it ended, with what the other side said about it, for the journal.
  struct Refused {
    ConnectRefusal refusal;
    std::string detail;
  };
  template <class T>
  using Or = std::variant<T, Refused>;
  struct Person {
    Account account;
    bool was_known = false;  ///< comes back to a place of their own
  };
  /// A place among the connected accounts, held while its account is being stored.
  class Place;

  std::optional<SignIn> take_sign_in(const std::string& state, Moment now);
  Or<Connected> connect(const SignIn& sign_in, const Answer& answer, Moment now);
  Or<TokenGrant> redeem(const SignIn& sign_in, const Answer& answer);
  Or<Person> identify(const SignIn& sign_in, const Secret& access);
  [[nodiscard]] std::optional<ConnectRefusal> compare_mail(const std::string& teams,
                                                           const MattermostUser& user) const;
  Or<Connected> store(Account account, TokenGrant grant, Moment now);
  void welcome(Account account);

  AccountStore& accounts_;
  GraphApi& graph_;
  IdentityApi& identity_;
  MattermostApi& mattermost_;
  Entropy& entropy_;
  Journal& journal_;
  const ServerTime& server_time_;
  Tokens& tokens_;
  const ConnectPolicy policy_;
  Mutex mutex_;
  std::unordered_map<std::string, Ticket> tickets_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, SignIn> sign_ins_ GUARDED_BY(mutex_);  ///< by state
  std::uint64_t places_held_ GUARDED_BY(mutex_) = 0;
};

}  // namespace belfry::sync
