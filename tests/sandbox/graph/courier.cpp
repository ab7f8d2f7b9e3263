#include "tests/sandbox/graph/courier.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/sandbox/time_text.h"

namespace belfry::sandbox {

namespace {

constexpr std::chrono::milliseconds k_wait_for_company{
    5};  // before a body is sent that could hold more

std::string_view name_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::created:
      return "created";
    case ChangeKind::updated:
      return "updated";
    case ChangeKind::deleted:
      break;
  }
  return "deleted";
}

/// What Graph says of rotations: the old certificate is needed while entries still name it.
SubscriptionPtr with_certificate_of(const Subscription& raised, SubscriptionPtr current) {
  if (raised.certificate.thumbprint == current->certificate.thumbprint &&
      raised.certificate_id == current->certificate_id)
    return current;
  auto out = std::make_shared<Subscription>(*current);
  out->certificate = raised.certificate;
  out->certificate_id = raised.certificate_id;
  return out;
}

WebRequest outgoing(const std::string& url, const std::string& body) {
  WebRequest out;
  out.method = "POST";
  const auto scheme = url.find("://");
  const auto slash = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  out.path = slash == std::string::npos ? "/" : url.substr(slash);
  out.body = body;
  return out;
}

}  // namespace

const std::string& url_of(const Notice& notice, const Subscription& subscription) {
  return notice.lifecycle_event.empty() ? subscription.notification_url
                                        : subscription.lifecycle_url;
}

Courier::Courier(SandboxClock& clock, SubscriptionBook& book, Sealer& sealer,
                 const Directory& directory, FaultPlan& faults, RequestLog& log,
                 SettingsSource settings)
    : clock_(clock),
      book_(book),
      sealer_(sealer),
      directory_(directory),
      faults_(faults),
      log_(log),
      settings_(std::move(settings)),
      timetable_(clock) {
  const int threads = std::max(1, settings_()->courier.threads);
  for (int i = 0; i < threads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

Courier::~Courier() {
  stop();
}

void Courier::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  wake_.notify_all();
  threads_.clear();
}

void Courier::submit(Notice notice) {
  const auto all = settings_();
  const CourierSettings& settings = all->courier;
  notice.raised_ms = clock_.now_ms();
  const bool lifecycle = !notice.lifecycle_event.empty();
  count(&WebhookStats::raised);

  if (!lifecycle) {
    EndpointHealth::Verdict verdict{};
    {
      const std::lock_guard lock(mutex_);
      verdict = health_[url_of(notice, *notice.subscription)].judge(notice.raised_ms, settings);
    }
    if (verdict == EndpointHealth::Verdict::drop) return count(&WebhookStats::dropped);
    if (verdict == EndpointHealth::Verdict::delay) {
      count(&WebhookStats::delayed);
      return enqueue_after(settings.penalty_ms, std::move(notice));
    }
  }

  std::int64_t delay = settings.latency_ms;
  if (settings.latency_jitter_ms > 0) {
    const std::lock_guard lock(mutex_);
    delay += std::uniform_int_distribution<std::int64_t>(0, settings.latency_jitter_ms)(dice_);
  }
  if (chance(settings.reorder_probability, settings.seed)) delay += settings.reorder_ms;
  if (chance(settings.duplicate_probability, settings.seed)) {
    count(&WebhookStats::duplicated);
    enqueue_after(delay, notice);
  }
  enqueue_after(delay, std::move(notice));
}

bool Courier::chance(double probability, std::uint64_t seed) {
  if (probability <= 0) return false;
  const std::lock_guard lock(mutex_);
  if (dice_seed_ != seed) {
    dice_seed_ = seed;
    dice_.seed(seed);
  }
  return std::uniform_real_distribution<double>(0, 1)(dice_) < probability;
}

void Courier::enqueue(Notice notice) {
  const std::lock_guard lock(mutex_);
  ready_[url_of(notice, *notice.subscription)].push_back(std::move(notice));
  wake_.notify_one();
}

void Courier::enqueue_after(std::int64_t delay_ms, Notice notice) {
  count(&WebhookStats::waiting);
  if (delay_ms <= 0) return enqueue(std::move(notice));
  // A function object must be copyable, and a notice should not be copied.
  auto shared = std::make_shared<Notice>(std::move(notice));
  timetable_.after(std::chrono::milliseconds{delay_ms},
                   [this, shared] { enqueue(std::move(*shared)); });
}

void Courier::work(const std::stop_token& stop) {
  WebhookClient client(settings_()->courier.ca_file);
  while (!stop.stop_requested()) {
    Batch batch;
    std::shared_ptr<const GraphSettings> settings;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [&] { return !ready_.empty(); })) return;
      settings = settings_();
      // The endpoints take turns, so that a dead one does not hold up the others.
      auto turn = ready_.upper_bound(last_url_);
      if (turn == ready_.end()) turn = ready_.begin();
      last_url_ = turn->first;
      const auto most = static_cast<std::size_t>(std::max(1, settings->courier.batch_limit));
      if (most > 1) {
        const std::string url = turn->first;
        wake_.wait_for(lock, stop, k_wait_for_company, [&] {
          const auto queue = ready_.find(url);
          return queue == ready_.end() || queue->second.size() >= most;
        });
        turn = ready_.find(url);
        if (turn == ready_.end()) continue;
      }
      while (!turn->second.empty() && batch.size() < most) {
        batch.push_back(std::move(turn->second.front()));
        turn->second.pop_front();
      }
      if (turn->second.empty()) ready_.erase(turn);
      // The one woken for the rest may have been a thread that waits for company.
      if (!ready_.empty()) wake_.notify_one();
    }
    deliver(client, std::move(batch), settings->courier);
  }
}

