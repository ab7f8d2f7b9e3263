#pragma once

#include <map>
#include <set>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/model/subscription.h"
#include "sync/port/journal.h"
#include "sync/port/resource.h"
#include "sync/port/store.h"
#include "sync/subscription_policy.h"

namespace belfry::sync {

/// The certificates that rich notifications are encrypted for: one to give out, old ones to read
/// with.
///
/// Promises  A new one is stored before it is given out. An old key stays while a subscription
///           names it, and for the hours after that in which Graph still repeats what it encrypted
///           with it.
/// Threads   One at a time.
/// Errors    None leave keep(): they are told to the journal and tried again; meanwhile the last
///           certificate serves on.
class Certificates {
 public:
  Certificates(SubscriptionStore& store, ResourceOpener& resources, Journal& journal,
               const SubscriptionPolicy& policy);

  /// Reads what the store knows. Once.
  Result<> open();

  enum class Kept { unchanged, made };
  /// Makes a certificate when there is none or the newest is too old, which takes a second, and
  /// drops those that nothing needs any more. `referenced` = those that subscriptions name.
  [[nodiscard]] Kept keep(const std::set<CertificateId>& referenced, Moment now);
  [[nodiscard]] bool is_due(Moment now) const { return now.steady >= due_; }
  [[nodiscard]] Instant due() const { return due_; }

  /// The one to give out; none before the first was made.
  [[nodiscard]] const EncryptionCertificate* newest() const;

 private:
  Kept make(Moment now);
  void drop_unneeded(const std::set<CertificateId>& referenced, Moment now);

  SubscriptionStore& store_;
  ResourceOpener& resources_;
  Journal& journal_;
  const SubscriptionPolicy& policy_;
  std::vector<EncryptionCertificate> certificates_;  ///< oldest first
  /// When each was last seen in use, by this process.
  std::map<CertificateId, Instant> last_used_;
  Instant due_;
};

}  // namespace belfry::sync
