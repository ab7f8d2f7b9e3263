#pragma once

#include <cstdint>
#include <string>

/// Every number of the Graph simulator with its source, so that a test can shrink it. Durations in
/// simulated milliseconds unless named otherwise.
namespace belfry::sandbox {

/// How notifications travel. Source: Graph, "change notifications through webhooks", unless marked
/// as ours.
struct CourierSettings {
  int threads = 16;                                ///< ours
  int batch_limit = 1;                             ///< entries in one body at most; ours
  std::int64_t answer_deadline_ms = 3'000;         ///< first try: 2xx within this is delivered
  std::int64_t retry_answer_deadline_ms = 10'000;  ///< retried requests
  std::int64_t give_up_after_ms = 4 * 3'600'000LL;
  std::int64_t first_retry_gap_ms = 5'000;        ///< ours; doubled each time
  std::int64_t longest_retry_gap_ms = 1'800'000;  ///< ours
  std::int64_t health_window_ms = 600'000;
  double slow_share = 0.10;  ///< over answer_deadline_ms
  double drop_share = 0.15;  ///< over retry_answer_deadline_ms
  std::int64_t penalty_ms = 600'000;
  int minimum_answers = 10;  ///< in the window, before it is judged; ours
  int probes = 5;            ///< "a few" that test a punished endpoint; ours
  /// Deadlines shrink with the clock's scale, but 3 s never below this. Real milliseconds, ours.
  std::int64_t minimum_patience_real_ms = 250;

  std::int64_t latency_ms = 0;         ///< between event and first try
  std::int64_t latency_jitter_ms = 0;  ///< at random on top of it: changes the order
  double duplicate_probability = 0;    ///< a second copy is sent
  double reorder_probability = 0;      ///< overtaken by what comes within reorder_ms
  std::int64_t reorder_ms = 2'000;
  std::uint64_t seed = 1;

  int token_version = 1;      ///< of validationTokens: 1 (documented) or 2 (seen in the field)
  int offset_minutes = -480;  ///< in which `subscriptionExpirationDateTime` is written
  bool reuse_content_keys =
      false;            ///< one content key for many entries: saves the RSA operation in benchmarks
  std::string ca_file;  ///< for https endpoints; empty: certificates are not verified
};

struct GraphSettings {
  std::string base_url = "https://graph.microsoft.com";  ///< stands in contents and contexts

  bool rate_limits = true;
  double rate_scale = 1.0;  ///< all limits times this
  /// Windows of the limits are shorter by this: requests that left in time can arrive closer
  /// together on a busy machine. Ours.
  std::int64_t rate_slack_ms = 0;

  // Payment. Source: Graph, "payment models and licensing requirements for Teams APIs".
  bool evaluation_cap_enforced = true;
  std::int64_t evaluation_cap = 500;  ///< per calendar month (UTC); notifications and export apart
  bool billing = true;                ///< an Azure subscription stands behind models A and B

  bool protected_apis_refused = false;  ///< app-only reads answer 403
  bool orderby_on_chats = true;         ///< false in GCC High, DoD and China: 400
  bool orderby_on_messages = true;      ///< false in GCC: 400
  bool presence = true;                 ///< false in China: 404
  bool export_routes = true;            ///< false in China: 404
  bool ignore_filters = false;          ///< rows older than the filter, as seen in the wild
  bool ignore_orders = false;           ///< lists of chats by age of the chat, without a word; ours
  bool empty_page_with_next =
      false;  ///< each first page of messages is empty and its nextLink answers 500
  bool system_events_everywhere = false;  ///< also to subscriptions on more than one chat
  bool hosted_content_length = true;      ///< false: sent in chunks, length unannounced

  std::size_t chats_page = 20;  ///< when `$top` is absent; defaults are not documented
  std::size_t messages_page = 20;
  std::size_t members_page = 100;
  std::size_t subscriptions_page = 100;
  std::size_t expanded_members = 1'000;  ///< `$expand=members` is cut there; 25 was reported

  // Subscriptions. Source: Graph, "subscription resource type" and "change notifications for Teams
  // messages".
  std::int64_t longest_expiry_ms = 4'320 * 60'000LL;
  std::int64_t lifecycle_url_beyond_ms = 60 * 60'000LL;
  std::int64_t access_right_ms =
      60 * 60'000LL;  ///< of the token behind a subscription: about an hour
  std::int64_t held_back_ms = 4 * 3'600'000LL;  ///< notifications wait so long for a renewal
  std::int64_t reauthorization_every_ms =
      15 * 60'000LL;  ///< in the last quarter of an hour, then again and again
  std::int64_t handshake_deadline_ms = 10'000;
  std::size_t per_user_quota = 10;
  std::size_t organisation_quota = 10'000;
  bool model_a_on_users = false;  ///< user-level subscriptions know model B and evaluation only

  std::int64_t delta_token_ms = 7 * 86'400'000LL;  ///< not documented for chats; directory: 7 days
  std::int64_t download_url_ms = 5 * 60'000LL;     ///< "a few minutes"
  CourierSettings courier;
};

}  // namespace belfry::sandbox