Courier::Batch Courier::sendable(Batch batch) {
  const std::int64_t now = clock_.now_ms();
  Batch out;
  for (Notice& notice : batch) {
    if (!notice.lifecycle_event.empty()) {
      out.push_back(std::move(notice));
      continue;
    }
    const SubscriptionPtr current = book_.find(notice.subscription->id, now);
    if (!current) {
      count(&WebhookStats::orphaned);
      settle(1);
    } else if (current->access_until_ms <= now) {
      hold(current->id, std::move(notice));
    } else {
      notice.subscription = with_certificate_of(*notice.subscription, current);
      out.push_back(std::move(notice));
    }
  }
  return out;
}

void Courier::deliver(WebhookClient& client, Batch batch, const CourierSettings& settings) {
  batch = sendable(std::move(batch));
  if (batch.empty()) return;
  const std::string url = url_of(batch.front(), *batch.front().subscription);
  const bool retried =
      std::any_of(batch.begin(), batch.end(), [](const Notice& n) { return n.attempts > 0; });
  const std::string_view operation =
      batch.front().lifecycle_event.empty() ? "webhook.changes" : "webhook.lifecycle";
  const std::string body = render(batch, settings);
  const WebRequest request = outgoing(url, body);
  const auto fault = faults_.take(request, operation);
  const FaultAction action = fault ? fault->action : FaultAction::none;
  if (fault && fault->delay_before.count() > 0) std::this_thread::sleep_for(fault->delay_before);
  if (action == FaultAction::drop) {
    count(&WebhookStats::lost, batch.size());
    return settle(batch.size());
  }

  const auto deadline =
      patience(retried ? settings.retry_answer_deadline_ms : settings.answer_deadline_ms, settings);
  const auto very_slow = patience(settings.retry_answer_deadline_ms, settings);
  WebhookClient::Answer answer;
  if (action == FaultAction::answer)
    answer.status = fault->status;
  else
    answer = client.post(url, "application/json", body, very_slow, action);
  if (action == FaultAction::work_twice || action == FaultAction::answer_twice) {
    count(&WebhookStats::duplicated, batch.size());
    (void)client.post(url, "application/json", body, very_slow);
  }
  count(&WebhookStats::requests);
  log_.add(request, operation, answer.status, fault.has_value());

  if (answer.status != 0 || answer.timed_out) {
    auto speed = EndpointHealth::Speed::fast;
    if (answer.timed_out || answer.took > very_slow)
      speed = EndpointHealth::Speed::very_slow;
    else if (answer.took > patience(settings.answer_deadline_ms, settings))
      speed = EndpointHealth::Speed::slow;
    const std::lock_guard lock(mutex_);
    if (speed != EndpointHealth::Speed::fast) ++stats_.answers_slow;
    if (speed == EndpointHealth::Speed::very_slow) ++stats_.answers_very_slow;
    health_[url].record(clock_.now_ms(), speed, settings);
  }
  if (answer.status >= 200 && answer.status < 300 && answer.took <= deadline) {
    count(&WebhookStats::delivered, batch.size());
    return settle(batch.size());
  }
  for (Notice& notice : batch) put_back(std::move(notice), settings);
}

void Courier::put_back(Notice notice, const CourierSettings& settings) {
  const std::int64_t doublings = std::min(notice.attempts, 30);
  const std::int64_t gap =
      std::min(settings.first_retry_gap_ms << doublings, settings.longest_retry_gap_ms);
  ++notice.attempts;
  const bool over = clock_.now_ms() + gap - notice.raised_ms > settings.give_up_after_ms;
  // Counted when it waits: who has seen the count can move the clock.
  if (!over) enqueue_after(gap, std::move(notice));
  count(over ? &WebhookStats::given_up : &WebhookStats::retries);
  settle(1);
}

