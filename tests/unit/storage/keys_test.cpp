#include "storage/keys.h"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace belfry;
using namespace belfry::storage;

namespace {

DeliveryKey delivery_key(const std::string& recipient, std::uint64_t due, const std::string& chat,
                         const std::string& message, ChangeKind kind) {
  return {MattermostUserId{recipient}, due, {ChatId{chat}, MessageId{message}}, kind};
}

std::vector<DeliveryKey> awkward_keys() {
  std::vector<DeliveryKey> all;
  const std::vector<std::string> texts = {
      "",  "a",    "ab",      std::string("a\0", 2), std::string("a\0b", 3), "a\x01",
      "b", "\xFF", "\xFF\xFF"};
  for (const std::string& recipient : texts) {
    for (const std::uint64_t due : {0ULL, 1ULL, 255ULL, 256ULL, ~0ULL}) {
      for (const std::string& chat : texts) {
        all.push_back(delivery_key(recipient, due, chat, "m", ChangeKind::created));
        all.push_back(delivery_key(recipient, due, chat, "", ChangeKind::deleted));
      }
    }
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(keys_of_the_store)

BOOST_AUTO_TEST_CASE(outbox_keys_sort_as_lanes_leave) {
  std::vector<DeliveryKey> by_value = awkward_keys();
  std::sort(by_value.begin(), by_value.end());
  std::vector<std::string> bytes;
  for (const DeliveryKey& key : by_value) bytes.push_back(keys::outbox(key));

  BOOST_TEST(std::is_sorted(bytes.begin(), bytes.end()));
  BOOST_TEST((std::adjacent_find(bytes.begin(), bytes.end()) == bytes.end()));
}

BOOST_AUTO_TEST_CASE(an_outbox_key_is_read_back) {
  for (const DeliveryKey& key : awkward_keys()) {
    BOOST_CHECK(keys::outbox_key(keys::outbox(key)) == key);
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_outbox_key_are_told) {
  const std::string sound =
      keys::outbox(delivery_key("person", 7, "chat", "message", ChangeKind::edited));

  for (std::size_t length = 0; length < sound.size(); ++length) {
    BOOST_CHECK(!keys::outbox_key(sound.substr(0, length)));
  }
  BOOST_CHECK(!keys::outbox_key(sound + 'x'));
  std::string unknown_kind = sound;
  unknown_kind.back() = 9;
  BOOST_CHECK(!keys::outbox_key(unknown_kind));
}

BOOST_AUTO_TEST_CASE(a_lane_holds_its_own_keys_only) {
  std::size_t strangers = 0;

  for (const DeliveryKey& lane : awkward_keys()) {
    for (const DeliveryKey& key : awkward_keys()) {
      const std::string bytes = keys::outbox(key);
      const bool is_inside =
          bytes >= keys::lane_begin(lane.recipient) && bytes < keys::lane_end(lane.recipient);
      if (is_inside != (key.recipient == lane.recipient)) ++strangers;
    }
  }

  BOOST_TEST(strangers == 0U);
}

BOOST_AUTO_TEST_CASE(inbox_keys_sort_as_they_count) {
  BOOST_CHECK(keys::inbox(Sequence{255}) < keys::inbox(Sequence{256}));
  BOOST_CHECK(keys::inbox(Sequence{1}) < keys::inbox(Sequence{~0ULL}));
  BOOST_CHECK(keys::inbox_sequence(keys::inbox(Sequence{77})) == Sequence{77});
  BOOST_CHECK(!keys::inbox_sequence("short"));
}

BOOST_AUTO_TEST_CASE(what_is_said_at_the_same_time_lies_together_in_seen) {
  Change early;
  early.ref = {ChatId{"c"}, MessageId{"1772439330417"}};
  Change same_hour = early;
  same_hour.ref.message = MessageId{"1772439330999"};
  Change next_day = early;
  next_day.ref.message = MessageId{"1772525730417"};

  BOOST_TEST(keys::seen(early).substr(0, 4) == keys::seen(same_hour).substr(0, 4));
  BOOST_TEST(keys::seen(early) != keys::seen(same_hour));
  BOOST_CHECK(keys::seen(early).substr(0, 4) < keys::seen(next_day).substr(0, 4));
  BOOST_TEST(keys::seen(early).size() == 20U);
}

BOOST_AUTO_TEST_CASE(a_change_is_seen_under_a_name_of_its_own) {
  Change created;
  created.ref = {ChatId{"c"}, MessageId{"1"}};
  Change deleted = created;
  deleted.kind = ChangeKind::deleted;
  Change shifted = created;
  shifted.ref = {ChatId{"c1"}, MessageId{""}};

  BOOST_TEST(keys::seen(created) != keys::seen(deleted));
  BOOST_TEST(keys::seen(created) != keys::seen(shifted));
  BOOST_TEST(keys::seen_edit(created.ref, from_epoch_ms(5)) !=
             keys::seen_edit(created.ref, from_epoch_ms(6)));
}

BOOST_AUTO_TEST_CASE(a_dead_letter_is_found_by_its_id) {
  const std::string key = keys::dead(from_epoch_ms(1'772'439'330'417), Family::outbox, "entry");

  BOOST_CHECK(keys::dead_key(keys::dead_id(key)) == key);
  BOOST_CHECK(keys::dead_since(key) == from_epoch_ms(1'772'439'330'417));
  BOOST_TEST(key != keys::dead(from_epoch_ms(1'772'439'330'417), Family::inbox, "entry"));
  BOOST_TEST(keys::dead_id(key) <
             keys::dead_id(keys::dead(from_epoch_ms(1'772'439'330'418), Family::inbox, "x")));
  for (const char* id : {"", "0", "zz", "0011", "00112233445566778899AABBCCDDEEFF"}) {
    BOOST_CHECK(!keys::dead_key(id));
  }
}

BOOST_AUTO_TEST_CASE(the_key_after_a_prefix_is_greater_than_all_with_it) {
  BOOST_TEST(keys::after_prefix("ab") == "ac");
  BOOST_TEST(keys::after_prefix("a\xFF\xFF") == "b");
  BOOST_TEST(keys::after_prefix("\xFF").empty());
}

BOOST_AUTO_TEST_SUITE_END()
