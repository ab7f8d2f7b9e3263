#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sync/intake.h"
#include "sync/port/journal.h"
#include "sync/port/signer.h"
#include "tests/kit/plain_signer.h"
#include "tests/kit/pointed_store.h"
#include "tests/sim/dice.h"
#include "tests/sim/faults.h"
#include "tests/sim/mind.h"
#include "tests/sim/model/model_store.h"
#include "tests/sim/sim_files.h"
#include "tests/sim/sim_mattermost.h"
#include "tests/sim/sim_teams.h"

namespace belfry::sim {

/// One seed is one world: people, chatter, faults and limits. Act one is chaos with the safety
/// checks after every step; then the world is healed, and within bounded time everything that must
/// arrive has arrived.
class World {
 public:
  explicit World(std::uint64_t seed);

  /// Empty when all promises were kept, else what was broken.
  [[nodiscard]] std::string run();

  /// Equal for two runs of one seed.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] int crashes() const { return crashes_; }
  /// Names of the journal events that occurred.
  [[nodiscard]] const std::set<std::string>& events() const { return events_; }
  [[nodiscard]] std::size_t posts() const { return mattermost_.posts().size(); }

 private:
  /// Throws a Crash before or after a transition of the store.
  struct StorePoints {
    World& world;
    template <class Call>
    auto around(const char*, Call&& call) {
      world.maybe_crash();
      auto result = call();
      world.maybe_crash();
      return result;
    }
  };
  class Recorder : public sync::Journal {
   public:
    explicit Recorder(World& world) : world_(world) {}
    void record(const sync::Event& event) override;

   private:
    World& world_;
  };
  void populate();
  void schedule_chatter();
  void speak();
  void later(Duration delay, std::function<void()> act);
  void announce(const MessageRef& ref, ChangeKind kind);
  void announce_forgery(const MessageRef& ref);
  void deliver_webhook(const Notification& notification, bool is_true);

  void boot();
  void maybe_crash();
  /// One piece of work, or one event; false when nothing is due now.
  bool step();
  void run_until_idle(Instant end);
  void check_safety();
  /// A post carries its message's file whole, or names it.
  void check_files(const SimMattermost::Post& post, const std::string& message);
  void check_liveness();
  void broken(const std::string& what);
  [[nodiscard]] std::vector<MattermostUserId> audience_of(const SimTeams::Said& said) const;

  Dice dice_;
  const FaultRates rates_;
  VirtualClock clock_;
  Turbulence turbulence_;
  SimTeams teams_;
  SimMattermost mattermost_;
  SimFiles files_;
  ModelStore store_;
  StorePoints points_{*this};
  kit::PointedStore<StorePoints> pointed_store_;
  Recorder journal_{*this};
  kit::PlainSigner signer_;
  MindLimits limits_;
  std::unique_ptr<Mind> mind_;

  std::vector<TeamsUserId> people_;
  std::vector<ChatId> chats_;
  std::map<TeamsUserId, MattermostUserId> accounts_;
  std::set<TeamsUserId> active_;
  std::multimap<Instant, std::function<void()>> events_due_;
  std::size_t checked_posts_ = 0;
  std::map<std::string, int> posts_by_words_;
  std::map<std::string, std::string> addresses_;  ///< of files, by message
  std::set<FileId> files_posted_;
  int depth_ = 0;
  int crashes_ = 0;
  std::uint64_t digest_ = 1469598103934665603ULL;
  std::set<std::string> events_;
  int clean_sweeps_ = 0;  ///< rounds over all accounts in the healed world, none of which failed
  bool sweep_began_calm_ = false;
  std::string broken_;
};

}  // namespace belfry::sim
