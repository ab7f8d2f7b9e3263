#pragma once

#include "sync/model/subscription.h"

namespace belfry::tests {

/// The throw-away key of notification_rich_key.json as Belfry would hold it.
[[nodiscard]] EncryptionCertificate vector_certificate();

}  // namespace belfry::tests
