#include "sync/deliver.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/sync/deliver_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(deliver, DeliverFixture)

BOOST_AUTO_TEST_CASE(a_lane_leaves_in_order_each_entry_once) {
  plan(1, "one");
  plan(2, "two");
  plan(3, "three");

  settle();

  BOOST_TEST(texts() == words({"one", "two", "three"}));
  BOOST_TEST(store.outbox_entries() == 0U);
  for (int i = 1; i <= 3; ++i) BOOST_TEST(is_delivered(i));
}

BOOST_AUTO_TEST_CASE(channel_and_person_are_asked_for_once_and_not_for_each_post) {
  plan(1, "one");
  plan(2, "two");

  settle();

  BOOST_TEST(mattermost.script.count("direct_channel") == 1U);
  BOOST_TEST(mattermost.script.count("user") == 1U);
  BOOST_TEST((store.account(anna).value()->direct_channel == mattermost.channel_of(anna)));
}

BOOST_AUTO_TEST_CASE(it_is_marked_before_the_post_leaves) {
  plan(1, "one");
  bool was_marked = false;
  mattermost.script.during(
      "create_post", [&] { was_marked = store.head(anna).value()->attempting_since.has_value(); });

  settle();

  BOOST_TEST(was_marked);
}

BOOST_AUTO_TEST_CASE(without_the_mark_on_disk_nothing_leaves) {
  plan(1, "one");
  deliveries.script.fail_always("mark_attempting", ErrorKind::transient);

  live_for(minutes{1});
  BOOST_TEST(texts().empty());
  deliveries.script.heal();
  live_for(minutes{1});

  BOOST_TEST(texts() == words({"one"}));
}

BOOST_AUTO_TEST_CASE(a_post_whose_answer_was_lost_is_found_and_not_repeated) {
  plan(1, "one");
  mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);

  live_for(minutes{1});

  BOOST_TEST(texts() == words({"one"}));
  BOOST_TEST((results() == std::vector{DeliveryResult::found}));
  BOOST_TEST(is_delivered(1));
}

BOOST_AUTO_TEST_CASE(a_post_that_never_arrived_is_looked_for_and_then_sent) {
  plan(1, "one");
  mattermost.script.fail("create_post", ErrorKind::in_doubt);

  live_for(minutes{1});

  BOOST_TEST(texts() == words({"one"}));
  BOOST_TEST((results() == std::vector{DeliveryResult::posted}));
  BOOST_TEST(mattermost.script.count("posts_page") == 1U);
  BOOST_TEST(journal.count<DeliveryInDoubt>() == 1U);
}

BOOST_AUTO_TEST_CASE(a_crash_between_post_and_record_posts_nothing_twice) {
  plan(1, "one");
  deliveries.script.fail("record_delivery", ErrorKind::transient);
  for (int i = 0; i < 4 && texts().empty(); ++i)
    static_cast<void>(deliver->step(anna, clock.now()));
  BOOST_REQUIRE(texts().size() == 1U);

  start();
  live_for(minutes{1});

  BOOST_TEST(texts() == words({"one"}));
  BOOST_TEST((results() == std::vector{DeliveryResult::found}));
}

BOOST_AUTO_TEST_CASE(a_post_in_doubt_is_found_behind_many_pages_of_others) {
  mattermost.page_size = 2;
  plan(1, "one");
  mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);
  for (int i = 0; i < 4 && texts().empty(); ++i)
    static_cast<void>(deliver->step(anna, clock.now()));
  for (int i = 0; i < 7; ++i) {
    BOOST_REQUIRE(
        mattermost.create_post({mattermost.channel_of(anna), Content{"noise"}, BelfryRef{}, {}}));
  }
  mattermost.script.forget_calls();

  live_for(minutes{1});

  BOOST_TEST(mattermost.script.count("posts_page") == 4U);
  BOOST_TEST(mattermost.script.count("create_post") == 0U);
  BOOST_TEST((results() == std::vector{DeliveryResult::found}));
}

