#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "sync/reconcile.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/fake_sweep_api.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {

struct NoWakeup : Wakeup {
  void work_arrived(Slot) override {}
};

/// A store in which what is kept of some people's sweeps cannot be read, until it is written anew.
struct DamagedCursors : SweepStore {
  explicit DamagedCursors(SweepStore& sound) : real(sound) {}

  SweepStore& real;
  std::set<MattermostUserId> damaged;
  bool traffic_is_damaged = false;
  bool turns_are_damaged = false;

  Result<std::vector<SweepCursor>> cursors(const MattermostUserId& account) override {
    if (damaged.contains(account))
      return fail(ErrorKind::damaged, "damaged record in family cursors");
    return real.cursors(account);
  }
  Result<FoundCount> accept_found(std::span<const Change> changes, std::span<const OldMessages> old,
                                  std::span<const SweepCursor> moves, WallTime now) override {
    for (const SweepCursor& move : moves) damaged.erase(move.account);
    return real.accept_found(changes, old, moves, now);
  }
  Result<std::vector<Chat>> known_chats(const ChatId& after, std::size_t most) override {
    return real.known_chats(after, most);
  }
  Result<> distrust_chat(const ChatId& of, WallTime when) override {
    return real.distrust_chat(of, when);
  }
  Result<std::vector<NewestDelivery>> delivered_chats(const ChatId& after,
                                                      std::size_t most) override {
    return real.delivered_chats(after, most);
  }
  Result<std::optional<QuietTurn>> quiet_turn(QuietKind kind) override {
    if (turns_are_damaged) return fail(ErrorKind::damaged, "damaged record in family meta");
    return real.quiet_turn(kind);
  }
  Result<> keep_quiet_turn(QuietKind kind, const QuietTurn& turn) override {
    turns_are_damaged = false;
    return real.keep_quiet_turn(kind, turn);
  }
  Result<bool> sweep_is_owed() override { return real.sweep_is_owed(); }
  Result<> owe_sweep() override { return real.owe_sweep(); }
  Result<> settle_sweep() override { return real.settle_sweep(); }
  Result<std::optional<TrafficProfile>> traffic() override {
    if (traffic_is_damaged) return fail(ErrorKind::damaged, "damaged record in family meta");
    return real.traffic();
  }
  Result<> keep_traffic(const TrafficProfile& profile) override {
    return real.keep_traffic(profile);
  }
};

/// Anna and Ben, connected a week ago, and a reconciler that has just begun.
struct ReconcileFixture {
  kit::FakeClock clock;
  kit::FakeIdentity identity;
  kit::FakeSweepApi graph{identity};
  sim::ModelStore store;
  DamagedCursors sweeps{store};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  NoWakeup wakeup;
  Tokens tokens{store, identity, random, journal};
  UpstreamGate gate{Upstream::graph, journal};
  Pacer pacer;
  Agenda agenda;
  AllowancePolicy allowance_policy;
  SweepPolicy sweep_policy;
  ReconcilePolicy policy;
  ServerTime server_time;
  std::optional<Allowance> allowance;
  std::optional<Traffic> traffic;
  ChatBook chats;
  std::optional<Sweep> sweep;
  std::optional<Reconciler> reconciler;
  std::size_t steps = 0;

  const ChatId chat{"19:release@thread.v2"};
  const TeamsUserId anna{"teams-anna"};
  const TeamsUserId ben{"teams-ben"};

  ReconcileFixture() {
    connect("anna");
    connect("ben");
    graph.chats[chat].members = {anna, ben, TeamsUserId{"teams-cleo"}};
  }
  void connect(const std::string& person) { connect(person, wall() - std::chrono::hours{7 * 24}); }
  void connect(const std::string& person, WallTime since) {
    Account account;
    account.user = MattermostUserId{person};
    account.teams_user = TeamsUserId{"teams-" + person};
    account.connected_at = since;
    AccountTokens grant;
    grant.access = Secret{"old"};
    grant.access_expires = wall() - std::chrono::hours{1};
    grant.refresh = identity.refresh_token_of(account.teams_user.text());
    BOOST_REQUIRE(store.connect(account, grant));
  }
  /// The process begins, or begins again.
  void start() {
    allowance.emplace(store, server_time, journal, allowance_policy);
    traffic.emplace(sweeps);
    sweep.emplace(Sweep::Ports{sweeps, store, store, graph, random, wakeup, journal},
                  Sweep::Peers{tokens, gate, pacer, agenda, *allowance, chats, server_time},
                  sweep_policy);
    reconciler.emplace(Reconciler::Ports{store, sweeps, store, random, journal}, *sweep, *traffic,
                       *allowance, policy);
    BOOST_REQUIRE(reconciler->open(clock.now()));
  }
  void live_for(Duration time) {
    const Instant end = clock.now().steady + time;
    for (int i = 0; i < 1'000'000; ++i) {
      const StepOutcome outcome = reconciler->step(clock.now());
      ++steps;
      if (outcome.worked) continue;
      if (outcome.next >= end) break;
      BOOST_REQUIRE(outcome.next > clock.now().steady);
      clock.advance_to(outcome.next);
    }
    clock.advance_to(end);
  }
  void use_up_notifications() {
    std::vector<Change> changes;
    for (int i = 0; i < 500; ++i) {
      changes.push_back({{chat, MessageId{std::to_string(1'772'000'000'000 + i)}},
                         ChangeKind::created,
                         Source::webhook,
                         wall()});
      changes.back().metered_by = SubscriptionId{"metered"};
      changes.back().metered_in = month_of(wall());
    }
    BOOST_REQUIRE(store.accept(changes));
  }
  void sweep_now(SweepTrigger trigger = SweepTrigger::administrator) {
    reconciler->request({trigger, std::nullopt, std::nullopt});
    live_for(std::chrono::minutes{20});
  }
  [[nodiscard]] WallTime wall() const { return clock.now().wall; }
  [[nodiscard]] std::vector<Change> inbox() {
    std::vector<Change> changes;
    const auto entries = store.inbox_from(Sequence{0}, 100'000);
    for (const InboxEntry& entry : *entries) changes.push_back(entry.change);
    return changes;
  }
  [[nodiscard]] bool has_found(const MessageRef& ref) {
    const std::vector<Change> changes = inbox();
    return std::any_of(changes.begin(), changes.end(),
                       [&ref](const Change& change) { return change.ref == ref; });
  }
  [[nodiscard]] SweepEnded last() const { return journal.all<SweepEnded>().back(); }
};

}  // namespace belfry::sync
