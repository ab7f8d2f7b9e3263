#include "tests/sim/oracle.h"

#include <algorithm>

// What must hold at every step.
namespace belfry::sim {
namespace {

const std::string k_words = "said";
const std::string k_topic = "topic";
const std::string k_injected = "injected";

/// Whose direct messages these are: by the names that a world gives.
TeamsUserId person_of(const ChannelId& channel) {
  const std::string& name = channel.text();
  return TeamsUserId{"teams" + name.substr(name.rfind('-'))};
}

}  // namespace

void Oracle::broken(const std::string& what) {
  if (verdict_.empty()) verdict_ = what;
}

void Oracle::acknowledged(const Notification& notification) {
  acknowledged_.emplace(notification.ref, notification.kind);
  if (notification.kind == ChangeKind::edited) {
    // Rich or not, the version that it spoke of is the one that was there when it was sent.
    std::size_t& version = acknowledged_version_[notification.ref];
    if (notification.resource && notification.resource->data != "deleted")
      version = std::max<std::size_t>(version, std::stoul(notification.resource->data));
  }
  if (SubscriptionBook::is_metered(notification.subscription))
    metered_.emplace(notification.subscription, notification.ref);
}

void Oracle::check_memory() {
  for (const auto& [ref, kind] : acknowledged_) {
    // What is deleted may be told once it is back: then its announcement is no repetition.
    if (kind == ChangeKind::created && sight_.company.said().at(ref).deleted) continue;
    if (kind != ChangeKind::edited && !sight_.store.has_seen(ref, kind))
      return broken("acknowledged and forgotten: " + ref.message.text());
  }
}

void Oracle::recorded(const sync::Event& event) {
  if (const auto* done = std::get_if<sync::ChangeDone>(&event)) {
    const bool was_planned =
        done->result == sync::ChangeResult::planned || done->result == sync::ChangeResult::nobody;
    if (was_planned && done->kind == ChangeKind::created) sight_.audience.planned(done->ref);
    const bool is_forgotten = done->result == sync::ChangeResult::gone ||
                              done->result == sync::ChangeResult::foreign ||
                              done->result == sync::ChangeResult::forged;
    if (is_forgotten && done->kind == ChangeKind::created) {
      // Announced and not there: on purpose it is forgotten, by whom it was announced too.
      acknowledged_.erase({done->ref, done->kind});
      forgotten_ += std::max<std::size_t>(sight_.accounts.size(), 1);
    }
  }
  const auto* failed = std::get_if<sync::SweepFailed>(&event);
  const bool is_damaged = failed != nullptr && failed->why.kind == ErrorKind::damaged;
  if (is_damaged && !clock_was_set_ && !failed->why.text.starts_with(k_injected))
    broken("how far somebody was swept is taken for damaged: " + failed->why.text);
  const auto* ended = std::get_if<sync::AccountDisconnected>(&event);
  if (ended == nullptr || ended->by == "user") return;
  const auto account = sight_.store.account(ended->user);
  if (!account || !account->has_value() || !sight_.entra.ended_at((*account)->teams_user))
    broken("disconnected without a reason: " + ended->user.text());
}

void Oracle::posting(const sync::PostRequest& request) {
  if (request.mark.empty() || !request.root.empty()) return;
  const std::string channel = request.channel.text();
  const MattermostUserId user{channel.substr(channel.find('-') + 1)};
  const std::vector<OutboxEntry> lane = sight_.store.lane(user);
  const auto leaving = std::find_if(lane.begin(), lane.end(), [&](const OutboxEntry& entry) {
    return entry.planned.mark == request.mark;
  });
  if (leaving == lane.end()) return;  // a notice of our own
  if (!leaving->attempting_since)
    broken("a post left that the store does not know to be under way");
  const MessageRef& ref = leaving->planned.key.ref;
  for (const OutboxEntry& waiting : lane) {
    const DeliveryKey& key = waiting.planned.key;
    if (tells_of_new(key.kind) && key.ref.chat == ref.chat && key.ref.message < ref.message)
      broken("posted before an older one of its chat: " + ref.message.text());
  }
}

void Oracle::check() {
  check_new_posts();
  check_allowance();
  if (std::exchange(cursors_have_moved_, false)) check_watermarks();
}

void Oracle::check_new_posts() {
  for (; checked_posts_ < sight_.mattermost.posts().size(); ++checked_posts_) {
    const SimMattermost::Post& post = sight_.mattermost.posts()[checked_posts_];
    if (post.text.find("forged") != std::string::npos) broken("a forged message was posted");
    const auto begin = post.text.find(k_words);
    if (begin == std::string::npos) continue;
    const std::string words = post.text.substr(begin, post.text.find('v', begin) - begin);
    if (!post.root.empty()) {
      check_reply(post, words);
      continue;
    }
    const auto [place, is_first] =
        posts_by_words_.emplace(post.channel.text() + "/" + words, checked_posts_);
    if (!is_first) broken("posted twice: " + words + " in " + post.channel.text());
    const auto* said = sight_.company.find(MessageId{words.substr(k_words.size())});
    if (said == nullptr) return broken("nobody said it: " + words);
    check_reader(post, *said);
    check_files(post, *said);
  }
}

void Oracle::check_reply(const SimMattermost::Post& post, const std::string& words) {
  const std::string key = post.channel.text() + "/" + words;
  const auto first = posts_by_words_.find(key);
  const bool is_beside =
      first != posts_by_words_.end() && sight_.mattermost.posts()[first->second].id == post.root;
  if (!is_beside) return broken("an edit beside another message's post: " + words);
  const std::size_t version =
      std::stoul(post.text.substr(post.text.find(words) + words.size() + 1));
  if (version <= std::exchange(versions_beside_[key], version))
    broken("an edit told twice: " + words);
}

void Oracle::check_reader(const SimMattermost::Post& post, const SimCompany::Said& said) {
  const std::string& message = said.ref.message.text();
  if (!sight_.audience.may_be_told(said, person_of(post.channel)))
    broken("told to somebody whom it does not concern: " + message + " in " + post.channel.text());
  const auto topic = post.text.find(k_topic);
  if (topic == std::string::npos) return broken("told without its chat's topic: " + message);
  if (!sight_.audience.may_be_topic(said, std::stoul(post.text.substr(topic + k_topic.size()))))
    broken("told with an old topic: " + message);
}

void Oracle::check_files(const SimMattermost::Post& post, const SimCompany::Said& said) {
  const std::string& message = said.ref.message.text();
  const std::string address = SimFiles::address_of(said.ref);
  const bool is_named = post.text.find("📎") != std::string::npos;
  if (address.empty()) {
    if (is_named || !post.files.empty()) broken("a file that nobody sent: " + message);
    return;
  }
  if (post.files.empty() != is_named) broken("a file neither carried nor named: " + message);
  for (const FileId& file : post.files) {
    if (!files_posted_.insert(file).second) broken("one file in two posts: " + message);
    if (sight_.files.content_of(file) != SimFiles::content_at(address))
      broken("a file that is not whole: " + message);
  }
}

void Oracle::check_allowance() {
  if (sight_.plan.limits.allowance.model != sync::PaymentModel::evaluation) return;
  if (sight_.graph.was_overrun()) broken("a metered request that the month had no room for");
  const Month month = month_of(sight_.clock.now().wall);
  const auto exports = sight_.store.spending(Bucket::exports, month);
  if (exports->spent > sight_.plan.limits.allowance.evaluation_cap)
    broken("more was spent than the cap");
  if (sight_.graph.charged(month) > exports->spent)
    broken("Graph has counted what was not reserved");
  std::uint64_t announced = 0;
  for (const Month each : {month - std::chrono::months{1}, month})
    announced += sight_.store.spending(Bucket::notifications, each)->spent;
  if (announced < metered_.size()) broken("a metered notification was not counted");
  if (announced > sight_.courier.metered() + sight_.courier.forged() + forgotten_)
    broken("more notifications were counted than Graph sent");
}

void Oracle::check_watermarks() {
  for (const auto& [person, user] : sight_.accounts) {
    const auto account = sight_.store.account(user);
    const auto cursors = sight_.store.cursors(user);
    if (!account || !account->has_value() || !cursors) continue;
    WallTime& checked = checked_to_[user];
    const auto furthest =
        std::max_element(cursors->begin(), cursors->end(),
                         [](const auto& a, const auto& b) { return a.watermark < b.watermark; });
    if (furthest == cursors->end() || furthest->watermark <= checked) continue;
    // By the world's clock, whatever the service's machine believes.
    if (furthest->watermark > std::max(sight_.clock.now().wall, (*account)->connected_at))
      broken("swept up to a time that is yet to come: " + user.text());
    for (const ChatId& chat : sight_.company.chats_of(person)) {
      const auto& said = sight_.company.chats().at(chat).said;
      for (auto at = said.rbegin(); at != said.rend(); ++at) {
        if ((*at)->created + std::chrono::minutes{5} < checked) break;
        if (must_be_swept(**at, **account, *furthest) && sight_.audience.has_seen(**at, person))
          broken("the watermark is ahead of the inbox: " + (*at)->ref.message.text() + " in " +
                 (*at)->ref.chat.text());
      }
    }
    checked = furthest->watermark;
  }
}

bool Oracle::must_be_swept(const SimCompany::Said& said, const Account& account,
                           const SweepCursor& cursor) const {
  // Lists show nothing of the very millisecond in which they are made.
  if (said.listed + Duration{1} >= cursor.watermark || said.created < account.connected_at)
    return false;
  if (said.is_event || said.deleted || account.state != Account::State::connected) return false;
  return !sight_.store.has_seen(said.ref, ChangeKind::created);
}

}  // namespace belfry::sim
