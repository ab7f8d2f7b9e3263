#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "storage/database.h"
#include "storage/sealer.h"
#include "tests/contract/store/script.h"

using namespace belfry;
using namespace belfry::contract;
using storage::Database;
using storage::Family;

namespace {

void live_undisturbed(RocksSubject& subject) {
  live(subject.store(), [](const auto& transition) { must(transition()); });
}

/// Ids of the data keys with which anything in the store is sealed.
std::set<storage::KeyId> keys_in_use(RocksSubject& subject) {
  std::set<storage::KeyId> keys;
  subject.close();
  {
    auto database = must(Database::open(subject.options(), subject.clock()));
    auto access = must(database->access());
    for (const Family family : storage::k_families) {
      if (family == Family::meta || family == Family::seen || family == Family::teams_index)
        continue;
      for (auto scan = access.scan(family, {}, {}); scan.valid(); scan.next()) {
        keys.insert(storage::sealed_with(scan.value()).value());
      }
    }
  }
  must(subject.open());
  return keys;
}

std::size_t reseal_all(RocksSubject& subject, std::size_t most) {
  std::size_t resealed = 0;
  for (int steps = 0; steps < 1000; ++steps) {
    const auto progress = must(subject.store().reseal_step(most));
    resealed += progress.resealed;
    if (progress.is_done) return resealed;
  }
  throw std::runtime_error("resealing does not end");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_rotation)

BOOST_AUTO_TEST_CASE(what_was_sealed_before_is_read_after_a_rotation) {
  RocksSubject subject;
  live_undisturbed(subject);

  must(subject.store().rotate_key());
  const auto at_once = portrait(subject.store());
  subject.cut_power();
  const auto later = portrait(subject.store());

  BOOST_TEST(at_once == expected_portrait(), boost::test_tools::per_element());
  BOOST_TEST(later == expected_portrait(), boost::test_tools::per_element());
  BOOST_TEST(subject.store().figures().data_keys == 2U);
}

BOOST_AUTO_TEST_CASE(everything_is_sealed_anew_and_the_old_key_is_dropped) {
  RocksSubject subject;
  live_undisturbed(subject);
  must(subject.store().rotate_key());

  const std::size_t resealed = reseal_all(subject, 3);

  BOOST_TEST(resealed > 5U);
  BOOST_TEST(subject.store().figures().data_keys == 1U);
  BOOST_TEST(portrait(subject.store()) == expected_portrait(), boost::test_tools::per_element());
  BOOST_CHECK(keys_in_use(subject) == std::set{storage::KeyId{2}});
  subject.cut_power();
  BOOST_TEST(portrait(subject.store()) == expected_portrait(), boost::test_tools::per_element());
  BOOST_TEST(reseal_all(subject, 3) == 0U);
}

BOOST_AUTO_TEST_CASE(resealing_goes_on_after_a_crash_at_any_step) {
  RocksSubject subject;
  live_undisturbed(subject);
  must(subject.store().rotate_key());

  for (bool is_done = false; !is_done;) {
    is_done = must(subject.store().reseal_step(1)).is_done;
    subject.cut_power();
    BOOST_TEST(portrait(subject.store()) == expected_portrait(), boost::test_tools::per_element());
    // Steps are not synced by themselves: this one is kept by the synced write after it.
    if (!is_done) is_done = must(subject.store().reseal_step(5)).is_done;
    must(subject.store().put_subscription(subscription(1)));
  }

  BOOST_TEST(subject.store().figures().data_keys == 1U);
}

BOOST_AUTO_TEST_CASE(two_rotations_in_a_row_end_with_one_key) {
  RocksSubject subject;
  live_undisturbed(subject);
  must(subject.store().rotate_key());
  must(subject.store().reseal_step(2));

  must(subject.store().rotate_key());
  reseal_all(subject, 4);

  BOOST_TEST(subject.store().figures().data_keys == 1U);
  BOOST_CHECK(keys_in_use(subject) == std::set{storage::KeyId{3}});
  BOOST_TEST(portrait(subject.store()) == expected_portrait(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_key_that_a_damaged_record_names_is_kept) {
  RocksSubject subject;
  live_undisturbed(subject);
  subject.close();
  {
    auto database = must(Database::open(subject.options(), subject.clock()));
    auto access = must(database->access());
    auto batch = access.batch();
    const std::string key = storage::keys::chat(chat(1).id);
    std::string record = *must(access.get(Family::chats, key));
    record.back() ^= 1;
    batch.put(Family::chats, key, record);
    must(access.commit(batch, storage::Durability::synced));
  }
  must(subject.open());
  must(subject.store().rotate_key());

  auto progress = must(subject.store().reseal_step(1000));
  BOOST_TEST(progress.is_done);
  BOOST_TEST(progress.damaged == 1U);
  BOOST_TEST(subject.store().figures().data_keys == 2U);

  must(subject.store().distrust_chat(chat(1).id, after_start(1)));
  progress = must(subject.store().reseal_step(1000));
  BOOST_TEST(progress.is_done);
  BOOST_TEST(subject.store().figures().data_keys == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
