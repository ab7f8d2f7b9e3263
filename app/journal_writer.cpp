#include "app/journal_writer.h"

#include <algorithm>
#include <iterator>

namespace belfry::app {
namespace {

std::string ms(Duration duration) {
  return std::to_string(duration.count());
}

LogFields with_error(LogFields fields, const Error& error) {
  fields.emplace_back("kind", name_of(error.kind));
  fields.emplace_back("error", error.text);
  return fields;
}

/// There may be thousands of subscriptions to single chats: `belfry subscriptions` sums them up.
LogLevel level_of(LogLevel level, const std::string& resource) {
  return sync::chat_of_resource(resource) ? LogLevel::debug : level;
}

}  // namespace

/// One function for each kind of event: its line, its metric, its record.
class JournalWriter::Writer {
 public:
  explicit Writer(JournalWriter& to) : to_(to) {}

  void operator()(const sync::NotificationsReceived& e) const {
    const auto add = [this](const char* result, std::size_t count) {
      if (count == 0) return;
      to_.metrics_.count("notifications_received_total",
                         "Entries of webhook bodies by what became of them.", {{"result", result}},
                         static_cast<double>(count));
    };
    add("stored", e.stored);
    add("known", e.known);
    add("wrong_client_state", e.wrong_client_state);
    add("unknown_subscription", e.unknown_subscription);
    add("malformed", e.malformed);
    if (to_.log_.writes(LogLevel::debug)) {
      to_.line(LogLevel::debug, "notifications_received",
               {{"stored", std::to_string(e.stored)}, {"known", std::to_string(e.known)}});
    }
    const std::size_t refused = e.wrong_client_state + e.malformed;
    if (refused > 0) {
      to_.line(LogLevel::warn, "notifications_refused",
               {{"wrong_client_state", std::to_string(e.wrong_client_state)},
                {"malformed", std::to_string(e.malformed)}});
    }
  }
  void operator()(const sync::IntakeRefused& e) const {
    to_.metrics_.count("intake_refused_total",
                       "Webhook bodies answered 503, so that Graph sends them again.", {});
    to_.line(LogLevel::error, "intake_refused", {{"why", e.why}});
  }
  void operator()(const sync::ChangeDone& e) const {
    to_.metrics_.count(
        "changes_total", "Changes by kind, source and what became of them.",
        {{"kind", name_of(e.kind)}, {"source", name_of(e.source)}, {"result", name_of(e.result)}});
    // Other people's chats are none of our business: a number, and no trace.
    if (e.result == sync::ChangeResult::nobody) return;
    // Hashes cost more than the rest of the event.
    if (to_.log_.writes(LogLevel::debug)) {
      to_.line(LogLevel::debug, "change_done",
               {{"chat", hash(e.ref.chat.text())},
                {"message", hash(e.ref.message.text())},
                {"change", name_of(e.kind)},
                {"result", name_of(e.result)},
                {"recipients", std::to_string(e.recipients)}});
    }
    if (e.result == sync::ChangeResult::forged) {
      to_.line(LogLevel::warn, "change_forged", {{"message", hash(e.ref.message.text())}});
    }
  }
  void operator()(const sync::ChangePostponed& e) const {
    to_.metrics_.count("changes_postponed_total", "Changes that wait for another try.", {});
    to_.line(LogLevel::warn, "change_postponed",
             with_error({{"message", hash(e.ref.message.text())},
                         {"attempts", std::to_string(e.attempts)},
                         {"delay_ms", ms(e.delay)}},
                        e.why));
  }
  void operator()(const sync::ChangeDead& e) const {
    const auto fields = with_error(
        {{"chat", hash(e.ref.chat.text())}, {"message", hash(e.ref.message.text())}}, e.why);
    to_.line(LogLevel::error, "change_dead", fields);
    to_.keep("change_dead", fields);
  }
  void operator()(const sync::RecipientSkipped& e) const {
    to_.metrics_.count("recipients_skipped_total",
                       "Members with an account who were not told, by reason.",
                       {{"reason", name_of(e.reason)}});
    to_.line(LogLevel::debug, "recipient_skipped",
             {{"message", hash(e.ref.message.text())},
              {"user", hash(e.user.text())},
              {"reason", name_of(e.reason)}});
  }
  void operator()(const sync::ResourceUnreadable& e) const {
    to_.metrics_.count("resources_unreadable_total",
                       "Rich notifications that were read by GET instead.", {});
    to_.line(LogLevel::warn, "resource_unreadable",
             with_error({{"message", hash(e.ref.message.text())}}, e.why));
  }
  void operator()(const sync::SigningKeysUnread& e) const {
    to_.line(LogLevel::warn, "signing_keys_unread", with_error({}, e.why));
  }
  void operator()(const sync::Delivered& e) const {
    to_.metrics_.count("deliveries_total", "Outbox entries that were done, by result.",
                       {{"result", name_of(e.result)}});
    if (e.result == sync::DeliveryResult::posted) to_.metrics_.delivery_latency(e.latency);
    const LogFields fields = {
        {"chat", hash(e.ref.chat.text())}, {"message", hash(e.ref.message.text())},
        {"user", hash(e.user.text())},     {"result", name_of(e.result)},
        {"source", name_of(e.source)},     {"latency_ms", ms(e.latency)}};
    to_.line(LogLevel::debug, "delivered", fields);
    to_.keep("delivered", fields);
  }
  void operator()(const sync::DeliveryPostponed& e) const {
    to_.metrics_.count("deliveries_total", "Outbox entries that were done, by result.",
                       {{"result", "postponed"}});
    to_.line(LogLevel::warn, "delivery_postponed",
             with_error({{"message", hash(e.ref.message.text())},
                         {"user", hash(e.user.text())},
                         {"attempts", std::to_string(e.attempts)},
                         {"delay_ms", ms(e.delay)}},
                        e.why));
  }
  void operator()(const sync::DeliveryInDoubt& e) const {
    to_.metrics_.count("deliveries_in_doubt_total",
                       "Posts that were looked for before they were posted again.", {});
    to_.line(LogLevel::info, "delivery_in_doubt",
             {{"message", hash(e.ref.message.text())}, {"user", hash(e.user.text())}});
  }
  void operator()(const sync::DeliveryDead& e) const {
    to_.metrics_.count("deliveries_total", "Outbox entries that were done, by result.",
                       {{"result", "dead"}});
    const auto fields =
        with_error({{"message", hash(e.ref.message.text())}, {"user", hash(e.user.text())}}, e.why);
    to_.line(LogLevel::error, "delivery_dead", fields);
    to_.keep("delivery_dead", fields);
  }
  void operator()(const sync::FileCarried& e) const {
    to_.metrics_.count("files_total", "Files of messages by what became of them.",
                       {{"result", "carried"}});
    to_.metrics_.count("file_bytes_total", "Bytes of files that were carried.", {},
                       static_cast<double>(e.bytes));
    if (to_.log_.writes(LogLevel::debug)) {
      to_.line(LogLevel::debug, "file_carried",
               {{"message", hash(e.ref.message.text())},
                {"user", hash(e.user.text())},
                {"bytes", std::to_string(e.bytes)}});
    }
  }
  void operator()(const sync::FileLeftOut& e) const {
    to_.metrics_.count("files_total", "Files of messages by what became of them.",
                       {{"result", name_of(e.trouble)}});
    const LogFields fields = {{"message", hash(e.ref.message.text())},
                              {"user", hash(e.user.text())},
                              {"trouble", name_of(e.trouble)},
                              {"why", e.why}};
    to_.line(LogLevel::warn, "file_left_out", fields);
    to_.keep("file_left_out", fields);
  }
  void operator()(const sync::UpstreamDown& e) const {
    to_.line(LogLevel::error, "upstream_down",
             with_error({{"upstream", name_of(e.upstream)}}, e.why));
    to_.keep("upstream_down", {{"upstream", name_of(e.upstream)}, {"error", e.why.text}});
  }
  void operator()(const sync::UpstreamBack& e) const {
    to_.line(LogLevel::info, "upstream_back", {{"upstream", name_of(e.upstream)}});
    to_.keep("upstream_back", {{"upstream", name_of(e.upstream)}});
  }
  void operator()(const sync::SubscriptionCreated& e) const {
    const LogFields fields = {{"subscription", hash(e.id.text())},
                              {"expires", format_iso8601(e.expires)}};
    to_.line(level_of(LogLevel::info, e.resource), "subscription_created", fields);
    to_.keep("subscription_created", fields);
  }
  void operator()(const sync::SubscriptionRenewed& e) const {
    to_.line(LogLevel::debug, "subscription_renewed",
             {{"subscription", hash(e.id.text())}, {"expires", format_iso8601(e.expires)}});
  }
  void operator()(const sync::SubscriptionLost& e) const {
    LogFields fields = {{"subscription", hash(e.id.text())}, {"why", e.why}};
    if (e.since) fields.emplace_back("since", format_iso8601(*e.since));
    to_.line(level_of(LogLevel::warn, e.resource), "subscription_lost", fields);
    to_.keep("subscription_lost", fields);
  }
  void operator()(const sync::SubscriptionFailed& e) const {
    to_.line(LogLevel::error, "subscription_failed", with_error({}, e.why));
    to_.keep("subscription_failed", {{"error", e.why.text}});
  }
  void operator()(const sync::SubscriptionRemoved& e) const {
    const LogFields fields = {{"subscription", hash(e.id.text())}, {"why", e.why}};
    to_.line(level_of(LogLevel::info, e.resource), "subscription_removed", fields);
    to_.keep("subscription_removed", fields);
  }
  void operator()(const sync::ChatLeftToSweeps& e) const {
    to_.line(LogLevel::debug, "chat_left_to_sweeps",
             with_error({{"chat", hash(e.chat.text())}}, e.why));
    to_.keep("chat_left_to_sweeps", {{"chat", hash(e.chat.text())}, {"error", e.why.text}});
  }
  void operator()(const sync::SubscribeKindChanged& e) const {
    const LogFields fields = {{"from", name_of(e.from)}, {"to", name_of(e.to)}};
    to_.line(LogLevel::warn, "subscribe_kind_changed", with_error(fields, e.why));
    to_.keep("subscribe_kind_changed", fields);
  }
  void operator()(const sync::CertificateMade& e) const {
    both("certificate_made", {{"certificate", e.id.text()}});
  }
  void operator()(const sync::LifecycleReceived& e) const {
    to_.metrics_.count("lifecycle_notifications_total", "Lifecycle notifications by event.",
                       {{"event", e.event}});
    to_.line(LogLevel::info, "lifecycle_received",
             {{"subscription", hash(e.id.text())}, {"lifecycle", e.event}});
  }
  void operator()(const sync::AccountConnected& e) const {
    both("account_connected", {{"user", hash(e.user.text())}});
  }
  void operator()(const sync::AccountDisconnected& e) const {
    both("account_disconnected", {{"user", hash(e.user.text())}, {"by", e.by}, {"why", e.why}});
  }
  void operator()(const sync::ConnectRefused& e) const {
    both("connect_refused", {{"user", hash(e.user.text())}, {"why", e.why}});
  }
  void operator()(const sync::TokenRefreshed& e) const {
    to_.metrics_.count("tokens_refreshed_total", "Token requests by result.",
                       {{"result", e.ok ? "ok" : "failed"}});
    if (e.ok) {
      to_.line(LogLevel::debug, "token_refreshed", {{"token", e.app_only ? "app" : "user"}});
    } else {
      to_.line(LogLevel::warn, "token_refresh_failed",
               with_error({{"token", e.app_only ? "app" : "user"}}, e.why));
    }
  }
  void operator()(const sync::AdministratorNeeded& e) const {
    to_.line(LogLevel::error, "administrator_needed",
             with_error({{"upstream", name_of(e.upstream)}}, e.why));
  }
  void operator()(const sync::StoreTrouble& e) const {
    to_.line(LogLevel::error, "store_trouble", with_error({{"where", e.where}}, e.why));
  }
  void operator()(const sync::NoticeFailed& e) const {
    to_.line(LogLevel::warn, "notice_failed",
             with_error({{"user", hash(e.user.text())}, {"notice", e.notice}}, e.why));
  }
  void operator()(const sync::MessageReconciled& e) const {
    to_.metrics_.count("reconciled_messages_total", "Messages that no webhook had announced.", {});
    if (to_.log_.writes(LogLevel::debug))
      to_.line(LogLevel::debug, "message_reconciled", to_.fields_of(e));
  }
  void operator()(const sync::SweepBegan& e) const {
    to_.line(LogLevel::info, "sweep_began",
             {{"trigger", name_of(e.trigger)}, {"accounts", std::to_string(e.accounts)}});
  }
  void operator()(const sync::SweepEnded& e) const {
    to_.metrics_.count(
        "sweeps_total", "Rounds of sweeps by cause and outcome.",
        {{"trigger", name_of(e.trigger)}, {"result", e.failed == 0 ? "ok" : "incomplete"}});
    both("sweep_ended", {{"trigger", name_of(e.trigger)},
                         {"accounts", std::to_string(e.accounts)},
                         {"failed", std::to_string(e.failed)},
                         {"chats", std::to_string(e.chats)},
                         {"unreadable", std::to_string(e.unreadable)},
                         {"requests", std::to_string(e.requests)},
                         {"found", std::to_string(e.found)},
                         {"promised", std::to_string(e.promised)},
                         {"summed_up", std::to_string(e.summed_up)},
                         {"took_ms", std::to_string(e.took.count())}});
  }
  void operator()(const sync::SweepFailed& e) const {
    LogFields fields = {{"user", hash(e.user.text())}};
    if (e.anew) fields.emplace_back("swept_anew_from", format_iso8601(*e.anew));
    warned("sweep_failed", with_error(std::move(fields), e.why));
  }
  void operator()(const sync::AllowanceWarning& e) const {
    warned("allowance_warning", {{"bucket", name_of(e.bucket)},
                                 {"percent", std::to_string(e.percent)},
                                 {"spent", std::to_string(e.spent)},
                                 {"cap", std::to_string(e.cap)}});
  }
  void operator()(const sync::BucketClosed& e) const {
    warned("allowance_closed", with_error({{"bucket", name_of(e.bucket)},
                                           {"reason", name_of(e.closing.why)},
                                           {"until", format_iso8601(e.closing.until)}},
                                          e.why));
  }
  void operator()(const sync::ClocksDiffer& e) const {
    warned("clocks_differ", {{"ahead_s", std::to_string(e.ahead.count() / 1000)}});
  }
  void operator()(const sync::AdministratorsTold& e) const {
    both("administrators_told", {{"bucket", name_of(e.bucket)},
                                 {"percent", std::to_string(e.percent)},
                                 {"people", std::to_string(e.people)}});
  }
  void operator()(const sync::AdministratorUnknown& e) const {
    // Of the configuration, not of the people who write: it has to be found there.
    to_.line(LogLevel::warn, "administrator_unknown",
             {{"setting", "mattermost.admins"}, {"username", e.username}, {"why", e.why}});
  }

