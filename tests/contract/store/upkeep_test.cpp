#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "storage/bytes.h"
#include "storage/database.h"
#include "storage/schema.h"
#include "tests/contract/store/script.h"

using namespace belfry;
using namespace belfry::contract;
using storage::Database;
using storage::Family;
using storage::Migration;
using storage::RocksStore;

namespace {

void compact(Database& database) {
  auto access = must(database.access());
  for (const Family family : storage::k_families) must(access.compact(family));
}

std::size_t entries(Database& database, Family family) {
  auto access = must(database.access());
  std::size_t count = 0;
  for (auto scan = access.scan(family, {}, {}); scan.valid(); scan.next()) ++count;
  return count;
}

void write_version(RocksSubject& subject, std::uint32_t version) {
  subject.close();
  auto database = must(Database::open(subject.options(), subject.clock()));
  auto access = must(database->access());
  auto batch = access.batch();
  std::string bytes;
  storage::append_u32(bytes, version);
  batch.put(Family::meta, storage::keys::k_schema, bytes);
  must(access.commit(batch, storage::Durability::synced));
}

Migration migration(std::uint32_t from, const std::string& key) {
  return {from, [key](Database::Access&, Database::Batch& batch) -> Result<> {
            batch.put(Family::access, key, "migrated");
            return {};
          }};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_upkeep)

BOOST_AUTO_TEST_CASE(what_was_seen_delivered_or_journalled_is_dropped_by_age_and_nothing_else) {
  RocksSubject subject;
  live(subject.store(), [](const auto& transition) { must(transition()); });
  const std::vector<sync::JournalRecord> line = {{subject.clock().now().wall, "delivered", ""}};
  must(subject.store().append(line));
  subject.clock().advance(std::chrono::days{20});
  const Change young = created(50);
  must(subject.store().accept(std::span(&young, 1)));
  subject.close();
  auto database = must(Database::open(subject.options(), subject.clock()));
  const std::size_t seen_before = entries(*database, Family::seen);
  const std::size_t accounts_before = entries(*database, Family::accounts);
  const std::size_t deliveries_before = entries(*database, Family::deliveries);

  subject.clock().advance(std::chrono::days{14});
  compact(*database);
  BOOST_TEST(entries(*database, Family::seen) == seen_before);
  BOOST_TEST(entries(*database, Family::deliveries) == deliveries_before);
  subject.clock().advance(std::chrono::days{2});
  compact(*database);

  BOOST_TEST(entries(*database, Family::seen) == 1U);
  BOOST_TEST(entries(*database, Family::deliveries) == 0U);
  BOOST_TEST(entries(*database, Family::journal) == 0U);
  BOOST_TEST(entries(*database, Family::accounts) == accounts_before);
  BOOST_TEST(entries(*database, Family::dead) == 2U);
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_version_is_refused_and_left_alone) {
  RocksSubject subject;
  write_version(subject, storage::k_schema_version + 1);

  const auto opened = subject.open();

  BOOST_TEST_REQUIRE(!opened.has_value());
  BOOST_CHECK(opened.error().kind == ErrorKind::refused);
  BOOST_TEST(opened.error().text.find("newer belfry") != std::string::npos);
  write_version(subject, storage::k_schema_version);
  BOOST_TEST(subject.open().has_value());
}

BOOST_AUTO_TEST_CASE(an_older_store_is_saved_beside_and_brought_up_step_by_step) {
  RocksSubject subject;
  live(subject.store(), [](const auto& transition) { must(transition()); });
  subject.close();
  const std::vector<Migration> steps = {migration(2, "second"), migration(1, "first")};
  {
    auto database = must(Database::open(subject.options(), subject.clock()));

    must(storage::migrate(*database, subject.options(), steps, 3));

    auto access = must(database->access());
    BOOST_TEST(must(access.has(Family::access, "first")));
    BOOST_TEST(must(access.has(Family::access, "second")));
    std::string version;
    storage::append_u32(version, 3);
    BOOST_CHECK(must(access.get(Family::meta, storage::keys::k_schema)) == version);
  }
  // The checkpoint is a store of the old version with everything in it.
  storage::StoreOptions aside = subject.options();
  aside.path += ".schema-1";
  auto saved = must(RocksStore::open(aside, test_key(), subject.clock()));
  BOOST_TEST(portrait(*saved) == expected_portrait(), boost::test_tools::per_element());
  BOOST_TEST(!subject.open().has_value());  // we are the older program now
}

BOOST_AUTO_TEST_CASE(a_migration_that_was_interrupted_goes_on_where_it_stood) {
  RocksSubject subject;
  subject.close();
  auto database = must(Database::open(subject.options(), subject.clock()));
  int first_ran = 0;
  std::vector<Migration> steps = {{1,
                                   [&first_ran](Database::Access&, Database::Batch&) -> Result<> {
                                     ++first_ran;
                                     return {};
                                   }},
                                  {2, [](Database::Access&, Database::Batch&) -> Result<> {
                                     return belfry::fail(ErrorKind::transient, "the power went");
                                   }}};

  const auto interrupted = storage::migrate(*database, subject.options(), steps, 3);
  steps[1] = migration(2, "second");
  const auto again = storage::migrate(*database, subject.options(), steps, 3);

  BOOST_TEST(!interrupted.has_value());
  BOOST_TEST(again.has_value());
  BOOST_TEST(first_ran == 1);
}

BOOST_AUTO_TEST_CASE(a_long_lane_is_emptied_in_order) {
  RocksSubject subject;
  constexpr int length = 3000;
  std::vector<Change> changes;
  for (int i = 0; i < length; ++i) changes.push_back(created(i));
  must(subject.store().accept(changes));
  for (const InboxEntry& entry : must(subject.store().inbox_from(Sequence{0}, length))) {
    const PlannedDelivery planned = planned_for(1, entry.change);
    must(subject.store().plan(entry, std::span(&planned, 1), std::nullopt, after_start(1)));
  }

  int last = -1;
  while (const auto head = must(subject.store().head(person(1)))) {
    BOOST_TEST_REQUIRE((head->planned.key.ref == message(++last)));
    must(subject.store().record_delivery(*head, delivery_for(1, created(last))));
  }

  BOOST_TEST(last == length - 1);
  BOOST_TEST(subject.store().outbox_entries() == 0U);
  BOOST_TEST(must(subject.store().lanes()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
