#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/directory.h"
#include "tests/sandbox/entra/token_authority.h"
#include "tests/sandbox/graph/settings.h"
#include "tests/sandbox/graph/subscription_book.h"

namespace belfry::sandbox {

/// Ways in which a notification can be wrong, by the names of the control API. What is not about
/// tokens concerns the entry, the others the `validationTokens` of its body.
enum class Damage {
  none,
  wrong_client_state,
  unknown_subscription,
  foreign_tenant,
  tampered_data,  ///< one bit of `data` flipped
  tampered_signature,
  missing_signature,
  unknown_certificate,  ///< `encryptionCertificateId` that the subscriber never had
  no_content,           ///< a rich subscription, but no `encryptedContent`
  token_missing,
  token_wrong_audience,
  token_wrong_publisher,
  token_wrong_tenant,
  token_wrong_issuer,
  token_expired,
  token_not_yet_valid,
  token_bad_signature,
  token_unknown_key,
  token_unsigned,  ///< `alg` none
};
[[nodiscard]] std::string_view name_of(Damage damage);
/// Damage::none for an unknown name.
[[nodiscard]] Damage damage_named(std::string_view name);

/// Encrypts resource data and signs validation tokens, as Graph does.
/// Threads  All functions from any thread.
/// Source   Graph, "change notifications that include resource data".
class Sealer {
 public:
  Sealer(SandboxClock& clock, const Directory& directory, const TokenAuthority& authority)
      : clock_(clock), directory_(directory), authority_(authority) {}

  /// The value of `encryptedContent`.
  [[nodiscard]] std::string encrypt(std::string_view resource, const Subscription& subscription,
                                    const CourierSettings& settings, Damage damage);
  /// The value of `validationTokens`; empty: none stand in the body.
  [[nodiscard]] std::string validation_tokens(const CourierSettings& settings, Damage damage);
  /// After a rotation of keys the next body brings a token of the new one.
  void forget_tokens();

 private:
  struct ContentKey {
    std::string key;
    std::string sealed;  ///< base64
  };
  struct KeptToken {
    std::string token;
    std::int64_t until_ms = 0;
  };
  [[nodiscard]] ContentKey content_key(const Subscription& subscription, bool reuse);
  [[nodiscard]] std::string make_token(int version, Damage damage) const;

  SandboxClock& clock_;
  const Directory& directory_;
  const TokenAuthority& authority_;

  std::mutex mutex_;
  std::map<std::string, ContentKey> kept_keys_;  // guarded by mutex_: by thumbprint
  std::map<int, KeptToken> kept_tokens_;         // guarded by mutex_: by version
};

}  // namespace belfry::sandbox