std::chrono::nanoseconds Courier::patience(std::int64_t simulated_ms,
                                           const CourierSettings& settings) const {
  const std::chrono::milliseconds simulated{simulated_ms};
  if (clock_.scale() <= 0) return simulated;  // time stands still, but an answer takes its time
  const double share =
      static_cast<double>(simulated_ms) / static_cast<double>(settings.answer_deadline_ms);
  const std::chrono::nanoseconds least{static_cast<std::int64_t>(
      static_cast<double>(settings.minimum_patience_real_ms) * 1e6 * share)};
  return std::max(clock_.real(simulated), std::min<std::chrono::nanoseconds>(least, simulated));
}

void Courier::hold(const std::string& subscription, Notice notice) {
  {
    const std::lock_guard lock(mutex_);
    ++stats_.held;
    held_[subscription].push_back(std::move(notice));
  }
  settle(1);
}

void Courier::release(const std::string& subscription) {
  std::vector<Notice> notices;
  {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(subscription);
    if (found == held_.end()) return;
    notices = std::move(found->second);
    stats_.held -= notices.size();
    held_.erase(found);
  }
  for (Notice& notice : notices) enqueue_after(0, std::move(notice));
}

void Courier::sweep(std::int64_t now_ms) {
  const std::int64_t oldest = now_ms - settings_()->held_back_ms;
  const std::lock_guard lock(mutex_);
  for (auto& [id, notices] : held_) {
    const std::size_t gone =
        std::erase_if(notices, [&](const Notice& n) { return n.raised_ms < oldest; });
    stats_.held -= gone;
    stats_.held_too_long += gone;
  }
}

std::string Courier::render(const Batch& batch, const CourierSettings& settings) {
  std::string out = R"({"value":[)";
  bool rich = false;
  Damage damage = Damage::none;
  for (const Notice& notice : batch) {
    if (out.back() != '[') out += ',';
    out += render_entry(notice, *notice.subscription, settings);
    rich = rich || notice.resource != nullptr;
    if (damage == Damage::none) damage = notice.damage;
  }
  out += ']';
  const std::string tokens = rich ? sealer_.validation_tokens(settings, damage) : "";
  if (!tokens.empty()) out += R"(,"validationTokens":)" + tokens;
  return out + "}";
}

std::string Courier::render_entry(const Notice& notice, const Subscription& subscription,
                                  const CourierSettings& settings) {
  const Damage damage = notice.damage;
  std::string out = fmt::format(
      R"({{"subscriptionId":"{}","subscriptionExpirationDateTime":"{}","tenantId":"{}","clientState":{})",
      damage == Damage::unknown_subscription ? random_guid() : subscription.id,
      time_text_with_offset(subscription.expires_ms, settings.offset_minutes),
      damage == Damage::foreign_tenant ? random_guid() : directory_.tenant_id(),
      damage == Damage::wrong_client_state ? R"("not what was agreed")"
      : subscription.client_state.empty()  ? "null"
                                           : json_string(subscription.client_state));
  if (!notice.lifecycle_event.empty())
    return out + fmt::format(R"(,"lifecycleEvent":"{}"}})", notice.lifecycle_event);
  const WorldChange& change = notice.change;
  const bool is_of_message = !change.message.empty();
  std::string path = fmt::format("chats('{}')", change.chat);
  if (is_of_message) path += fmt::format("/messages('{}')", change.message);
  const std::string place = json_string(path);
  out += fmt::format(
      R"(,"changeType":"{}","resource":{},"resourceData":{{"id":"{}","@odata.type":"#Microsoft.Graph.{}","@odata.id":{}}})",
      name_of(change.kind), place, is_of_message ? change.message : change.chat,
      is_of_message ? "chatMessage" : "chat", place);
  if (notice.resource && damage != Damage::no_content)
    out += R"(,"encryptedContent":)" +
           sealer_.encrypt(*notice.resource, subscription, settings, damage);
  return out + "}";
}

WebhookStats Courier::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

EndpointHealth::State Courier::health(const std::string& url) const {
  const std::lock_guard lock(mutex_);
  const auto found = health_.find(url);
  return found == health_.end() ? EndpointHealth::State::normal : found->second.state();
}

bool Courier::wait_until_quiet(std::chrono::milliseconds real_limit) {
  std::unique_lock lock(mutex_);
  return quiet_.wait_for(lock, real_limit, [&] { return stats_.waiting == 0; });
}

void Courier::count(std::uint64_t WebhookStats::*counter, std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  stats_.*counter += by;
}

void Courier::settle(std::size_t entries) {
  const std::lock_guard lock(mutex_);
  stats_.waiting -= entries;
  if (stats_.waiting == 0) quiet_.notify_all();
}

}  // namespace belfry::sandbox
