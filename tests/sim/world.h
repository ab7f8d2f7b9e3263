#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sync/port/journal.h"
#include "tests/kit/plain_signer.h"
#include "tests/kit/pointed_store.h"
#include "tests/sim/audience.h"
#include "tests/sim/courier.h"
#include "tests/sim/dice.h"
#include "tests/sim/faults.h"
#include "tests/sim/mind.h"
#include "tests/sim/model/model_store.h"
#include "tests/sim/oracle.h"
#include "tests/sim/polling_judge.h"
#include "tests/sim/sim_company.h"
#include "tests/sim/sim_entra.h"
#include "tests/sim/sim_files.h"
#include "tests/sim/sim_graph.h"
#include "tests/sim/sim_mattermost.h"
#include "tests/sim/sim_resources.h"
#include "tests/sim/subscription_book.h"
#include "tests/sim/timetable.h"
#include "tests/sim/world_plan.h"

namespace belfry::sim {

/// One seed is one world: people, chatter, faults and limits. Act one is chaos with the safety
/// checks after every step; then the world is healed, and within bounded time everything that must
/// arrive has arrived. A scripted world is led by its test instead.
class World {
 public:
  explicit World(std::uint64_t seed);
  World(std::uint64_t seed, const WorldPlan& plan);

  /// Empty when all promises were kept, else what was broken.
  [[nodiscard]] std::string run();
  /// All that the service tells its journal is told to this one as well; read its times here.
  void listen(sync::Journal& listener) { listener_ = &listener; }
  [[nodiscard]] const sync::Clock& clock() const { return clock_; }

  // What a script leads. The people are `teams-0` …, their Mattermost users `mm-0` …
  void begin();
  /// No chat of the plan's own: those that the script wants.
  void add_chat(const std::string& chat, std::size_t members);
  void let_in(const std::string& chat, std::size_t person, SimCompany::History history);
  void let_out(const std::string& chat, std::size_t person);
  enum class Webhook { comes, never_comes };
  MessageRef say(const std::string& chat, std::size_t sender, Webhook webhook);
  void live_for(Duration time);
  void sweep() { ask_for_sweep(); }
  /// The service starts again with other settings.
  void restart(const MindLimits& limits);
  /// Somebody sets the time of day of the service's machine.
  void set_machine_ahead(Duration ahead);
  [[nodiscard]] Spending spending(Bucket bucket, Month month);
  [[nodiscard]] std::string heal();
  /// The answer to the next metered request takes so long.
  void delay_metered_answer(Duration time) { metered_delay_ = time; }
  [[nodiscard]] std::uint64_t spent_on_exports(Month month);
  [[nodiscard]] std::uint64_t charged(Month month) const { return graph_.charged(month); }
  [[nodiscard]] std::uint64_t announced(Month month) const { return courier_.metered(month); }
  [[nodiscard]] bool was_overrun() const { return graph_.was_overrun(); }
  [[nodiscard]] Turbulence& entra_weather() { return entra_weather_; }
  [[nodiscard]] Turbulence& mattermost_weather() { return mattermost_weather_; }
  [[nodiscard]] const SubscriptionBook& book() const { return book_; }
  [[nodiscard]] std::vector<std::string> posts_of(std::size_t person) const;
  [[nodiscard]] std::uint64_t connected() const { return store_.connected_accounts(); }

