#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"

namespace belfry {

/// Belfry's own certificate for rich notifications. The private key is PEM (PKCS#8), the
/// certificate base64 of DER, as Graph wants it. Source: Graph, "change notifications with resource
/// data".
struct EncryptionCertificate {
  CertificateId id;
  Secret private_key_pem;
  std::string certificate_base64;
  WallTime made_at;
};

/// What identifies a wanted subscription: a change of any of these makes a new one.
struct SubscriptionSpec {
  std::string resource;      ///< with `?model=A|B` where a payment model is set
  std::string change_types;  ///< "created,updated,deleted" or "created"
  bool rich = true;          ///< with resource data

  friend bool operator==(const SubscriptionSpec&, const SubscriptionSpec&) = default;
};

/// A subscription of ours that Graph has confirmed.
struct Subscription {
  SubscriptionId id;
  SubscriptionSpec spec;
  Secret client_state;
  CertificateId certificate;     ///< empty unless rich
  std::string notification_url;  ///< ours, as given at creation
  WallTime created_at;
  WallTime expires;     ///< as Graph answered
  WallTime renewed_at;  ///< of the last PATCH: the access right behind it ends about an hour later
  MattermostUserId
      reader{};  ///< whose token it was made with and is renewed with; empty: the app's
};

}  // namespace belfry
