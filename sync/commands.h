#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/connect.h"
#include "sync/port/journal.h"
#include "sync/port/mattermost.h"
#include "sync/port/signer.h"
#include "sync/port/store.h"
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
  help,
  unknown
};

/// Reads a command; blanks and case do not matter.
[[nodiscard]] CommandWord parse_command(std::string_view text);

/// The button that asks for a fresh connect link when it is clicked: messages that nobody asked for
/// carry it, so that their links do not age. Whoever writes `connect` gets the link itself, since a
/// click needs a way from Mattermost to us, and the words to the bot do not.
[[nodiscard]] PostButton connect_button(const MattermostUserId& user, const Signer& signer);

/// Answers commands and clicks.
///
/// Threads   Any. No outside call: answers come at once, from the store.
class Commands {
 public:
  Commands(AccountStore& accounts, Connect& connect, Tokens& tokens, const Signer& signer,
           Journal& journal)
      : accounts_(accounts),
        connect_(connect),
        tokens_(tokens),
        signer_(signer),
        journal_(journal) {}

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

  AccountStore& accounts_;
  Connect& connect_;
  Tokens& tokens_;
  const Signer& signer_;
  Journal& journal_;
};

}  // namespace belfry::sync
