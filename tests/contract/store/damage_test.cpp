#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "storage/database.h"
#include "tests/contract/store/script.h"

using namespace belfry;
using namespace belfry::contract;
using storage::Database;
using storage::Family;

namespace {

/// Works on the bytes of a closed store.
void tamper(RocksSubject& subject,
            const std::function<void(Database::Access&, Database::Batch&)>& work) {
  subject.close();
  {
    auto database = must(Database::open(subject.options(), subject.clock()));
    auto access = must(database->access());
    auto batch = access.batch();
    work(access, batch);
    must(access.commit(batch, storage::Durability::synced));
  }
  must(subject.open());
}

/// Flips one bit of each record of a family, the nth byte from its end.
void flip_records(RocksSubject& subject, Family family, std::size_t from_end,
                  std::size_t most = 1000) {
  tamper(subject, [=](Database::Access& access, Database::Batch& batch) {
    std::size_t flipped = 0;
    for (auto scan = access.scan(family, {}, {}); scan.valid() && flipped < most; scan.next()) {
      std::string value(scan.value());
      value[value.size() - 1 - from_end % value.size()] ^= 0x04;
      batch.put(family, scan.key(), value);
      ++flipped;
    }
  });
}

void enqueue(RocksSubject& subject, int number, const std::vector<int>& recipients) {
  const Change change = created(number);
  must(subject.store().accept(std::span(&change, 1)));
  std::vector<PlannedDelivery> planned;
  for (const int recipient : recipients) planned.push_back(planned_for(recipient, change));
  const auto entry = must(subject.store().inbox_from(Sequence{0}, 1000)).back();
  must(subject.store().plan(entry, planned, std::nullopt, after_start(1)));
}

template <class T>
void check_damaged(const Result<T>& result, const std::string& family) {
  BOOST_TEST_REQUIRE(!result.has_value());
  BOOST_CHECK(result.error().kind == ErrorKind::damaged);
  BOOST_TEST(result.error().text.find("family " + family) != std::string::npos,
             result.error().text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_damage)

BOOST_AUTO_TEST_CASE(a_damaged_inbox_entry_is_set_aside_and_blocks_no_other) {
  for (const std::size_t from_end : {0U, 20U, 100U}) {
    RocksSubject subject;
    const std::vector<Change> changes = {rich(1), rich(2), rich(3)};
    must(subject.store().accept(changes));
    flip_records(subject, Family::inbox, from_end, 1);

    const auto entries = must(subject.store().inbox_from(Sequence{0}, 10));

    BOOST_TEST_REQUIRE(entries.size() == 2U);
    BOOST_CHECK(entries[0].change == rich(2));
    BOOST_CHECK(entries[1].change == rich(3));
    BOOST_TEST(subject.store().inbox_entries() == 2U);
    const auto dead = must(subject.store().dead_letters("", 10));
    BOOST_TEST_REQUIRE(dead.size() == 1U);
    BOOST_TEST(dead[0].reason == "damaged");
    BOOST_TEST(dead[0].stage == "resolve");
    BOOST_TEST(dead[0].last_error.find("family inbox") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_head_of_a_lane_is_set_aside_and_the_next_one_leaves) {
  RocksSubject subject;
  enqueue(subject, 1, {1});
  enqueue(subject, 2, {1, 2});
  flip_records(subject, Family::outbox, 3, 1);

  const auto lanes = must(subject.store().lanes());
  const auto head = must(subject.store().head(person(1)));

  BOOST_TEST(lanes.size() == 2U);
  BOOST_TEST_REQUIRE(head.has_value());
  BOOST_CHECK(head->planned.key.ref == message(2));
  BOOST_TEST(subject.store().outbox_entries() == 2U);
  const auto dead = must(subject.store().dead_letters("", 10));
  BOOST_TEST_REQUIRE(dead.size() == 1U);
  BOOST_TEST(dead[0].reason == "damaged");
  BOOST_CHECK(dead[0].ref == message(1));
  BOOST_CHECK(dead[0].recipient == person(1));
}

BOOST_AUTO_TEST_CASE(an_entry_set_aside_comes_back_as_it_was) {
  RocksSubject subject;
  enqueue(subject, 1, {1});
  flip_records(subject, Family::outbox, 3);
  BOOST_CHECK(!must(subject.store().head(person(1))));
  const std::string id = must(subject.store().dead_letters("", 10)).at(0).id;

  must(subject.store().retry_dead_letter(id, after_start(2)));
  flip_records(subject, Family::outbox, 3);  // the same bit again: somebody mended it

  const auto head = must(subject.store().head(person(1)));
  BOOST_TEST_REQUIRE(head.has_value());
  BOOST_CHECK(head->planned == planned_for(1, created(1)));
  BOOST_TEST(subject.store().outbox_entries() == 1U);
  BOOST_TEST(subject.store().dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_damaged_record_names_its_family) {
  RocksSubject subject;
  live(subject.store(), [](const auto& transition) { must(transition()); });
  for (const Family family :
       {Family::deliveries, Family::accounts, Family::chats, Family::subscriptions, Family::dead}) {
    flip_records(subject, family, 5);
  }

  auto& store = subject.store();
  check_damaged(store.delivery(message(1), person(1)), "deliveries");
  check_damaged(store.deliveries_of(message(1)), "deliveries");
  check_damaged(store.account(person(1)), "accounts");
  check_damaged(store.account_of(account(1).teams_user), "accounts");
  check_damaged(store.accounts(MattermostUserId{}, 10), "accounts");
  check_damaged(store.tokens(person(1)), "accounts");
  check_damaged(store.cached_chat(chat(1).id), "chats");
  check_damaged(store.subscriptions(), "subscriptions");
  check_damaged(store.certificates(), "subscriptions");
  check_damaged(store.dead_letters("", 10), "dead");
}

BOOST_AUTO_TEST_CASE(a_damaged_account_can_be_connected_anew_or_removed) {
  RocksSubject subject;
  must(subject.store().connect(account(1), tokens(1)));
  must(subject.store().connect(account(2), tokens(2)));
  flip_records(subject, Family::accounts, 5);

  must(subject.store().connect(account(1), tokens(3)));
  must(subject.store().remove_account(person(2)));

  BOOST_CHECK(must(subject.store().account(person(1))) == account(1));
  BOOST_CHECK(!must(subject.store().account(person(2))));
  BOOST_CHECK(!must(subject.store().account_of(account(2).teams_user)));
  BOOST_TEST(subject.store().connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE(a_record_put_in_the_place_of_another_does_not_open) {
  RocksSubject subject;
  must(subject.store().connect(account(1), tokens(1)));
  must(subject.store().connect(account(2), tokens(2)));
  tamper(subject, [](Database::Access& access, Database::Batch& batch) {
    const auto foreign = must(access.get(Family::accounts, storage::keys::tokens(person(2))));
    batch.put(Family::accounts, storage::keys::tokens(person(1)), *foreign);
  });

  const auto stolen = subject.store().tokens(person(1));

  check_damaged(stolen, "accounts");
}

BOOST_AUTO_TEST_CASE(damage_in_meta_is_told_when_the_store_is_opened) {
  for (const auto name : {storage::keys::k_key_ring, storage::keys::k_schema}) {
    RocksSubject subject;
    subject.close();
    {
      auto database = must(Database::open(subject.options(), subject.clock()));
      auto access = must(database->access());
      auto batch = access.batch();
      batch.put(Family::meta, name, "damaged bytes, of no form that anybody wrote");
      must(access.commit(batch, storage::Durability::synced));
    }

    check_damaged(subject.open(), "meta");
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_lost_its_identity_is_not_made_anew) {
  RocksSubject subject;
  const Change change = created(1);
  must(subject.store().accept(std::span(&change, 1)));
  subject.close();
  {
    auto database = must(Database::open(subject.options(), subject.clock()));
    auto access = must(database->access());
    auto batch = access.batch();
    batch.erase(Family::meta, storage::keys::k_schema);
    must(access.commit(batch, storage::Durability::synced));
  }

  check_damaged(subject.open(), "meta");
}

BOOST_AUTO_TEST_CASE(a_damaged_cursor_and_a_damaged_allowance_are_told) {
  RocksSubject subject;
  live(subject.store(), [](const auto& transition) { must(transition()); });

  flip_records(subject, Family::cursors, 5);
  flip_records(subject, Family::allowance, 5);

  check_damaged(subject.store().cursors(person(1)), "cursors");
  check_damaged(subject.store().spending(Bucket::exports, k_start_month), "allowance");
  check_damaged(subject.store().reserve(Bucket::exports, 1, 1, 1000, after_start(1)), "allowance");
  BOOST_TEST(must(subject.store().cursors(person(2))).empty());
}

BOOST_AUTO_TEST_CASE(a_damaged_chat_is_forgotten_by_those_who_walk_over_all) {
  RocksSubject subject;
  for (const int number : {1, 2, 3}) must(subject.store().cache_chat(chat(number)));
  flip_records(subject, Family::chats, 5, 1);

  const auto known = must(subject.store().known_chats(ChatId{}, 10));

  BOOST_TEST(known.size() == 2U);
  BOOST_TEST(!must(subject.store().cached_chat(chat(1).id)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
