#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/allowance.h"
#include "sync/base/result.h"
#include "sync/model/account.h"
#include "sync/model/delivery.h"
#include "sync/port/store.h"
#include "sync/reconcile.h"
#include "sync/subscriptions.h"

namespace belfry::app {

/// A moment of the service, for `status`, `/readyz` and the status page.
struct StatusSnapshot {
  std::string version;
  Duration uptime{};
  std::uint64_t inbox_entries = 0;
  std::uint64_t outbox_entries = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t accounts_connected = 0;
  std::uint64_t accounts_limit = 0;
  std::optional<WallTime> last_webhook;
  sync::SubscriptionsOverview overview;
  /// Those with trouble first; only the first few, as there may be thousands.
  std::vector<sync::SubscriptionStatus> subscriptions;
  sync::ReconcilerStatus reconciler;
  /// Why the service is not ready; empty: it is.
  std::vector<std::string> reasons;
};

/// An account, and up to when its chats were looked through; none: not yet.
struct AccountStatus {
  Account account;
  std::optional<WallTime> swept_to;
};

/// How the rest of the month looks for a bucket, in words for the page and the command line.
[[nodiscard]] std::string prospect_of(const sync::BucketStatus& bucket);

/// How subscriptions stand, in words for the page and the command line.
[[nodiscard]] std::string words_of(const sync::SubscriptionsOverview& overview);

/// What the admin listener shows and does. Safe from any thread.
class AdminBackend {
 public:
  virtual ~AdminBackend() = default;
  [[nodiscard]] virtual StatusSnapshot status() = 0;
  virtual Result<std::vector<sync::LaneHead>> lanes() = 0;
  virtual Result<std::vector<DeadLetter>> dead_letters(const std::string& after,
                                                       std::size_t most) = 0;
  virtual Result<DeadLetter> retry_dead_letter(const std::string& id) = 0;
  virtual Result<DeadLetter> drop_dead_letter(const std::string& id) = 0;
  virtual Result<std::vector<AccountStatus>> accounts(const MattermostUserId& after,
                                                      std::size_t most) = 0;
  virtual Result<std::vector<sync::JournalRecord>> journal(std::size_t most) = 0;
  virtual Result<> rotate_key() = 0;
  /// All of them, those with trouble first.
  [[nodiscard]] virtual std::vector<sync::SubscriptionStatus> subscriptions() = 0;
  /// Of this month.
  virtual Result<std::vector<sync::BucketStatus>> allowance() = 0;
  /// Looks for what no webhook announced, for all (`person` empty) or for one by user name, mail or
  /// id; from `since` on, if that is before what was seen. Errors: gone.
  virtual Result<> reconcile(const std::string& person, std::optional<WallTime> since) = 0;
};

}  // namespace belfry::app
