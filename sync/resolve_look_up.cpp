#include <algorithm>
#include <utility>

#include "sync/policy/one_on_one.h"
#include "sync/resolve.h"

/// What resolving asks of the store: whom a change may concern.
namespace belfry::sync {
namespace {

bool has_names(const Chat& chat) {
  return !chat.topic.empty() ||
         std::any_of(chat.members.begin(), chat.members.end(),
                     [](const Member& member) { return !member.display_name.empty(); });
}

/// Of those for whom `look_up` finds one.
template <class Ids, class LookUp>
Result<std::vector<Account>> found_among(const Ids& ids, LookUp&& look_up) {
  std::vector<Account> found;
  for (const auto& id : ids) {
    Result<std::optional<Account>> account = look_up(id);
    if (!account) return fail(account.error());
    if (account->has_value()) found.push_back(std::move(**account));
  }
  return found;
}

}  // namespace

Result<> Resolve::look_up(const Change& change, ResolveKnown& known, Moment now) {
  const auto cached = store_.cached_chat(change.ref.chat);
  if (!cached) return fail(cached.error());
  std::vector<TeamsUserId> people;
  if (const auto pair = people_of_one_on_one(change.ref.chat)) {
    people = {pair->first, pair->second};
    known.is_concern_certain = true;
  } else if (cached->has_value()) {
    people = people_of(**cached);
  }
  const auto members = accounts_of(people);
  if (!members) return fail(members.error());
  if (cached->has_value()) {
    const Duration lives = members->empty() ? policy_.empty_chat_lives : policy_.chat_lives;
    const Duration age = now.wall - (*cached)->fetched_at;
    // A clock that went back makes an age negative: then nothing is known of it. Of what concerned
    // nobody only the ids were kept: who has connected since is told with the names.
    const bool is_known = members->empty() || has_names(**cached);
    if (age >= Duration{0} && age < lives && is_known) known.chat = **cached;
  }
  known.accounts = *members;
  if (!known.is_concern_certain) {
    // Perhaps its members are not known, or have changed: the app may not see it, these people do.
    if (!change.shown_to.empty()) known.witnesses.push_back({change.shown_to});
    for (MattermostUserId& person : chats_.people_of(change.ref.chat))
      known.witnesses.push_back({std::move(person)});
  }
  if (change.missed) {
    known.message.emplace();  // stands for all of them
    known.message->ref = change.ref;
    known.message->created = change.missed->last;
  }
  if (change.kind == ChangeKind::created)
    chats_.note_message(change.ref.chat, from_epoch_ms(static_cast<std::int64_t>(
                                             creation_order(change.ref.message, change.received))));
  if (is_later_change(change.kind)) {
    if (const auto told = look_up_told(change, known); !told) return told;
  }
  known.store_was_asked = true;
  return {};
}

Result<std::vector<Account>> Resolve::accounts_of(const std::vector<TeamsUserId>& people) {
  return found_among(people,
                     [this](const TeamsUserId& person) { return accounts_.account_of(person); });
}

Result<> Resolve::look_up_told(const Change& change, ResolveKnown& known) {
  // First those who wait: whoever is delivered meanwhile is found by the second reading. Of all who
  // have a lane, since who the members are may have been forgotten since.
  const auto waiting = store_.waiting_for(
      change.ref, creation_order(change.ref.message, change.received), agenda_.lanes());
  if (!waiting) return fail(waiting.error());
  const auto deliveries = store_.deliveries_of(change.ref);
  if (!deliveries) return fail(deliveries.error());
  std::vector<MattermostUserId> told;
  for (const Delivery& delivery : *deliveries) {
    told.push_back(delivery.recipient);
    if (delivery.is_buried()) known.buried.insert(delivery.recipient);
    if (delivery.shows == PostShows::deleted && delivery.turned)
      known.deleted_for[delivery.recipient] = *delivery.turned;
  }
  for (const MattermostUserId& user : *waiting) {
    if (std::find(told.begin(), told.end(), user) == told.end()) told.push_back(user);
  }
  auto accounts =
      found_among(told, [this](const MattermostUserId& user) { return accounts_.account(user); });
  if (!accounts) return fail(accounts.error());
  known.accounts = *std::move(accounts);
  if (known.accounts.empty()) return {};
  const auto withdrawn = store_.was_withdrawn(change.ref);
  if (!withdrawn) return fail(withdrawn.error());
  known.was_withdrawn = *withdrawn;
  return {};
}

}  // namespace belfry::sync