BOOST_AUTO_TEST_CASE(the_search_ends_with_what_is_older_than_the_attempt) {
  mattermost.page_size = 2;
  for (int i = 0; i < 20; ++i) {
    BOOST_REQUIRE(
        mattermost.create_post({mattermost.channel_of(anna), Content{"old"}, BelfryRef{}, {}}));
  }
  clock.advance(hours{5});
  plan(1, "one");
  mattermost.script.fail("create_post", ErrorKind::in_doubt);

  live_for(minutes{1});

  BOOST_TEST(mattermost.script.count("posts_page") == 1U);
  BOOST_TEST((results() == std::vector{DeliveryResult::posted}));
}

BOOST_AUTO_TEST_CASE(while_the_search_fails_nothing_is_sent) {
  plan(1, "one");
  mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);
  mattermost.script.fail_always("posts_page", ErrorKind::transient);

  live_for(hours{1});
  BOOST_TEST(mattermost.script.count("create_post") == 1U);
  mattermost.script.heal();
  live_for(hours{1});

  BOOST_TEST(texts() == words({"one"}));
  BOOST_TEST((results() == std::vector{DeliveryResult::found}));
}

BOOST_AUTO_TEST_CASE(a_refusal_before_it_stands_needs_no_search) {
  plan(1, "one");
  mattermost.script.fail("create_post",
                         Error{ErrorKind::throttled, "slow down", seconds{20}, 429, {}});

  live_for(seconds{19});
  BOOST_TEST(mattermost.script.count("create_post") == 1U);
  live_for(minutes{1});

  BOOST_TEST(texts() == words({"one"}));
  BOOST_TEST(mattermost.script.count("posts_page") == 0U);
}

