// What a round of sweeps costs, in requests, in time by Graph's limits and in processor time, by
// either route: the real reconciler and the real store. Time is virtual, so that ten minutes of
// waiting for Graph's limits take none.
#include <cstddef>
#include <ctime>
#include <stdexcept>
#include <string>

#include "sync/reconcile.h"
#include "tests/bench/figure.h"
#include "tests/bench/sweep_company.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"

namespace belfry::bench {
namespace {

using std::chrono::hours;

/// Graph, "throttling limits": 30 lists of chats and 20 reads of chat messages a second, for each
/// app and tenant; half of the reads are left to live messages (sync/policy/pacer.h).
constexpr double k_lists_a_second = 30;
constexpr double k_reads_a_second = 10;
/// A step holds one of the workers for Graph, which live messages wait for: design, "Numbers to
/// reach", gives them 100 ms from notification to post.
constexpr double k_longest_step_ms = 100;

template <class T>
double number(T value) {
  return static_cast<double>(value);
}

struct NoWakeup : sync::Wakeup {
  void work_arrived(sync::Slot) override {}
};

struct Cost {
  CompanySize size;
  Company::Asked asked;
  std::size_t least_paid_for = 0;
  std::size_t found = 0;
  double by_limits_seconds = 0;
  double processor_seconds = 0;
  double longest_step_ms = 0;
  [[nodiscard]] double requests() const { return number(asked.lists + asked.reads + asked.deltas); }
  [[nodiscard]] double found_share() const {
    return number(found) / number(size.changed() * CompanySize::k_new_messages);
  }
  /// As Graph's limits allow it at best.
  [[nodiscard]] double least_seconds() const {
    return number(asked.lists) / k_lists_a_second + number(asked.reads) / k_reads_a_second;
  }
};

/// Of this thread: what else the machine does says nothing of a step.
double processor_seconds() {
  timespec now{};
  static_cast<void>(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now));
  return number(now.tv_sec) + number(now.tv_nsec) / 1e9;
}

Cost cost_of_a_round(const CompanySize& size, sync::RouteChoice route) {
  const BenchFolder folder;
  kit::FakeClock clock;
  const WallTime swept = clock.now().wall - hours{24};
  Company company(size, swept);
  const auto store = company.fill(folder.path(), clock);

  kit::FakeIdentity identity;
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  NoWakeup wakeup;
  sync::Tokens tokens(*store, identity, random, journal);
  sync::UpstreamGate gate(sync::Upstream::graph, journal);
  sync::Pacer pacer;
  sync::Agenda agenda;
  const sync::ServerTime server_time;
  sync::AllowancePolicy paid;
  paid.model = sync::PaymentModel::none;
  sync::Allowance allowance(*store, server_time, journal, paid);
  sync::Traffic traffic(*store);
  sync::ChatBook book;
  sync::SweepPolicy policy;
  policy.route = route;
  policy.model = sync::PaymentModel::none;
  policy.tenant = Company::tenant();
  sync::Sweep sweep({*store, *store, *store, company, random, wakeup, journal},
                    {tokens, gate, pacer, agenda, allowance, book, server_time}, policy);
  sync::Reconciler reconciler({*store, *store, *store, random, journal}, sweep, traffic, allowance);
  const auto opened = reconciler.open(clock.now());
  if (!opened) throw std::runtime_error(opened.error().text);

  reconciler.request({SweepTrigger::administrator, std::nullopt, std::nullopt});
  const double began = processor_seconds();
  double longest = 0;
  while (journal.count<sync::SweepEnded>() == 0) {
    double before = processor_seconds();
    for (int i = 0; i < 1'000; ++i) {
      const sync::StepOutcome outcome = reconciler.step(clock.now());
      const double after = processor_seconds();
      longest = std::max(longest, after - before);
      before = after;
      if (!outcome.worked) clock.advance_to(outcome.next);
    }
  }
  const auto ended = journal.all<sync::SweepEnded>().front();
  if (ended.failed > 0 || ended.accounts != CompanySize::k_people)
    throw std::runtime_error("the round did not reach everybody");
  Cost cost{size, company.asked(), company.least_paid_for(), ended.found};
  cost.by_limits_seconds = number(ended.took.count()) / 1000;
  cost.processor_seconds = processor_seconds() - began;
  cost.longest_step_ms = longest * 1000;
  return cost;
}

void tell(const std::string& name, const Cost& cost) {
  Figures::tell(name + ": requests", cost.requests(), "");
  Figures::tell(name + ": messages found", number(cost.found), "");
  Figures::tell(name + ": time, by Graph's limits", cost.by_limits_seconds, "s");
  Figures::tell(name + ": processor time", cost.processor_seconds, "s");
  Figures::tell(name + ": longest step", cost.longest_step_ms, "ms");
}

/// The same company, one with twice the changes, and one with twice the history.
struct Rounds {
  explicit Rounds(sync::RouteChoice route)
      : one(cost_of_a_round({1, 1}, route)),
        two(cost_of_a_round({2, 1}, route)),
        old(cost_of_a_round({1, 2}, route)) {}

