#include "app/admin_backend.h"

namespace belfry::app {

std::string prospect_of(const sync::BucketStatus& bucket) {
  const std::string end = format_date(end_of(bucket.spending.month));
  if (bucket.spending.closed_at) {
    return "Graph refused more on " + format_date(*bucket.spending.closed_at) + "; open again on " +
           end + " (UTC)";
  }
  if (bucket.is_used_up()) return "used up until " + end + " (UTC)";
  if (bucket.used_up_by)
    return "used up about " + format_date(*bucket.used_up_by) + " if it goes on like this";
  return std::to_string(bucket.forecast) + " by the end of the month if it goes on like this";
}

}  // namespace belfry::app