 private:
  [[nodiscard]] std::string hash(const std::string& id) const { return to_.short_hash(id); }
  void both(const char* event, const LogFields& fields) const {
    to_.line(LogLevel::info, event, fields);
    to_.keep(event, fields);
  }
  void warned(const char* event, const LogFields& fields) const {
    to_.line(LogLevel::warn, event, fields);
    to_.keep(event, fields);
  }

  JournalWriter& to_;
};

JournalWriter::JournalWriter(Log& log, Metrics& metrics, const sync::Signer& signer,
                             sync::JournalStore& store, const sync::Clock& clock,
                             JournalPolicy policy)
    : log_(log),
      metrics_(metrics),
      signer_(signer),
      store_(store),
      clock_(clock),
      policy_(policy) {}

void JournalWriter::record(const sync::Event& event) {
  std::visit(Writer(*this), event);
}

std::string JournalWriter::short_hash(const std::string& id) const {
  constexpr std::size_t k_length = 8;
  return signer_.sign("log", id).substr(0, k_length);
}

void JournalWriter::line(LogLevel level, const char* event, const LogFields& fields) {
  log_.write(level, event, fields);
}

LogFields JournalWriter::fields_of(const sync::MessageReconciled& event) const {
  return {{"message", short_hash(event.ref.message.text())},
          {"chat", short_hash(event.ref.chat.text())},
          {"trigger", name_of(event.trigger)},
          {"written", format_iso8601(event.written)},
          {"cause", event.cause}};
}

JournalRecord JournalWriter::line_of(const sync::MessageReconciled& event) const {
  return record_of("message_reconciled", fields_of(event));
}

JournalRecord JournalWriter::record_of(const char* event, const LogFields& fields) const {
  JournalRecord record{clock_.now().wall, event, {}};
  for (const auto& [name, value] : fields) {
    record.detail +=
        (record.detail.empty() ? "" : " ") + std::string(name) + "=" + log_value(value);
  }
  return record;
}

void JournalWriter::keep(const char* event, const LogFields& fields) {
  JournalRecord record = record_of(event, fields);
  MutexLock lock(mutex_);
  waiting_.push_back(std::move(record));
  drop_excess();
}

void JournalWriter::drop_excess() {
  for (; waiting_.size() > policy_.most_waiting; waiting_.pop_front()) {
    metrics_.count("journal_dropped_total",
                   "Journal records that the store could not take in time.", {});
  }
}

sync::StepOutcome JournalWriter::flush(Moment now) {
  log_.tell_left_out();
  std::vector<sync::JournalRecord> batch;
  bool are_more = false;
  {
    MutexLock lock(mutex_);
    const auto end =
        waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(policy_.batch, waiting_.size()));
    std::move(waiting_.begin(), end, std::back_inserter(batch));
    waiting_.erase(waiting_.begin(), end);
    are_more = !waiting_.empty();
  }
  if (batch.empty()) return {false, now.steady + policy_.flush_every};
  if (const auto stored = store_.append(batch); !stored) {
    line(LogLevel::error, "store_trouble", with_error({{"where", "journal"}}, stored.error()));
    MutexLock lock(mutex_);
    waiting_.insert(waiting_.begin(), std::move_iterator(batch.begin()),
                    std::move_iterator(batch.end()));
    drop_excess();
    return {false, now.steady + policy_.flush_every};
  }
  return {are_more, are_more ? now.steady : now.steady + policy_.flush_every};
}

}  // namespace belfry::app