  /// Equal for two runs of one seed.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] int crashes() const { return crashes_; }
  /// Kinds of journal events that occurred, by their place among sync::Event.
  [[nodiscard]] const std::set<std::size_t>& events() const { return events_; }
  /// Kinds of errors that a port answered.
  [[nodiscard]] std::set<ErrorKind> errors() const;
  /// Rounds that began for that reason.
  [[nodiscard]] std::size_t rounds(SweepTrigger trigger) const {
    const auto found = rounds_.find(trigger);
    return found == rounds_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::size_t posts() const { return mattermost_.posts().size(); }

 private:
  /// Throws a Crash before or after a transition of the store.
  struct StorePoints {
    World& world;
    template <class Call>
    auto around(std::string_view operation, Call&& call) {
      world.maybe_crash();
      auto result = call();
      if (operation == "accept_found") world.oracle_.cursors_moved();
      world.maybe_crash();
      return result;
    }
  };
  /// Now and then what was stored of an account's sweeps cannot be read.
  class Store : public kit::PointedStore<StorePoints> {
   public:
    Store(World& world, StorePoints& points);
    Result<std::vector<SweepCursor>> cursors(const MattermostUserId& account) override;

   private:
    World& world_;
  };
  class Recorder : public sync::Journal {
   public:
    explicit Recorder(World& world) : world_(world) {}
    void record(const sync::Event& event) override;
    [[nodiscard]] JournalRecord line_of(const sync::MessageReconciled& event) const override {
      return {event.written, "message_reconciled", event.ref.message.text()};
    }

   private:
    World& world_;
  };

  // The world's own life.
  void populate();
  void connect(std::size_t person);
  void change_a_chat();
  void add_a_chat();
  void let_somebody_in(const ChatId& chat);
  void come_or_go();
  void note_accounts();
  void schedule_chatter();
  void schedule_troubles();
  [[nodiscard]] Duration some_time(Duration most);
  [[nodiscard]] Duration some_working_time(Duration most);
  void speak();
  void ask_for_sweep();
  void break_down();
  void refuse_secret();
  void lose_subscription();
  bool take_in(const NotificationBatch& batch);

  // The service in it.
  void boot();
  void maybe_crash();
  void crashed();
  /// One piece of work, or one event; false when nothing is due now.
  bool step();
  void run_until(Instant end, const std::function<bool()>& is_done);
  [[nodiscard]] bool is_idle();
  /// Nothing but incidents makes the service sweep: within that time they have.
  [[nodiscard]] std::string judge_what_was_left_alone();
  /// Graph counted what it never could deliver to a subscription that went: it fell silent before
  /// the service's count is full, and nothing but a schedule tells of it.
  [[nodiscard]] bool graph_is_silent_unnoticed();
  [[nodiscard]] std::string verdict();
  /// By sweeps that began in the healed world: one before may have read a chat before the last was
  /// said in it.
  [[nodiscard]] bool everybody_was_swept();

  Dice dice_;
  WorldPlan plan_;
  VirtualClock clock_;
  MachineClock machine_{clock_};
  Timetable timetable_{clock_};
  Turbulence graph_weather_{clock_, dice_, plan_.rates};
  Turbulence entra_weather_{clock_, dice_, plan_.rates};
  Turbulence mattermost_weather_{clock_, dice_, plan_.rates};
  SimCompany company_{clock_};
  SimEntra entra_{clock_, entra_weather_};
  SimResources resources_{company_, graph_weather_};
  SubscriptionBook book_{clock_, company_};
  Courier courier_{clock_, dice_, plan_.rates, graph_weather_, book_, resources_, timetable_};
  SimGraph graph_;
  SimMattermost mattermost_{clock_, mattermost_weather_};
  SimFiles files_{graph_weather_};
  ModelStore store_;
  std::map<TeamsUserId, MattermostUserId> accounts_;  ///< of all who ever were connected
  Audience audience_{
      clock_, company_,
      std::max(plan_.limits.resolve.chat_lives, plan_.limits.resolve.empty_chat_lives)};
  Oracle oracle_;
  PollingJudge judge_;
  StorePoints points_{*this};
  Store pointed_store_{*this, points_};
  Recorder journal_{*this};
  sync::Journal* listener_ = nullptr;
  kit::PlainSigner signer_;
  std::unique_ptr<Mind> mind_;  ///< none: the service is down

  std::vector<TeamsUserId> people_;
  std::vector<ChatId> chats_;
  int depth_ = 0;
  int crashes_ = 0;
  Duration metered_delay_{};  ///< of the next metered answer
  bool is_calm_ = false;
  WallTime heard_;  ///< the last webhook of a message that was taken for Microsoft's
  std::uint64_t digest_ = 1469598103934665603ULL;
  std::set<std::size_t> events_;
  std::map<SweepTrigger, std::size_t> rounds_;
  std::set<ErrorKind> errors_;
  WallTime healed_ = WallTime::max();
};

}  // namespace belfry::sim
