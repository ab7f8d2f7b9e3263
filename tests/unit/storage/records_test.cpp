#include "storage/records.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "storage/fields.h"

using namespace belfry;
using namespace belfry::storage;

namespace {

InboxEntry rich_entry() {
  InboxEntry entry;
  entry.sequence = Sequence{7};
  entry.change.ref = {ChatId{"19:chat@thread.v2"}, MessageId{"1772439330417"}};
  entry.change.kind = ChangeKind::deleted;
  entry.change.source = Source::reconciler;
  entry.change.received = from_epoch_ms(-5);
  entry.change.resource = EncryptedResource{
      std::string(70'000, 'd'), "", "key", CertificateId{"c"}, {"one", "", "three"}, TenantId{"t"}};
  entry.attempts = 3;
  entry.next_try = from_epoch_ms(99);
  entry.last_error = "no";
  entry.retried = from_epoch_ms(1234);
  return entry;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(records)

BOOST_AUTO_TEST_CASE(a_record_is_read_back_to_the_last_field) {
  BOOST_CHECK(decode_inbox(Sequence{7}, encode(rich_entry())) == rich_entry());
}

BOOST_AUTO_TEST_CASE(fields_that_a_record_lacks_keep_their_defaults) {
  const auto entry = decode_inbox(Sequence{1}, "");

  BOOST_TEST_REQUIRE(entry.has_value());
  BOOST_CHECK((*entry == InboxEntry{Sequence{1}, {}, 0, {}, {}}));
}

BOOST_AUTO_TEST_CASE(a_deletion_that_an_older_version_planned_hides_its_text) {
  DeliveryKey deletion;
  deletion.kind = ChangeKind::deleted;

  BOOST_CHECK(decode_outbox(deletion, "")->planned.shows == PostShows::deleted);
  BOOST_CHECK(decode_outbox({}, "")->planned.shows == PostShows::message);
}

BOOST_AUTO_TEST_CASE(what_a_post_shows_of_its_message_is_read_back) {
  OutboxEntry entry;
  entry.planned.shows = PostShows::withheld;
  entry.is_amended = true;
  Delivery delivery;
  delivery.shows = PostShows::deleted;
  delivery.turned = from_epoch_ms(77);
  delivery.letter = "0123";
  delivery.files = {{Content{"one"}, {}, FileId{"file-1"}}, {Content{"two"}, Content{"named"}}};

  BOOST_CHECK(decode_outbox({}, encode(entry)) == entry);
  BOOST_CHECK(decode_delivery(encode(delivery)) == delivery);
}

BOOST_AUTO_TEST_CASE(fields_of_a_later_version_are_skipped) {
  const std::string bytes = FieldWriter{}.text(200, "unknown").take() + encode(rich_entry()) +
                            FieldWriter{}.number(201, 5).take();

  BOOST_CHECK(decode_inbox(Sequence{7}, bytes) == rich_entry());
}

BOOST_AUTO_TEST_CASE(a_record_that_ends_early_is_told) {
  InboxEntry entry = rich_entry();
  entry.change.resource->data = "short";
  const std::string sound = encode(entry);

  std::size_t refused = 0;
  for (std::size_t length = 1; length < sound.size(); ++length) {
    const auto cut = decode_inbox(Sequence{7}, sound.substr(0, length));
    if (!cut) ++refused;
    BOOST_CHECK(cut != entry);  // a cut between two fields is no error of form
  }
  BOOST_TEST(refused > sound.size() / 2);
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_told) {
  constexpr Tag kind = 3;
  BOOST_CHECK(!decode_inbox(Sequence{1}, FieldWriter{}.number(kind, 5).take()));
  BOOST_CHECK(!decode_inbox(Sequence{1}, FieldWriter{}.number(kind, -1).take()));
  BOOST_CHECK(!decode_inbox(Sequence{1}, FieldWriter{}.text(kind, "three").take()));
}

BOOST_AUTO_TEST_CASE(no_bytes_whatever_break_a_reader) {
  std::uint64_t state = 42;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (std::size_t n = 0; n < static_cast<std::size_t>(i % 60); ++n) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      bytes.push_back(static_cast<char>(state >> 56U));
    }
    static_cast<void>(decode_inbox(Sequence{1}, bytes));
    static_cast<void>(decode_outbox({}, bytes));
    static_cast<void>(decode_delivery(bytes));
    static_cast<void>(decode_file_state(bytes));
    static_cast<void>(decode_delivered_file(bytes));
    static_cast<void>(decode_planned_file(bytes));
    static_cast<void>(decode_account(bytes));
    static_cast<void>(decode_chat(bytes));
    static_cast<void>(decode_grave(std::string(16, 'k'), bytes));
  }
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
