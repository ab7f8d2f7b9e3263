#include "sync/policy/sweep_rules.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(sweep_rules)

using namespace belfry;        // NOLINT
using namespace belfry::sync;  // NOLINT
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const WallTime k_now = *parse_iso8601("2026-03-05T12:00:00Z");
const WallTime k_since = k_now - hours{100};

FoundMessage message_of(WallTime created) {
  FoundMessage found;
  found.message.ref = {ChatId{"chat"}, MessageId{std::to_string(to_epoch_ms(created))}};
  found.message.created = created;
  found.message.modified = created;
  found.json = Content{"{}"};
  return found;
}

FoundChanges changes(const FoundMessage& found) {
  return changes_of(found, {k_since, k_since}, k_now, {});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_new_message_is_a_created_change_with_its_content) {
  const auto found = changes(message_of(k_now - hours{1}));

  BOOST_REQUIRE_EQUAL(found.changes.size(), 1);
  BOOST_CHECK(found.changes[0].kind == ChangeKind::created);
  BOOST_CHECK(found.changes[0].source == Source::reconciler);
  BOOST_TEST(found.changes[0].found->reveal() == "{}");
}

BOOST_AUTO_TEST_CASE(what_was_written_before_the_window_is_left_alone) {
  FoundMessage reacted_to = message_of(k_since - minutes{1});
  reacted_to.message.modified = k_now;

  const auto found = changes(reacted_to);

  BOOST_TEST(found.changes.empty());
  BOOST_TEST(!found.is_old);
}

BOOST_AUTO_TEST_CASE(an_edit_of_an_old_message_is_found) {
  FoundMessage edited = message_of(k_since - hours{1});
  edited.message.edited = edited.message.modified = k_now - hours{2};

  const auto found = changes(edited);

  BOOST_REQUIRE_EQUAL(found.changes.size(), 1);
  BOOST_CHECK(found.changes[0].kind == ChangeKind::edited);
}

BOOST_AUTO_TEST_CASE(what_a_policy_blocked_of_old_messages_is_found) {
  FoundMessage blocked = message_of(k_since - hours{1});
  blocked.message.policy_notice = Content{"blocked"};
  blocked.message.modified = k_now - hours{2};

  const auto found = changes(blocked);

  BOOST_REQUIRE_EQUAL(found.changes.size(), 1);
  BOOST_CHECK(found.changes[0].kind == ChangeKind::edited);
}

BOOST_AUTO_TEST_CASE(a_new_message_that_was_edited_is_both) {
  FoundMessage edited = message_of(k_now - hours{3});
  edited.message.edited = edited.message.modified = k_now - hours{2};

  const auto found = changes(edited);

  BOOST_REQUIRE_EQUAL(found.changes.size(), 2);
  BOOST_CHECK(found.changes[0].kind == ChangeKind::created);
  BOOST_CHECK(found.changes[1].kind == ChangeKind::edited);
}

BOOST_AUTO_TEST_CASE(a_deletion_is_found_and_nothing_else_of_its_message) {
  FoundMessage deleted = message_of(k_now - hours{3});
  deleted.message.deleted = deleted.message.modified = k_now - hours{2};

  const auto found = changes(deleted);

  BOOST_REQUIRE_EQUAL(found.changes.size(), 1);
  BOOST_CHECK(found.changes[0].kind == ChangeKind::deleted);
}

BOOST_AUTO_TEST_CASE(what_is_older_than_the_limit_is_summed_up) {
  const auto found = changes(message_of(k_now - hours{73}));

  BOOST_TEST(found.changes.empty());
  BOOST_TEST(found.is_old);
}

BOOST_AUTO_TEST_CASE(system_events_amount_to_nothing) {
  FoundMessage event = message_of(k_now - hours{1});
  event.message.is_system_event = true;

  BOOST_TEST(changes(event).changes.empty());
}

BOOST_AUTO_TEST_CASE(an_event_within_the_window_tells_of_members) {
  FoundMessage event = message_of(k_now - hours{1});
  event.message.is_system_event = true;

  BOOST_TEST(tells_of_members(event, {k_since, k_since}));
  BOOST_TEST(!tells_of_members(event, {k_now, k_now}));
  BOOST_TEST(!tells_of_members(message_of(k_now - hours{1}), {k_since, k_since}));
}

namespace {

std::vector<ListedChat> listed(const std::vector<std::optional<WallTime>>& times) {
  std::vector<ListedChat> page;
  for (const auto& time : times) page.push_back({ChatId{"c"}, Chat::Type::group, time, {}, {}});
  return page;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_order_is_believed_when_it_is_seen) {
  const auto ago = [](int minutes_ago) { return k_now - minutes{minutes_ago}; };

  BOOST_TEST(is_newest_first(listed({ago(1), ago(20), std::nullopt, ago(60)}), {}, {}));
  BOOST_TEST(!is_newest_first(listed({ago(1), ago(60), ago(20)}), {}, {}));
  BOOST_TEST(!is_newest_first(listed({ago(60), std::nullopt, ago(20)}), {}, {}));
  BOOST_TEST(!is_newest_first(listed({ago(20)}), ago(60), {}));
  BOOST_TEST(is_newest_first(listed({ago(60), ago(57)}), ago(60), {}));
}

BOOST_AUTO_TEST_CASE(reading_begins_before_the_watermark) {
  BOOST_CHECK(reading_since(k_now - hours{1}, k_now, {}) == k_now - hours{1} - minutes{5});
}

BOOST_AUTO_TEST_CASE(reading_goes_back_no_further_than_what_is_remembered) {
  BOOST_CHECK(reading_since(k_now - hours{9999}, k_now, {}) == k_now - std::chrono::days{30});
}

BOOST_AUTO_TEST_CASE(a_watermark_in_the_future_hides_nothing) {
  BOOST_CHECK(reading_since(k_now + hours{10}, k_now, {}) == k_now - minutes{5});
}

BOOST_AUTO_TEST_CASE(nothing_from_before_the_account_was_connected_is_wanted) {
  Account account;
  account.connected_at = k_now - hours{1};
  const std::vector<SweepCursor> cursors = {
      {MattermostUserId{"u"}, SweepRoute::list, k_now - hours{9}, {}, {}}};

  BOOST_CHECK(watermark_of(account, cursors) == account.connected_at);
}

BOOST_AUTO_TEST_SUITE_END()
