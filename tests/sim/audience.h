#pragma once

#include <map>
#include <optional>
#include <set>

#include "sync/base/time.h"
#include "sync/model/account.h"
#include "tests/sim/sim_company.h"
#include "tests/sim/stays.h"

namespace belfry::sim {

/// Who must, who may and who must not be told of a message: by who is in its chat and who is
/// connected, as both change. Members may be believed for a while after they changed, so around a
/// change both is right.
class Audience {
 public:
  Audience(const sync::Clock& clock, const SimCompany& company, Duration members_are_believed)
      : clock_(clock), company_(company), believed_(members_are_believed) {}

  // What happened.
  /// How things are with the person now; may be told again.
  void note_account(const TeamsUserId& person, const std::optional<Account>& account);
  /// A webhook named it: who connected after it was written may still be told.
  void announced(const MessageRef& ref) { announced_.insert(ref); }
  /// Its recipients were chosen now.
  void planned(const MessageRef& ref) { planned_[ref] = clock_.now().wall; }

  /// A member and connected all the time that matters.
  [[nodiscard]] bool must_be_told(const SimCompany::Said& said, const TeamsUserId& person) const;
  [[nodiscard]] bool may_be_told(const SimCompany::Said& said, const TeamsUserId& person) const;
  /// In its chat from when it was written until now.
  [[nodiscard]] bool has_seen(const SimCompany::Said& said, const TeamsUserId& person) const;
  [[nodiscard]] bool is_connected_since(WallTime time, const TeamsUserId& person) const;
  [[nodiscard]] bool was_connected_after(WallTime time, const TeamsUserId& person) const;
  /// The chat had this topic lately.
  [[nodiscard]] bool may_be_topic(const SimCompany::Said& said, std::size_t topic) const;

 private:
  using Times = std::map<TeamsUserId, Stays>;
  [[nodiscard]] static const Stays& of(const Times& times, const TeamsUserId& person);

  const sync::Clock& clock_;
  const SimCompany& company_;
  const Duration believed_;
  Times grants_;    ///< connected
  Times accounts_;  ///< as long as what was planned may still come
  std::set<MessageRef> announced_;
  std::map<MessageRef, WallTime> planned_;
};

}  // namespace belfry::sim
