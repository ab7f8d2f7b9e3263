#pragma once

#include "sync/base/id.h"
#include "sync/model/delivery.h"
#include "sync/port/mattermost.h"
#include "sync/port/signer.h"

namespace belfry::sync {

/// The opaque mark of the post that a delivery becomes: equal for equal (recipient, message, kind),
/// and tells nothing.
[[nodiscard]] BelfryRef mark_of(const DeliveryKey& key, const Signer& signer);

/// The post of `page` that carries `mark`, if one does.
[[nodiscard]] const PostSummary* find_mark(const PostPage& page, const BelfryRef& mark);

}  // namespace belfry::sync