BOOST_AUTO_TEST_CASE(a_permanent_refusal_is_a_dead_letter_and_the_lane_goes_on) {
  plan(1, "one");
  plan(2, "two");
  mattermost.script.fail("create_post", ErrorKind::refused);

  live_for(minutes{1});

  BOOST_TEST(texts() == words({"two"}));
  const auto letters = store.dead_letters("", 10).value();
  BOOST_REQUIRE(letters.size() == 1U);
  BOOST_TEST((letters[0].ref == message(1)));
  BOOST_TEST(letters[0].stage == "deliver");
  BOOST_TEST(journal.count<DeliveryDead>() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_not_looked_for_when_its_dead_letter_is_retried) {
  plan(1, "one");
  mattermost.script.fail("create_post", ErrorKind::refused);
  live_for(minutes{1});

  BOOST_REQUIRE(store.retry_dead_letter(store.dead_letters("", 1).value()[0].id, clock.now().wall));
  live_for(minutes{1});

  BOOST_TEST(texts() == words({"one"}));
  BOOST_TEST(mattermost.script.count("posts_page") == 0U);
}

BOOST_AUTO_TEST_CASE(after_seven_days_of_failure_it_is_dead_and_a_retry_begins_a_fresh_age) {
  plan(1, "one");
  mattermost.script.fail_always("create_post", ErrorKind::throttled);
  live_for(hours{24 * 7 + 1});
  BOOST_REQUIRE(store.dead_letter_count() == 1U);

  BOOST_REQUIRE(store.retry_dead_letter(store.dead_letters("", 1).value()[0].id, clock.now().wall));
  live_for(hours{24});
  BOOST_TEST(store.dead_letter_count() == 0U);
  mattermost.script.heal();
  live_for(hours{1});

  BOOST_TEST(texts() == words({"one"}));
}

BOOST_AUTO_TEST_CASE(administrators_hear_of_a_token_that_is_refused_and_nothing_is_lost) {
  plan(1, "one");
  mattermost.script.fail("create_post", ErrorKind::unauthorized, 2);

  live_for(minutes{5});

  BOOST_TEST(journal.count<AdministratorNeeded>() == 2U);
  BOOST_TEST(texts() == words({"one"}));
}

BOOST_AUTO_TEST_CASE(who_was_deactivated_or_has_left_gets_no_posts) {
  plan(1, "one");
  mattermost.people[anna].is_active = false;
  settle();
  BOOST_TEST(texts().empty());
  BOOST_TEST((results() == std::vector{DeliveryResult::obsolete}));

  plan(2, "two");
  BOOST_REQUIRE(store.remove_account(anna));
  settle();

  BOOST_TEST(texts().empty());
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(an_edit_changes_the_post_and_a_deletion_marks_it) {
  plan(1, "one");
  settle();
  clock.advance(minutes{1});
  plan(1, ChangeKind::edited, "one, better");
  settle();
  BOOST_TEST(texts() == words({"one, better"}));

  plan(1, ChangeKind::deleted, "deleted in Teams");
  settle();

  BOOST_TEST(texts() == words({"deleted in Teams"}));
  BOOST_TEST((results() == std::vector{DeliveryResult::posted, DeliveryResult::patched,
                                       DeliveryResult::patched}));
}

BOOST_AUTO_TEST_CASE(where_the_setting_says_so_a_deletion_removes_the_post) {
  policy.on_delete = OnDelete::remove;
  start();
  plan(1, "one");
  plan(1, ChangeKind::deleted, "deleted in Teams");

  settle();

  BOOST_TEST(mattermost.posts.at(0).is_deleted);
  BOOST_TEST((results() == std::vector{DeliveryResult::posted, DeliveryResult::removed}));
}

BOOST_AUTO_TEST_CASE(an_edit_that_the_post_shows_already_or_that_has_no_post_is_done) {
  plan(1, "one");
  settle();
  clock.advance(minutes{1});
  plan(1, ChangeKind::edited, "new");
  settle();
  mattermost.script.forget_calls();
  clock.advance(-minutes{1});
  plan(1, ChangeKind::edited, "old");
  plan(2, ChangeKind::edited, "of nothing");

  settle();

  BOOST_TEST(texts() == words({"new"}));
  BOOST_TEST(mattermost.script.count("patch_post") == 0U);
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(a_403_on_a_patch_is_asked_about_a_gone_post_is_done_a_standing_one_answered) {
  plan(1, "one");
  plan(2, "two");
  settle();
  clock.advance(minutes{1});
  mattermost.posts.at(0).is_deleted = true;
  plan(1, ChangeKind::edited, "one, better");
  settle();
  BOOST_TEST((results().back() == DeliveryResult::obsolete));
  BOOST_TEST(store.dead_letter_count() == 0U);

  mattermost.script.fail("patch_post", ErrorKind::forbidden);
  plan(2, ChangeKind::edited, "two, better");
  settle();

  BOOST_TEST((results().back() == DeliveryResult::replied));
  BOOST_TEST(store.dead_letter_count() == 0U);
  BOOST_TEST(mattermost.script.count("post") == 2U);
}

/// A server that lets nobody edit any more.
struct FrozenFixture : DeliverFixture {
  FrozenFixture() {
    plan(1, "one");
    settle();
    clock.advance(minutes{1});
    mattermost.script.fail_always("patch_post",
                                  Error{ErrorKind::refused, "too late", {}, 400, k_edit_time_over});
  }
};

BOOST_FIXTURE_TEST_CASE(an_edit_after_the_servers_time_limit_is_told_beside_its_post,
                        FrozenFixture) {
  plan(1, ChangeKind::edited, "one, better");
  settle();

  BOOST_TEST(texts() == words({"one", "one, better"}));
  BOOST_CHECK(mattermost.posts.at(1).request.root == mattermost.posts.at(0).id);
  BOOST_TEST((results().back() == DeliveryResult::replied));
  BOOST_TEST(store.dead_letter_count() == 0U);
  BOOST_CHECK(store.delivery(message(1), anna).value()->post == mattermost.posts.at(0).id);
}

BOOST_FIXTURE_TEST_CASE(an_edit_beside_its_post_is_told_once_though_its_answer_is_lost,
                        FrozenFixture) {
  mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);
  plan(1, ChangeKind::edited, "one, better");
  static_cast<void>(deliver->step(anna, clock.now()));
  static_cast<void>(deliver->step(anna, clock.now()));
  start();

  live_for(minutes{5});

  BOOST_TEST(texts() == words({"one", "one, better"}));
  BOOST_TEST((results().back() == DeliveryResult::replied));
}

BOOST_FIXTURE_TEST_CASE(what_was_deleted_after_the_time_limit_does_not_stay, FrozenFixture) {
  plan(1, ChangeKind::deleted, "deleted in Teams");

  settle();

  BOOST_TEST(mattermost.posts.at(0).is_deleted);
  BOOST_TEST((results().back() == DeliveryResult::removed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
