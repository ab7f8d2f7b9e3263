#include "sync/plan.h"

#include <algorithm>
#include <map>
#include <string>

#include "sync/plan_files.h"
#include "sync/policy/mark.h"
#include "sync/render/render.h"

namespace belfry::sync {
namespace {

std::uint64_t order_of(WallTime time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(to_epoch_ms(time), 0));
}

/// Teams' time of the change. A message's id holds its milliseconds, which rich notifications cut
/// off.
std::uint64_t due_order_of(const ResolvedChange& change, WallTime now) {
  switch (change.kind) {
    case ChangeKind::created:
    case ChangeKind::summary:
      return creation_order(change.ref.message, change.message.created);
    case ChangeKind::edited: {
      const Message& message = change.message;
      const WallTime edited = message.edited.value_or(message.modified);
      // What hides a text or brings it back moves lastModifiedDateTime only.
      const bool turns = change.was_withdrawn || message.policy_notice;
      return order_of(turns ? std::max(message.modified, edited) : edited);
    }
    case ChangeKind::deleted:
      return order_of(change.message.deleted.value_or(now));
    case ChangeKind::chat:
      break;
  }
  return 0;
}

PostShows shows_of(const ResolvedChange& change) {
  if (change.kind == ChangeKind::deleted) return PostShows::deleted;
  return change.message.policy_notice ? PostShows::withheld : PostShows::message;
}

MissedMessages told_of(const Account& reader, const ResolvedChange& change,
                       const ReadMarks& read_to) {
  if (!change.missed) return {};
  const auto mark = read_to.find(reader.user);
  return missed_by(reader, *change.missed, mark == read_to.end() ? std::nullopt : mark->second,
                   change.chat);
}

Content text_of(const ResolvedChange& change, const MissedMessages& missed,
                const render::RenderContext& context) {
  switch (change.kind) {
    case ChangeKind::created:
    case ChangeKind::edited:
      return render::render_message(change.message, change.chat, context);
    case ChangeKind::deleted:
      return render::render_deletion(change.chat, context);
    case ChangeKind::summary:
      return render::render_summary(missed, change.chat, context);
    case ChangeKind::chat:
      break;
  }
  return {};
}

}  // namespace

std::vector<PlannedDelivery> plan_deliveries(const ResolvedChange& change, const Audience& audience,
                                             WallTime now, const PlanPolicy& policy,
                                             const Signer& signer) {
  render::RenderContext context;
  context.message_link = render::message_link(policy.teams_link_host, change.ref, policy.tenant);
  context.catalogue = policy.catalogue;
  context.snippets = change.snippets;
  context.now = now;
  for (const Account& member : audience.members)
    context.usernames[member.teams_user] = member.username;

  // An edit is of the post that is there: its files stay, its text names them as before.
  const bool shows_message =
      change.kind == ChangeKind::created || change.kind == ChangeKind::edited;
  std::map<std::string, FilePlan> plans;  // by language: they hold words of ours
  const std::uint64_t due_order = due_order_of(change, now);
  std::vector<PlannedDelivery> deliveries;
  for (const Account& account : audience.told) {
    context.reader = account.teams_user;
    context.language = account.reading.locale;
    context.utc_offset = [&](WallTime at) {
      return policy.zones == nullptr ? std::nullopt
                                     : policy.zones->offset_at(account.reading.time_zone, at);
    };
    context.max_post_runes = policy.max_post_runes;
    const auto [known, is_first] = plans.try_emplace(context.language);
    FilePlan& plan = known->second;
    if (is_first && shows_message) plan = plan_files(change.message, context);
    for (const PlannedFile& file : plan.files) context.carried.insert(file.id.reveal());
    // Even where ten names without links fill more than half, there is room for the first line.
    context.max_post_runes -= std::min(plan.notice_runes, context.max_post_runes / 4 * 3);
    PlannedDelivery delivery;
    delivery.key = {account.user, due_order, change.ref, change.kind};
    delivery.text = text_of(change, told_of(account, change, audience.read_to), context);
    delivery.mark = mark_of(delivery.key, signer);
    delivery.said_at = from_epoch_ms(static_cast<std::int64_t>(due_order));
    delivery.edited = change.message.edited;
    delivery.source = change.source;
    delivery.files = plan.files;
    delivery.language = context.language;
    delivery.shows = shows_of(change);
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

}  // namespace belfry::sync
