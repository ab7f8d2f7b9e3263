#pragma once

#include "sync/base/id.h"
#include "sync/base/time.h"
#include "sync/model/delivery.h"
#include "sync/port/mattermost.h"
#include "sync/port/signer.h"

namespace belfry::sync {

/// The opaque mark of the post that a delivery becomes: equal for equal (recipient, message, kind),
/// and tells nothing.
[[nodiscard]] BelfryRef mark_of(const DeliveryKey& key, const Signer& signer);

/// The post of `page` that carries `mark`, if one does.
[[nodiscard]] const PostSummary* find_mark(const PostPage& page, const BelfryRef& mark);

/// The search for one post in its channel, page by page from the newest. Lives in memory only.
struct MarkSearch {
  int next_page = 0;
  bool is_over = false;  ///< looked for: it is not there

  /// Looks through `page`, which is `next_page`. The post, if it is there; else the search goes on
  /// with the page before, or is over: at the channel's end, behind posts older than `since`, after
  /// `most_pages`.
  const PostSummary* look_through(const PostPage& page, const BelfryRef& mark, WallTime since,
                                  int most_pages);
};

}  // namespace belfry::sync