  void tell_all(const std::string& route) const {
    tell(route + ", 1 % changed", one);
    tell(route + ", 2 % changed", two);
    tell(route + ", 1 % changed, history doubled", old);
  }

  Cost one;
  Cost two;
  Cost old;
};

void judge_both(Figures& figures, const std::string& route, const Rounds& rounds) {
  const auto& [one, two, old] = rounds;
  figures.at_most(route + ": requests, twice the history beside once",
                  old.requests() / one.requests(), 1.0, "times");
  figures.at_most(route + ": processor time, twice the changes",
                  two.processor_seconds / one.processor_seconds, 2.0, "times");
  figures.at_most(route + ": time beside the least by Graph's limits",
                  one.by_limits_seconds / one.least_seconds(), 1.25, "times");
  figures.at_least(route + ": messages found, of those missed", one.found_share(), 1.0, "times");
  figures.at_most(route + ": longest step", one.longest_step_ms, k_longest_step_ms, "ms");
  figures.at_most(route + ": longest step, history doubled", old.longest_step_ms, k_longest_step_ms,
                  "ms");
}

void judge_list(Figures& figures, const Rounds& rounds) {
  const Cost& one = rounds.one;
  figures.at_most("list: lists of chats for each person",
                  number(one.asked.lists) / number(CompanySize::k_people), 1.0, "requests");
  // A quarter more, for edits in chats that did not move.
  const double needed = number(one.asked.lists + one.size.changed());
  figures.at_most("list: requests beside lists and changed chats", one.requests() / needed, 1.26,
                  "times");
  figures.at_most("list: reads, twice the changes beside once",
                  number(rounds.two.asked.reads) / number(one.asked.reads), 2.0, "times");
  // Once for all ten, of whom no two are swept together.
  figures.at_most("list: reads of a chat of ten that moved",
                  number(one.asked.reads_of_shared_that_moved) / number(one.size.changed_shared()),
                  1.25, "requests");
}

void judge_delta(Figures& figures, const Rounds& rounds) {
  const Cost& one = rounds.one;
  figures.at_most("delta: requests for each person",
                  number(one.asked.deltas) / number(CompanySize::k_people), 1.0, "requests");
  // For what other organisations host.
  figures.at_most("delta: lists of chats for each person",
                  number(one.asked.lists) / number(CompanySize::k_people), 1.0, "requests");
  figures.at_most("delta: requests, twice the changes beside once",
                  rounds.two.requests() / one.requests(), 1.0, "times");
  figures.at_most("delta: messages paid for beside the least",
                  number(one.asked.paid_for) / number(one.least_paid_for), 1.0, "times");
}

int run() {
  const Rounds list(sync::RouteChoice::list);
  list.tell_all("list");
  Figures::tell("list, history doubled: chats known and told of", number(list.old.size.told()), "");
  const Rounds delta(sync::RouteChoice::delta);
  delta.tell_all("delta");
  Figures figures;
  judge_list(figures, list);
  judge_both(figures, "list", list);
  judge_delta(figures, delta);
  judge_both(figures, "delta", delta);
  return figures.exit_code();
}

}  // namespace
}  // namespace belfry::bench

int main() {
  return belfry::bench::run();
}
