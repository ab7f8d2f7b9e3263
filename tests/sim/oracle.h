#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/model/notification.h"
#include "sync/port/journal.h"
#include "tests/sim/audience.h"
#include "tests/sim/courier.h"
#include "tests/sim/model/model_store.h"
#include "tests/sim/sim_company.h"
#include "tests/sim/sim_files.h"
#include "tests/sim/sim_graph.h"
#include "tests/sim/sim_mattermost.h"
#include "tests/sim/world_plan.h"

namespace belfry::sim {

/// Knows what was said in Teams, not what Belfry made of it, and judges: what was acknowledged must
/// arrive, what was not may, and twice is never right. Names the first promise that was broken.
class Oracle {
 public:
  struct Sight {
    const sync::Clock& clock;
    const WorldPlan& plan;
    const SimCompany& company;
    const SimEntra& entra;
    const SimGraph& graph;
    const Courier& courier;
    const SimMattermost& mattermost;
    const SimFiles& files;
    ModelStore& store;
    const std::map<TeamsUserId, MattermostUserId>& accounts;
    Audience& audience;
  };
  explicit Oracle(const Sight& sight) : sight_(sight) {}

  // What happened.
  void acknowledged(const Notification& notification);
  void cursors_moved() { cursors_have_moved_ = true; }
  void recorded(const sync::Event& event);
  void crashed() { check_memory(); }
  /// From now on what was swept before may lie ahead of the service's clock.
  void clock_was_set() { clock_was_set_ = true; }
  /// The service began, or began again.
  void began() { ++begun_; }
  /// A post leaves: nothing older of its chat may be waiting for the same person.
  void posting(const sync::PostRequest& request);
  /// This post, or this message, is refused for good.
  void expect_dead(const MessageRef& ref) { may_be_dead_.insert(ref); }

  /// After every step.
  void check();
  /// In the healed world.
  void check_end();
  void broken(const std::string& what);
  [[nodiscard]] const std::string& verdict() const { return verdict_; }

 private:
  void check_memory();
  void check_new_posts();
  /// An edit that came too late to change its post.
  void check_reply(const SimMattermost::Post& post, const std::string& words);
  void check_reader(const SimMattermost::Post& post, const SimCompany::Said& said);
  void check_files(const SimMattermost::Post& post, const SimCompany::Said& said);
  void check_allowance();
  void check_watermarks();
  void check_queues_are_empty();
  void check_dead_letters();
  void check_everybody_was_told();
  void check_changes();
  void check_rates();
  [[nodiscard]] bool may_be_dead(const MessageRef& ref) const;
  [[nodiscard]] bool may_be_missing(const SimCompany::Said& said, const TeamsUserId& person) const;
  [[nodiscard]] bool must_be_swept(const SimCompany::Said& said, const Account& account,
                                   const SweepCursor& cursor) const;
  [[nodiscard]] std::uint64_t told_in_summaries(const MattermostUserId& user) const;

  const Sight sight_;
  std::string verdict_;
  std::set<MessageRef> may_be_dead_;
  std::set<std::pair<MessageRef, ChangeKind>> acknowledged_;
  std::map<MessageRef, std::size_t> acknowledged_version_;
  std::set<std::pair<SubscriptionId, MessageRef>> metered_;  ///< acknowledged
  std::size_t forgotten_ = 0;  ///< announced and not there: what repeats that is counted anew
  std::size_t begun_ = 0;
  bool cursors_have_moved_ = false;
  bool clock_was_set_ = false;
  std::map<MattermostUserId, WallTime> checked_to_;
  std::size_t checked_posts_ = 0;
  std::map<std::string, std::size_t> posts_by_words_;   ///< places, by channel and message
  std::map<std::string, std::size_t> versions_beside_;  ///< of edits told beside those posts
  std::set<FileId> files_posted_;
};

}  // namespace belfry::sim
