#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/inventory.h"
#include "tests/contract/store/script.h"

using namespace belfry;
using namespace belfry::contract;
using storage::MasterKey;
using storage::RocksStore;
using storage::StoreOptions;

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Stores of each version that was ever released, with `master.key` and `inventory.txt` beside
/// `store/`.
std::vector<fs::path> fixtures() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fs::path(BELFRY_FIXTURES) / "store")) {
    if (entry.is_directory()) found.push_back(entry.path());
  }
  return found;
}

/// What RocksDB does not need to open the store again.
bool is_ballast(const std::string& name) {
  return name.rfind("LOG", 0) == 0 || name == "LOCK" || name.rfind("OPTIONS", 0) == 0;
}

void write_fixture(const fs::path& folder) {
  constexpr const char* key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
  fs::create_directories(folder);
  std::ofstream(folder / "master.key") << key;
  const ManualClock clock;
  StoreOptions options;
  options.path = (folder / "store").string();
  const auto master = must(MasterKey::parse(key));
  {
    auto store = must(RocksStore::open(options, master, clock));
    live(*store, [](const auto& transition) { must(transition()); });
    const std::vector<Change> waiting = {rich(9), edited(9)};
    must(store->accept(waiting));
    must(store->set_last_webhook_time(after_start(42)));
    const std::vector<sync::JournalRecord> line = {{after_start(1), "delivered", "latency_ms=41"}};
    must(store->append(line));
    must(store->keep_traffic(traffic_profile(1)));
    must(store->rotate_key());  // both keys are in use from here on
    must(store->put_subscription(subscription(2)));
  }
  {
    auto store = must(RocksStore::open(options, master, clock));  // tables instead of a log
    must(store->mark_attempting(*must(store->head(person(2))), after_start(900)));
    std::ofstream(folder / "inventory.txt") << inventory(*store);
  }
  for (const auto& entry : fs::directory_iterator(options.path)) {
    if (is_ballast(entry.path().filename().string())) fs::remove(entry.path());
  }
}

std::string inventory_of_copy(const fs::path& fixture) {
  const kit::TemporaryFolder folder;
  const ManualClock clock;
  StoreOptions options;
  options.path = (folder.path() / "store").string();
  fs::copy(fixture / "store", options.path, fs::copy_options::recursive);
  const auto master = must(MasterKey::parse(content_of(fixture / "master.key")));
  auto store = must(RocksStore::open(options, master, clock));
  return inventory(*store);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_of_earlier_versions)

BOOST_AUTO_TEST_CASE(a_store_written_by_an_earlier_version_is_read_to_the_last_field) {
  BOOST_TEST_REQUIRE(!fixtures().empty());
  for (const fs::path& fixture : fixtures()) {
    BOOST_TEST_CONTEXT(fixture.filename().string()) {
      BOOST_TEST(inventory_of_copy(fixture) == content_of(fixture / "inventory.txt"));
    }
  }
}

// With BELFRY_STORE_FIXTURE=<folder> in the environment it leaves a store of this version there, to
// be kept under tests/fixtures/store when the schema changes.
BOOST_AUTO_TEST_CASE(a_store_to_keep_can_be_written_by_this_version) {
  const kit::TemporaryFolder temporary;
  const char* wanted = std::getenv("BELFRY_STORE_FIXTURE");
  const fs::path folder = wanted != nullptr ? fs::path(wanted) : temporary.path() / "fixture";

  write_fixture(folder);

  BOOST_TEST(inventory_of_copy(folder) == content_of(folder / "inventory.txt"));
}

BOOST_AUTO_TEST_SUITE_END()
