#include "app/admin_backend.h"

#include <fmt/format.h>

#include "sync/policy/allowance_words.h"

namespace belfry::app {

std::string prospect_of(const sync::BucketStatus& bucket) {
  const std::string end = format_date(end_of(bucket.spending.month));
  if (bucket.is_closed) {
    const std::string reason = sync::refusal_words(bucket.spending.closed_by);
    const auto& until = bucket.spending.closed_until;
    const bool is_for_the_month = !until || *until >= end_of(bucket.spending.month);
    return "Graph refused more on " + format_date(*bucket.spending.closed_at) +
           (reason.empty() ? "" : ": " + reason) +
           (is_for_the_month ? "; open again on " + end
                             : "; asked again on " + format_date(*until)) +
           " (UTC)";
  }
  if (bucket.is_used_up()) return "used up until " + end + " (UTC)";
  if (bucket.used_up_by)
    return "used up about " + format_date(*bucket.used_up_by) + " if it goes on like this";
  return std::to_string(bucket.forecast) + " by the end of the month if it goes on like this";
}

namespace {

std::string words_of_unannounced(const sync::SubscriptionsOverview& overview) {
  const std::size_t all = overview.chats_unannounced();
  if (all == 0) return {};
  std::string words = fmt::format("; {} {} only found by the daily sweep, up to a day late", all,
                                  all == 1 ? "chat is" : "chats are");
  if (overview.chats_left_out > 0) {
    words += overview.is_room_limited_by_graph
                 ? fmt::format(
                       ": {} for which Microsoft has no room (10000 subscriptions an "
                       "organisation, other apps' count too)",
                       overview.chats_left_out)
                 : fmt::format(
                       ": {} over teams.max_chat_subscriptions = {}, which can be raised "
                       "to 10000",
                       overview.chats_left_out, overview.most_chats);
  }
  if (overview.chats_refused > 0) {
    words += fmt::format("{}{} that Graph refuses, asked again every day",
                         overview.chats_left_out > 0 ? ", " : ": ", overview.chats_refused);
  }
  const bool is_tenant_refused = !overview.why_not_the_best.empty();
  if (!is_tenant_refused) words += "; with teams.payment_model A or B every chat rings";
  return words;
}

}  // namespace

std::string words_of(const sync::SubscriptionsOverview& overview) {
  std::string words = name_of(overview.in_force);
  if (overview.chosen == sync::SubscribeKind::automatic) words += " (auto)";
  words += fmt::format(": {} of {} active", overview.active, overview.wanted);
  if (overview.refused > 0) words += fmt::format(", {} left to sweeps", overview.refused);
  if (overview.in_force == sync::SubscribeKind::chats) {
    words += fmt::format("; {} chats known", overview.chats_known);
    if (overview.is_listing) words += ", more are being read";
    words += words_of_unannounced(overview);
  }
  if (!overview.why_not_the_best.empty()) words += "; Graph refused " + overview.why_not_the_best;
  return words;
}

}  // namespace belfry::app
