#include "sync/allowance_notices.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sync/policy/allowance_words.h"

namespace belfry::sync {
namespace {

/// The first errand whose turn it is; `next` learns when the others' will be.
template <class Errands>
auto* first_due(Errands& errands, Instant now, std::optional<Instant>& next) {
  for (auto& errand : errands) {
    if (errand.is_done) continue;
    if (errand.due <= now) return &errand;
    next = std::min(next.value_or(errand.due), errand.due);
  }
  return static_cast<typename Errands::value_type*>(nullptr);
}

}  // namespace

AllowanceNotices::AllowanceNotices(Ports ports, UpstreamGate& gate, AllowanceNoticePolicy policy)
    : store_(ports.store),
      server_time_(ports.server_time),
      mattermost_(ports.mattermost),
      signer_(ports.signer),
      random_(ports.random),
      journal_(ports.journal),
      gate_(gate),
      policy_(std::move(policy)) {
  for (const std::string& name : policy_.administrators)
    administrators_.push_back({name, {}, {}, false});
  first_look_ = one_for_each();
}

StepOutcome AllowanceNotices::step(Moment now) {
  if (administrators_.empty()) return {false, now.steady + policy_.look_every};
  if (const auto reviewed = review(month_of(server_time_.at(now))); !reviewed)
    return store_failed(reviewed.error(), now);
  store_failures_ = 0;
  std::optional<Instant> next = now.steady + policy_.look_every;
  for (const auto& [bucket, notice] : notices_) {
    const bool is_over = std::all_of(notice.errands.begin(), notice.errands.end(),
                                     [](const Errand& errand) { return errand.is_done; });
    if (is_over) return finish(notice, now);
  }
  if (Errand* const errand = first_due(first_look_, now.steady, next)) {
    if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
    const StepOutcome looked = look_up(*errand, now);
    if (!administrators_[errand->administrator].user.empty()) errand->is_done = true;
    return looked;
  }
  for (auto& [bucket, notice] : notices_) {
    Errand* const errand = first_due(notice.errands, now.steady, next);
    if (errand == nullptr) continue;
    if (const auto closed = gate_.closed_until(now.steady)) return {false, *closed};
    return go(notice, *errand, now);
  }
  return {false, *next};
}

std::vector<AllowanceNotices::Errand> AllowanceNotices::one_for_each() const {
  std::vector<Errand> errands(administrators_.size());
  for (std::size_t i = 0; i < errands.size(); ++i) errands[i].administrator = i;
  return errands;
}

Result<> AllowanceNotices::review(Month month) {
  for (const Bucket bucket : k_buckets) {
    const auto spending = store_.spending(bucket, month);
    if (!spending) return fail(spending.error());
    const auto known = notices_.find(bucket);
    const bool is_known = known != notices_.end() &&
                          known->second.spending.month == spending->month &&
                          known->second.percent == spending->warned_percent;
    if (spending->warned_percent <= spending->told_percent) {
      notices_.erase(bucket);
    } else if (!is_known) {
      notices_[bucket] = Notice{*spending, spending->warned_percent, one_for_each()};
    }
  }
  return {};
}

StepOutcome AllowanceNotices::look_up(Errand& errand, Moment now) {
  Administrator& person = administrators_[errand.administrator];
  const auto user =
      through(gate_, now.steady, [&] { return mattermost_.user_by_name(person.username); });
  if (!user && user.error().kind != ErrorKind::gone) return failed(errand, user.error(), now);
  errand.failures = 0;
  if (!user) {
    unknown(errand, "nobody in Mattermost has this user name");
  } else if (!user->is_active) {
    unknown(errand, "this user is deactivated");
  } else {
    person.user = user->id;
  }
  return {true, now.steady};
}

StepOutcome AllowanceNotices::go(const Notice& notice, Errand& errand, Moment now) {
  Administrator& person = administrators_[errand.administrator];
  if (person.user.empty()) return look_up(errand, now);
  if (!person.channel.empty())
    return errand.search.is_over ? tell(notice, errand, now) : look_for(notice, errand, now);
  const auto channel =
      through(gate_, now.steady, [&] { return mattermost_.direct_channel(person.user); });
  if (!channel) return failed(errand, channel.error(), now);
  person.channel = *channel;
  return {true, now.steady};
}

StepOutcome AllowanceNotices::look_for(const Notice& notice, Errand& errand, Moment now) {
  MarkSearch& search = errand.search;
  const auto page = through(gate_, now.steady, [&] {
    return mattermost_.posts_page(administrators_[errand.administrator].channel, search.next_page);
  });
  if (!page) return failed(errand, page.error(), now);
  const auto* found = search.look_through(*page, mark_of(notice, errand),
                                          begin_of(notice.spending.month), policy_.most_pages);
  if (found != nullptr) errand.is_done = true;
  return {true, now.steady};
}

StepOutcome AllowanceNotices::tell(const Notice& notice, Errand& errand, Moment now) {
  AllowanceFacts facts;
  facts.spending = notice.spending;
  facts.cap = policy_.cap;
  facts.percent = notice.percent;
  facts.now = server_time_.at(now);
  facts.incident_percent = policy_.incident_percent;
  facts.exhausted_interval = policy_.exhausted_interval;
  const auto posted = through(gate_, now.steady, [&] {
    return mattermost_.create_post({administrators_[errand.administrator].channel,
                                    Content{allowance_words(facts)},
                                    mark_of(notice, errand),
                                    {}});
  });
  // Whatever came of it: the next look begins anew.
  errand.search = {};
  if (!posted) return failed(errand, posted.error(), now);
  errand.is_done = true;
  return {true, now.steady};
}

StepOutcome AllowanceNotices::finish(const Notice& notice, Moment now) {
  const Spending& spending = notice.spending;
  if (const auto told = store_.mark_told(spending.bucket, spending.month, notice.percent); !told)
    return store_failed(told.error(), now);
  const auto people = std::count_if(
      administrators_.begin(), administrators_.end(),
      [](const Administrator& administrator) { return !administrator.channel.empty(); });
  journal_.record(
      AdministratorsTold{spending.bucket, notice.percent, static_cast<std::size_t>(people)});
  return {true, now.steady};
}

void AllowanceNotices::unknown(Errand& errand, const std::string& why) {
  Administrator& person = administrators_[errand.administrator];
  errand.is_done = true;
  if (std::exchange(person.was_named_unknown, true)) return;
  journal_.record(AdministratorUnknown{person.username, why});
}

StepOutcome AllowanceNotices::failed(Errand& errand, const Error& error, Moment now) {
  const Administrator& person = administrators_[errand.administrator];
  journal_.record(NoticeFailed{person.user, "allowance, to " + person.username, error});
  // What will never work is not tried for ever.
  if (!is_retryable(error.kind)) errand.is_done = true;
  errand.due = now.steady + delay_after(error, errand.failures++, policy_.retry, random_);
  return {true, now.steady};
}

StepOutcome AllowanceNotices::store_failed(const Error& error, Moment now) {
  journal_.record(StoreTrouble{"allowance notices", error});
  return {false, now.steady + delay_after(error, store_failures_++, policy_.retry, random_)};
}

BelfryRef AllowanceNotices::mark_of(const Notice& notice, const Errand& errand) const {
  const Spending& spending = notice.spending;
  return BelfryRef{signer_.sign(
      "allowance notice",
      administrators_[errand.administrator].user.text() + " " + name_of(spending.bucket) + " " +
          format_iso8601(begin_of(spending.month)) + " " + std::to_string(notice.percent))};
}

}  // namespace belfry::sync
