#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "tests/bench/figure.h"
#include "tests/bench/filled_store.h"
#include "tests/bench/http_load.h"
#include "tests/bench/intake_rig.h"
#include "tests/bench/metric.h"
#include "tests/blackbox/office.h"

// Design, "Numbers to reach", rows 4, 5 and 7: memory, start and intake of a store that is large.
// The program is the real one, in a process of its own.
namespace {

using namespace belfry::bench;     // NOLINT
using namespace belfry::blackbox;  // NOLINT
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Sizes {
  std::size_t accounts = 10'000;
  std::size_t queued = 100'000;
  std::size_t queued_at_start = 1'000'000;
  std::size_t seen = 10'000'000;
};
/// Of what waits: one in ten in the inbox, as rich notifications; the others in the outbox.
constexpr std::size_t k_inbox_share = 10;
constexpr int k_starts = 5;
constexpr int k_rounds = 7;

void start(Office& office) {
  office.start({{"BELFRY_LOG__LEVEL", "info"}});
}

bool listens(Office& office) {
  return office.admin("/healthz").starts_with("ok");
}

double highest_memory(Office& office, seconds watched) {
  double highest = 0;
  for (const auto end = Clock::now() + watched; Clock::now() < end;) {
    highest = std::max(highest, resident_mib(office));
    std::this_thread::sleep_for(milliseconds{200});
  }
  return highest;
}

void measure_idle(Figures& figures) {
  Office office;
  start(office);
  if (!office.wait_until_ready()) throw std::runtime_error(office.log());
  figures.at_most("resident memory, idle", highest_memory(office, seconds{8}), 40, "MiB");
}

void fill(Office& office, const Sizes& sizes, std::size_t queued) {
  std::ifstream in(office.folder() / "master-key", std::ios::binary);
  std::ostringstream key;
  key << in.rdbuf();
  const auto master = belfry::storage::MasterKey::parse(key.str());
  if (!master) throw std::runtime_error(master.error().text);
  FilledStore store(office.folder() / "store", *master);
  store.connect_accounts(sizes.accounts);
  store.queue_deliveries(queued - queued / k_inbox_share);
  store.queue_changes(queued / k_inbox_share);
}

/// Neither side answers, so that all that waits goes on waiting, and everything is tried.
void take_down(Office& office) {
  office.mattermost().set_down(true);
  belfry::sandbox::FaultRule rule;
  rule.action = belfry::sandbox::FaultAction::answer;
  rule.status = 503;
  office.world().graph_faults().add(rule);
}

void measure_full(const Sizes& sizes, Figures& figures) {
  Office office;
  take_down(office);
  fill(office, sizes, sizes.queued);
  start(office);
  if (!eventually(seconds{60}, [&] { return listens(office); }))
    throw std::runtime_error(office.log());
  figures.at_most(fmt::format("resident memory, {} accounts, {} queued, both sides down",
                              sizes.accounts, sizes.queued),
                  highest_memory(office, seconds{20}), 150, "MiB");
  const double waiting =
      metric(office, "belfry_outbox_entries") + metric(office, "belfry_inbox_entries");
  figures.at_least("which all still wait", waiting, static_cast<double>(sizes.queued), "entries");
  // The posts' readers are unknown to the simulator: each entry costs a request and leaves.
  office.mattermost().set_down(false);
  office.world().graph_faults().clear();
  figures.at_most("resident memory while both sides answer again",
                  highest_memory(office, seconds{20}), 150, "MiB");
}

void measure_start(const Sizes& sizes, Figures& figures) {
  Office office;
  take_down(office);
  const auto began_filling = Clock::now();
  fill(office, sizes, sizes.queued_at_start);
  Figures::tell("filling the store took",
                std::chrono::duration<double>(Clock::now() - began_filling).count(), "s");
  std::vector<double> starts;
  for (int i = 0; i < k_starts; ++i) {
    const auto begin = Clock::now();
    start(office);
    if (!eventually(seconds{60}, [&] { return listens(office); }))
      throw std::runtime_error(office.log());
    starts.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    std::this_thread::sleep_for(seconds{2});
    if (i % 2 == 0) office.kill();  // the next start reads the log files again
    if (i % 2 == 1) office.stop();
  }
  figures.at_most(
      fmt::format("start to listening, {} queued, slowest of {}", sizes.queued_at_start, k_starts),
      *std::max_element(starts.begin(), starts.end()), 2, "s");
  Figures::tell("median of these", median(starts), "s");
}

void measure_seen(const Sizes& sizes, Figures& figures) {
  const BenchFolder folder;
  const auto began_filling = Clock::now();
  fill_seen(folder.path() / "full", bench_master_key(), sizes.seen);
  Figures::tell(fmt::format("filling a store with {} seen keys took", sizes.seen),
                std::chrono::duration<double>(Clock::now() - began_filling).count(), "s");
  IntakeRig empty(folder.path() / "empty");
  IntakeRig full(folder.path() / "full");
  const Bodies bodies;
  const auto rate = [&](const IntakeRig& rig) {
    LoadOptions options;
    options.port = rig.port();
    options.request = [&](std::uint64_t number) { return bodies.request(number); };
    const LoadResult result = send_load(options);
    if (result.failures > 0) throw std::runtime_error("intake refused requests");
    return result.per_second;
  };
  std::vector<double> empty_rates;
  std::vector<double> full_rates;
  std::vector<double> ratios;
  for (int round = 0; round < k_rounds; ++round) {
    empty_rates.push_back(rate(empty));
    full_rates.push_back(rate(full));
    ratios.push_back(full_rates.back() / empty_rates.back());
  }
  Figures::tell("intake, empty store, median", median(empty_rates), "bodies/s");
  Figures::tell(fmt::format("intake, {} seen keys, median", sizes.seen), median(full_rates),
                "bodies/s");
  figures.at_least("intake with them beside intake without, median", median(ratios), 0.9, "times");
}

}  // namespace

/// A number among the arguments divides all sizes; names choose among the parts.
int main(int count, char** arguments) {
  Sizes sizes;
  const std::vector<std::string> words(arguments + 1, arguments + count);
  std::vector<std::string> parts;
  for (const std::string& word : words) {
    if (word.find_first_not_of("0123456789") != std::string::npos) {
      parts.push_back(word);
      continue;
    }
    for (std::size_t* size : {&sizes.accounts, &sizes.queued, &sizes.queued_at_start, &sizes.seen})
      *size /= std::stoul(word);
  }
  const auto is_wanted = [&](const char* part) {
    return parts.empty() || std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Figures figures;
  if (is_wanted("idle")) measure_idle(figures);
  if (is_wanted("full")) measure_full(sizes, figures);
  if (is_wanted("start")) measure_start(sizes, figures);
  if (is_wanted("seen")) measure_seen(sizes, figures);
  return figures.exit_code();
}
