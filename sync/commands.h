#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sync/base/id.h"
#include "sync/base/mutex.h"
#include "sync/base/time.h"
#include "sync/connect.h"
#include "sync/port/journal.h"
#include "sync/port/mattermost.h"
#include "sync/port/signer.h"
#include "sync/port/store.h"
#include "sync/sweep_request.h"
#include "sync/tokens.h"

namespace belfry::sync {

/// The words that people write, as the slash command or to the bot in a direct message.
enum class CommandWord {
  connect,
  disconnect,
  status,
  notifications_on,
  notifications_off,
  notifications_status,
  sync,
  help,
  unknown
};

/// Reads a command; blanks and case do not matter.
[[nodiscard]] CommandWord parse_command(std::string_view text);

/// The button that asks for a fresh connect link when it is clicked: messages that nobody asked for
/// carry it, so that their links do not age. Whoever writes `connect` gets the link itself, since a
/// click needs a way from Mattermost to us, and the words to the bot do not.
[[nodiscard]] PostButton connect_button(const MattermostUserId& user, const Signer& signer);

struct CommandPolicy {
  /// Each `sync` costs requests at Microsoft: one for a person in this time.
  Duration sync_every = std::chrono::minutes{5};
};

/// Answers commands and clicks.
///
/// Threads   Any. No outside call: answers come at once, from the store.
class Commands {
 public:
  struct Ports {
    AccountStore& accounts;
    const Signer& signer;
    Journal& journal;
  };
  Commands(Ports ports, Connect& connect, Tokens& tokens, SweepRequests& sweeps,
           CommandPolicy policy = {})
      : accounts_(ports.accounts),
        connect_(connect),
        tokens_(tokens),
        sweeps_(sweeps),
        signer_(ports.signer),
        journal_(ports.journal),
        policy_(policy) {}

  /// Markdown for the person alone.
  [[nodiscard]] std::string answer(const MattermostUserId& user, std::string_view text, Moment now);
  /// The answer to a click; none when the button's context is not one that we gave to this user.
  [[nodiscard]] std::optional<std::string> click(const MattermostUserId& user,
                                                 const std::string& context, Moment now);

 private:
  std::string connect(const MattermostUserId& user, const std::optional<Account>& account,
                      Moment now);
  std::string disconnect(const Account& account);
  std::string status(const Account& account) const;
  std::string set_notifications(Account account, CommandWord word);
  std::string look_for_missed(const Account& account, Moment now);

  AccountStore& accounts_;
  Connect& connect_;
  Tokens& tokens_;
  SweepRequests& sweeps_;
  const Signer& signer_;
  Journal& journal_;
  const CommandPolicy policy_;
  Mutex mutex_;
  /// Who asked to look for missed messages a moment ago, and until when that is a moment.
  std::unordered_map<MattermostUserId, Instant> looked_ GUARDED_BY(mutex_);
};

}  // namespace belfry::sync
