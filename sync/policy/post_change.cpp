#include "sync/policy/post_change.h"

#include <utility>

namespace belfry::sync {

bool is_past(const PlannedDelivery& change, const Delivery& known) {
  if (known.turned && change.said_at < *known.turned) return true;
  const bool is_newer_edit = change.edited && (!known.edited || *known.edited < *change.edited);
  switch (change.shows) {
    case PostShows::message:
      return known.shows == PostShows::message && !is_newer_edit;
    case PostShows::withheld:
      // Of a post that is gone there is nothing to withhold.
      return known.is_removed() || (known.shows == PostShows::withheld && !is_newer_edit);
    case PostShows::deleted:
      return known.shows == PostShows::deleted;
  }
  return true;
}

Delivery turned_by(const PlannedDelivery& change, Delivery known) {
  if (change.shows != PostShows::message || known.shows != PostShows::message)
    known.turned = change.said_at;
  known.shows = change.shows;
  known.edited = change.edited;
  return known;
}

}  // namespace belfry::sync
