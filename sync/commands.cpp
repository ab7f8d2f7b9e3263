#include "sync/commands.h"

#include <algorithm>
#include <cctype>

#include "sync/base/secret.h"

namespace belfry::sync {
namespace {

constexpr const char* k_help =
    "Belfry rings your Microsoft Teams chats here while you are away from Teams.\n\n"
    "| Write | and |\n"
    "|---|---|\n"
    "| `connect` | you get a link to connect your Microsoft account |\n"
    "| `disconnect` | the link ends; nothing more is read or posted |\n"
    "| `status` | you see what is connected |\n"
    "| `notifications on`, `off`, `status` | messages ring here, or not |\n"
    "| `sync` | Teams is asked now for messages that did not ring |\n"
    "| `help` | you read this |\n\n"
    "As a slash command or, without its slash, in a direct message to the bot.";
constexpr const char* k_not_connected = "You are not connected. Write `connect` to get a link.";
constexpr const char* k_trouble = "That did not work just now. Please try again in a minute.";

std::string normalised(std::string_view text) {
  std::string words;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      if (!words.empty() && words.back() != ' ') words += ' ';
    } else {
      words += static_cast<char>(std::tolower(byte));
    }
  }
  while (!words.empty() && words.back() == ' ') words.pop_back();
  return words;
}

std::string context_for(const MattermostUserId& user, const Signer& signer) {
  return signer.sign("button connect", user.text());
}

}  // namespace

CommandWord parse_command(std::string_view text) {
  const std::string words = normalised(text);
  if (words == "connect") return CommandWord::connect;
  if (words == "disconnect") return CommandWord::disconnect;
  if (words == "status") return CommandWord::status;
  if (words == "notifications on") return CommandWord::notifications_on;
  if (words == "notifications off") return CommandWord::notifications_off;
  if (words == "notifications status" || words == "notifications")
    return CommandWord::notifications_status;
  if (words == "sync") return CommandWord::sync;
  if (words == "help" || words.empty()) return CommandWord::help;
  return CommandWord::unknown;
}

PostButton connect_button(const MattermostUserId& user, const Signer& signer) {
  return {"connect", "Connect", context_for(user, signer)};
}

std::string Commands::answer(const MattermostUserId& user, std::string_view text, Moment now) {
  const CommandWord word = parse_command(text);
  if (word == CommandWord::help) return k_help;
  if (word == CommandWord::unknown) return std::string("I do not know these words.\n\n") + k_help;
  const auto account = accounts_.account(user);
  if (!account) {
    journal_.record(StoreTrouble{"account", account.error()});
    return k_trouble;
  }
  if (word == CommandWord::connect) return connect(user, *account, now);
  if (!account->has_value()) return k_not_connected;
  switch (word) {
    case CommandWord::disconnect:
      return disconnect(**account);
    case CommandWord::status:
      return status(**account);
    case CommandWord::notifications_on:
    case CommandWord::notifications_off:
    case CommandWord::notifications_status:
      return set_notifications(**account, word);
    case CommandWord::sync:
      return look_for_missed(**account, now);
    case CommandWord::connect:
    case CommandWord::help:
    case CommandWord::unknown:
      break;
  }
  return k_help;
}

std::optional<std::string> Commands::click(const MattermostUserId& user, const std::string& context,
                                           Moment now) {
  // Anyone who sees a post may click its buttons: what counts is whether this one was made for this
  // user.
  if (!Secret(context_for(user, signer_)).equals(context)) return std::nullopt;
  return answer(user, "connect", now);
}

std::string Commands::connect(const MattermostUserId& user, const std::optional<Account>& account,
                              Moment now) {
  if (account && account->state == Account::State::connected) {
    return "You are connected already, as **" + account->mail +
           "**. Write `disconnect` first to change that.";
  }
  return "[Connect your Microsoft Teams account](" + connect_.link_for(user, now) +
         ")\nThe link is for you alone, works once and for ten minutes.";
}

std::string Commands::disconnect(const Account& account) {
  const auto removed =
      tokens_.replace(account.user, [&] { return accounts_.remove_account(account.user); });
  if (!removed) {
    journal_.record(StoreTrouble{"disconnect", removed.error()});
    return k_trouble;
  }
  journal_.record(AccountDisconnected{account.user, "user", "asked for it"});
  return "You are disconnected. Nothing more is read from Teams for you, and your tokens are "
         "erased.";
}

std::string Commands::status(const Account& account) const {
  if (account.state == Account::State::disconnected) {
    return "Your sign-in at Microsoft (**" + account.mail +
           "**) has ended. Write `connect` to renew it.";
  }
  const char* state = account.preferences.notifications ? "on" : "off";
  return "You are connected as **" + account.mail + "**. Notifications are **" + state + "**.";
}

std::string Commands::set_notifications(Account account, CommandWord word) {
  if (word != CommandWord::notifications_status) {
    account.preferences.notifications = word == CommandWord::notifications_on;
    if (const auto stored = accounts_.update_account(account); !stored) {
      journal_.record(StoreTrouble{"preferences", stored.error()});
      return k_trouble;
    }
  }
  return account.preferences.notifications
             ? "Notifications are **on**: messages ring here while you are away from Teams."
             : "Notifications are **off**.";
}

std::string Commands::look_for_missed(const Account& account, Moment now) {
  if (account.state == Account::State::disconnected) return status(account);
  {
    MutexLock lock(mutex_);
    std::erase_if(looked_, [now](const auto& one) { return one.second <= now.steady; });
    if (!looked_.emplace(account.user, now.steady + policy_.sync_every).second)
      return "Teams was asked a moment ago. Please try again in some minutes.";
  }
  sweeps_.request({SweepTrigger::person, account.user, std::nullopt});
  return "Teams is asked for messages that did not ring. What is found comes here, each once.";
}

}  // namespace belfry::sync
