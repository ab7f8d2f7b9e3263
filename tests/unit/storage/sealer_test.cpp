#include "storage/sealer.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace belfry;
using namespace belfry::storage;

namespace {

constexpr auto k_when = from_epoch_ms(1'772'439'330'417);

Sealer sealer() {
  return Sealer(KeyRing::make(k_when));
}

MasterKey master(const std::string& content = std::string(k_key_bytes, 'm')) {
  return MasterKey::parse(content).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sealer_and_keys)

BOOST_AUTO_TEST_CASE(what_is_sealed_opens_with_its_time) {
  const Sealer seals = sealer();

  const std::string record = seals.seal(Family::inbox, "key", k_when, "what people wrote");
  const auto opened = seals.open(Family::inbox, "key", record);

  BOOST_TEST_REQUIRE(opened.has_value());
  BOOST_TEST(opened->plain == "what people wrote");
  BOOST_CHECK(opened->written == k_when);
  BOOST_CHECK(written_at(record) == k_when);
  BOOST_TEST(record.find("people") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_same_text_never_looks_the_same) {
  const Sealer seals = sealer();

  BOOST_TEST(seals.seal(Family::inbox, "key", k_when, "text") !=
             seals.seal(Family::inbox, "key", k_when, "text"));
}

BOOST_AUTO_TEST_CASE(no_bit_can_be_flipped_unnoticed) {
  const Sealer seals = sealer();
  const std::string sound = seals.seal(Family::inbox, "key", k_when, "text");

  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string record = sound;
    record[bit / 8] = static_cast<char>(record[bit / 8] ^ (1 << (bit % 8)));
    const auto opened = seals.open(Family::inbox, "key", record);
    BOOST_TEST_REQUIRE(!opened.has_value(), "bit " << bit);
    BOOST_CHECK(opened.error().kind == ErrorKind::damaged);
    BOOST_TEST(opened.error().text.find("family inbox") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_record_opens_in_its_place_only) {
  const Sealer seals = sealer();
  const std::string record = seals.seal(Family::inbox, "key", k_when, "text");

  BOOST_TEST(!seals.open(Family::outbox, "key", record).has_value());
  BOOST_TEST(!seals.open(Family::inbox, "other", record).has_value());
  BOOST_TEST(!sealer().open(Family::inbox, "key", record).has_value());
  for (std::size_t length = 0; length < record.size(); ++length) {
    BOOST_TEST(!seals.open(Family::inbox, "key", record.substr(0, length)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(an_older_key_opens_what_it_sealed_until_it_is_dropped) {
  const KeyRing first = KeyRing::make(k_when);
  const KeyRing second = first.with_new_key(k_when);
  const std::string record = Sealer(first).seal(Family::chats, "key", k_when, "text");

  BOOST_TEST(Sealer(second).open(Family::chats, "key", record).has_value());
  BOOST_TEST(!Sealer(second.without_old_keys()).open(Family::chats, "key", record).has_value());
  BOOST_CHECK(sealed_with(record) != second.current().id);
}

BOOST_AUTO_TEST_CASE(a_ring_is_read_back_with_its_master_key) {
  const KeyRing ring = KeyRing::make(k_when).with_new_key(k_when);

  const auto back = KeyRing::unwrap(ring.wrap(master()), master());

  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(back->size() == 2U);
  BOOST_CHECK(back->current().bytes == ring.current().bytes);
  BOOST_CHECK(back->current().id == ring.current().id);
}

BOOST_AUTO_TEST_CASE(another_master_key_is_told_from_damage) {
  const std::string wrapped = KeyRing::make(k_when).wrap(master());
  std::string flipped = wrapped;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);

  const auto wrong = KeyRing::unwrap(wrapped, master(std::string(k_key_bytes, 'x')));
  const auto damaged = KeyRing::unwrap(flipped, master());

  BOOST_TEST_REQUIRE(!wrong.has_value());
  BOOST_TEST(wrong.error().text.find("wrong master key") != std::string::npos);
  BOOST_TEST_REQUIRE(!damaged.has_value());
  BOOST_TEST(damaged.error().text.find("key ring of the store is damaged") != std::string::npos);
  for (std::size_t length = 0; length < wrapped.size(); length += 5) {
    BOOST_TEST(!KeyRing::unwrap(wrapped.substr(0, length), master()).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_master_key_is_32_bytes_or_their_base64) {
  const std::string raw = "0123456789abcdef0123456789abcdef";
  const std::string base64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  BOOST_CHECK(master(raw).bytes() == master(base64).bytes());
  BOOST_CHECK(master(base64 + "\n").bytes() == master(raw).bytes());
  BOOST_CHECK(master(base64.substr(0, 43)).bytes() == master(raw).bytes());
  BOOST_TEST(master(raw).fingerprint() == master(base64).fingerprint());
  BOOST_TEST(master(raw).fingerprint() != master().fingerprint());
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_master_key) {
  for (const std::string& content :
       {std::string(), std::string("short"), std::string(31, 'x'), std::string(33, 'x'),
        std::string(43, '!'), std::string(64, 'a'),
        std::string("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY==")}) {
    const auto parsed = MasterKey::parse(content);
    BOOST_TEST_REQUIRE(!parsed.has_value());
    BOOST_CHECK(parsed.error().kind == ErrorKind::refused);
    BOOST_TEST(parsed.error().text.find("32 raw bytes or their base64") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
