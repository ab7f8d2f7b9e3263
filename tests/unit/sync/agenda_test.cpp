#include "sync/agenda.h"

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Moment at(int s) {
  return {Instant{seconds{s}}, WallTime{seconds{1'000'000 + s}}};
}

InboxEntry entry(std::uint64_t sequence, const std::string& chat, const std::string& message) {
  InboxEntry made;
  made.sequence = Sequence{sequence};
  made.change.ref = {ChatId{chat}, MessageId{message}};
  return made;
}

InboxEntry failed(InboxEntry made, Moment now, Duration delay) {
  made.attempts += 1;
  made.next_try = now.wall + delay;
  return made;
}

std::uint64_t number(const InboxEntry* entry) {
  BOOST_REQUIRE(entry != nullptr);
  return static_cast<std::uint64_t>(entry->sequence);
}

BOOST_AUTO_TEST_SUITE(agenda)

BOOST_AUTO_TEST_CASE(messages_of_one_chat_are_claimed_one_at_a_time_in_teams_order) {
  Agenda agenda;
  agenda.refill({entry(1, "a", "200"), entry(2, "a", "100")}, at(0));

  const InboxEntry* first = agenda.claim_inbox(at(0).steady);

  BOOST_TEST(number(first) == 2U);
  BOOST_TEST(agenda.claim_inbox(at(0).steady) == nullptr);
  agenda.finish(Sequence{2});
  BOOST_TEST(number(agenda.claim_inbox(at(0).steady)) == 1U);
}

BOOST_AUTO_TEST_CASE(chats_run_side_by_side) {
  Agenda agenda;
  agenda.refill({entry(1, "a", "100"), entry(2, "b", "100")}, at(0));

  BOOST_TEST(number(agenda.claim_inbox(at(0).steady)) == 1U);
  BOOST_TEST(number(agenda.claim_inbox(at(0).steady)) == 2U);
}

BOOST_AUTO_TEST_CASE(a_failing_head_holds_its_chat_back_only_for_the_time_of_patience) {
  Agenda agenda(AgendaPolicy{.order_patience = seconds{60}});
  agenda.refill({entry(1, "a", "100"), entry(2, "a", "200")}, at(0));

  const InboxEntry head = *agenda.claim_inbox(at(0).steady);
  agenda.postpone(Sequence{1}, failed(head, at(0), seconds{30}), at(0));
  BOOST_TEST(agenda.claim_inbox(at(1).steady) == nullptr);

  BOOST_TEST(number(agenda.claim_inbox(at(30).steady)) == 1U);
  agenda.postpone(Sequence{1}, failed(head, at(61), seconds{600}), at(61));
  BOOST_TEST(number(agenda.claim_inbox(at(61).steady)) == 2U);
  agenda.finish(Sequence{2});
  BOOST_TEST(agenda.claim_inbox(at(62).steady) == nullptr);
  BOOST_TEST(number(agenda.claim_inbox(at(661).steady)) == 1U);
}

BOOST_AUTO_TEST_CASE(an_entry_that_waits_is_claimed_again_at_its_time) {
  Agenda agenda;
  agenda.refill({entry(1, "a", "100")}, at(0));

  number(agenda.claim_inbox(at(0).steady));
  agenda.wait(Sequence{1}, at(5).steady);

  BOOST_TEST(agenda.claim_inbox(at(4).steady) == nullptr);
  BOOST_TEST((agenda.next_inbox_deadline(1) == at(5).steady));
  BOOST_TEST(number(agenda.claim_inbox(at(5).steady)) == 1U);
}

BOOST_AUTO_TEST_CASE(reading_goes_on_after_the_last_entry_and_starts_anew_when_it_finds_nothing) {
  Agenda agenda(AgendaPolicy{.refill = 2});
  const auto first = agenda.claim_refill(3, at(0).steady);
  BOOST_TEST(static_cast<std::uint64_t>(first->from) == 0U);
  BOOST_TEST(!agenda.claim_refill(3, at(0).steady).has_value());
  agenda.refill({entry(7, "a", "1"), entry(8, "b", "1")}, at(0));

  const auto second = agenda.claim_refill(3, at(0).steady);
  BOOST_TEST(static_cast<std::uint64_t>(second->from) == 9U);
  agenda.refill({}, at(0));

  BOOST_TEST(!agenda.claim_refill(3, at(0).steady).has_value());
  const auto third = agenda.claim_refill(3, at(1).steady);
  BOOST_TEST(static_cast<std::uint64_t>(third->from) == 0U);
}

BOOST_AUTO_TEST_CASE(an_entry_read_twice_is_worked_on_once) {
  Agenda agenda;
  agenda.refill({entry(1, "a", "1")}, at(0));
  agenda.refill({entry(1, "a", "1")}, at(0));

  number(agenda.claim_inbox(at(0).steady));

  BOOST_TEST(agenda.claim_inbox(at(0).steady) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_full_window_reads_no_more) {
  Agenda agenda(AgendaPolicy{.window = 1});
  agenda.refill({entry(1, "a", "1")}, at(0));

  BOOST_TEST(!agenda.claim_refill(100, at(0).steady).has_value());
}

BOOST_AUTO_TEST_CASE(a_lane_is_claimed_by_one_worker_at_a_time) {
  Agenda agenda;
  const MattermostUserId anna{"anna"};
  agenda.wake_lane(anna, at(0).steady);
  agenda.wake_lane(anna, at(0).steady);

  BOOST_TEST((agenda.claim_lane(at(0).steady) == anna));
  BOOST_TEST(!agenda.claim_lane(at(0).steady).has_value());
}

BOOST_AUTO_TEST_CASE(a_lane_woken_while_it_is_emptied_is_looked_at_again) {
  Agenda agenda;
  const MattermostUserId anna{"anna"};
  agenda.wake_lane(anna, at(0).steady);
  BOOST_REQUIRE(agenda.claim_lane(at(0).steady).has_value());

  agenda.wake_lane(anna, at(1).steady);
  agenda.release_lane(anna, std::nullopt);

  BOOST_TEST((agenda.claim_lane(at(1).steady) == anna));
  agenda.release_lane(anna, std::nullopt);
  BOOST_TEST(!agenda.next_lane_deadline().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
