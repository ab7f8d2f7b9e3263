#include <boost/test/unit_test.hpp>

#include "sync/policy/mark.h"
#include "tests/unit/sync/life_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(late_changes, LifeFixture)

BOOST_AUTO_TEST_CASE(an_announcement_that_its_edits_overtook_shows_the_newest_text) {
  say("first words");
  edit("second words");
  const Message second = message;
  edit("third words");
  hear(ChangeKind::edited);

  hear_rich(ChangeKind::created, second);

  BOOST_TEST(shows("> third words"));
}

/// Mattermost takes no post of Anna's message, which dies of it.
struct DeadFixture : LifeFixture {
  DeadFixture() {
    say("the words");
    mattermost.script.fail("create_post", ErrorKind::refused);
    announce_rich(ChangeKind::created);
    live(seconds{10});
    BOOST_REQUIRE_EQUAL(store.dead_letter_count(), 1U);
  }
};

BOOST_FIXTURE_TEST_CASE(a_retried_dead_letter_says_what_was_edited_meanwhile, DeadFixture) {
  edit("better words");
  hear(ChangeKind::edited);
  edit("best words");
  hear(ChangeKind::edited);
  BOOST_TEST(store.dead_letter_count() == 1U);
  BOOST_TEST((results().back() == DeliveryResult::amended));

  retry_dead_letter();

  BOOST_TEST(shows("> best words"));
  BOOST_TEST(patches() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_edit_after_the_retry_reaches_the_post, DeadFixture) {
  edit("better words");
  hear(ChangeKind::edited);
  retry_dead_letter();

  edit("best words");
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> best words"));
}

BOOST_FIXTURE_TEST_CASE(a_retried_dead_letter_of_a_deleted_message_is_not_posted, DeadFixture) {
  erase();
  hear(ChangeKind::deleted);

  retry_dead_letter();

  BOOST_TEST(mattermost.posts.empty());
  BOOST_TEST(store.dead_letter_count() == 0U);
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_FIXTURE_TEST_CASE(not_even_where_deletions_are_ignored, DeadFixture) {
  begin(OnDelete::ignore);
  erase();
  hear(ChangeKind::deleted);

  retry_dead_letter();

  BOOST_TEST(mattermost.posts.empty());
}

BOOST_FIXTURE_TEST_CASE(where_deletions_are_ignored_what_was_posted_stays, DeadFixture) {
  begin(OnDelete::ignore);
  const std::string letter = store.dead_letters("", 1).value().front().id;
  mattermost.script.fail_always("create_post", ErrorKind::transient);
  BOOST_REQUIRE(store.retry_dead_letter(letter, clock.now().wall));
  erase();
  hear(ChangeKind::deleted);

  mattermost.script.heal();
  live(minutes{30});

  BOOST_TEST(shows("> the words"));
}

BOOST_FIXTURE_TEST_CASE(a_dead_letter_whose_deletion_was_undone_is_posted_again, DeadFixture) {
  erase();
  hear(ChangeKind::deleted);
  undo();
  hear(ChangeKind::edited);

  retry_dead_letter();

  BOOST_TEST(shows("> the words"));
}

BOOST_FIXTURE_TEST_CASE(what_was_not_posted_as_it_was_deleted_is_posted_when_it_is_back,
                        DeadFixture) {
  erase();
  hear(ChangeKind::deleted);
  retry_dead_letter();

  undo();
  hear(ChangeKind::edited);
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> the words"));
}

BOOST_FIXTURE_TEST_CASE(an_edit_that_finds_the_letter_taken_back_goes_behind_it, DeadFixture) {
  const std::string letter = store.dead_letters("", 1).value().front().id;
  mattermost.script.fail_always("create_post", ErrorKind::transient);
  edit("better words");
  announce(ChangeKind::edited);
  // Taken back at the moment in which the edit looks for it.
  deliveries.script.during(
      "amend", [&] { BOOST_REQUIRE(store.retry_dead_letter(letter, clock.now().wall)); });
  live(seconds{10});

  mattermost.script.heal();
  live(minutes{30});

  BOOST_TEST(shows("> better words"));
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_edit_of_a_dropped_dead_letter_is_done, DeadFixture) {
  BOOST_REQUIRE(store.drop_dead_letter(store.dead_letters("", 1).value().front().id));

  edit("better words");
  hear(ChangeKind::edited);

  BOOST_TEST(store.outbox_entries() == 0U);
  BOOST_TEST(store.dead_letter_count() == 0U);
  BOOST_TEST(mattermost.posts.empty());
}

BOOST_FIXTURE_TEST_CASE(a_dead_letter_carries_the_files_that_the_edit_left, LifeFixture) {
  say("two files");
  attach("one");
  attach("two");
  edit("two files");
  mattermost.script.fail("create_post", ErrorKind::refused);
  hear(ChangeKind::created);
  const std::size_t uploaded = sink.script.count("upload_file");
  detach("one");
  attach("three");
  edit("other files");
  hear(ChangeKind::edited);

  retry_dead_letter();

  BOOST_TEST(shows("> other files"));
  BOOST_TEST(files_of_last_post() == 2U);
  BOOST_TEST(sink.script.count("upload_file") == uploaded + 1);
}

/// The post of Anna's message stands, but nobody could find out until it died of age.
struct DoubtfulFixture : LifeFixture {
  explicit DoubtfulFixture(OnDelete on_delete = OnDelete::mark) {
    begin(on_delete);
    say("the words");
    mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);
    mattermost.script.fail_always("posts_page", ErrorKind::transient);
    hear(ChangeKind::created);
    live(hours{24 * 7 + 1});
    BOOST_REQUIRE_EQUAL(store.dead_letter_count(), 1U);
    mattermost.script.heal();
  }
};
struct DoubtfulRemovingFixture : DoubtfulFixture {
  DoubtfulRemovingFixture() : DoubtfulFixture(OnDelete::remove) {}
};

BOOST_FIXTURE_TEST_CASE(a_post_in_doubt_that_stands_is_given_the_newest_text, DoubtfulFixture) {
  edit("better words");
  hear(ChangeKind::edited);

  retry_dead_letter();

  BOOST_TEST(shows("> better words"));
  BOOST_TEST((results().back() == DeliveryResult::found));
}

BOOST_FIXTURE_TEST_CASE(a_post_in_doubt_that_stands_is_marked_deleted, DoubtfulFixture) {
  erase();
  hear(ChangeKind::deleted);

  retry_dead_letter();

  BOOST_TEST(shows("was deleted in Teams"));
}

BOOST_FIXTURE_TEST_CASE(a_post_in_doubt_that_stands_is_removed, DoubtfulRemovingFixture) {
  erase();
  hear(ChangeKind::deleted);

  retry_dead_letter();

  BOOST_TEST(posts().empty());
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_post_in_doubt_that_never_was_is_not_made_of_a_deleted_message,
                        DoubtfulFixture) {
  mattermost.posts.clear();
  erase();
  hear(ChangeKind::deleted);

  retry_dead_letter();

  BOOST_TEST(mattermost.posts.empty());
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(what_died_before_it_was_planned_is_told_as_it_is_at_the_retry) {
  say("the words");
  graph.script.fail_always("chat", ErrorKind::refused);
  announce_rich(ChangeKind::created);
  live(seconds{10});
  BOOST_REQUIRE_EQUAL(store.dead_letter_count(), 1U);
  graph.script.heal();
  edit("better words");  // heard of by nobody

  retry_dead_letter();

  BOOST_TEST(shows("> better words"));
}

BOOST_AUTO_TEST_CASE(an_edit_that_died_does_not_undo_a_deletion_when_it_is_retried) {
  say("the words");
  hear(ChangeKind::created);
  edit("better words");
  mattermost.script.fail("patch_post", ErrorKind::refused);
  hear(ChangeKind::edited);
  BOOST_REQUIRE_EQUAL(store.dead_letter_count(), 1U);
  erase();
  hear(ChangeKind::deleted);

  retry_dead_letter();

  BOOST_TEST(shows("was deleted in Teams"));
}

// --- blocked by a policy ---

BOOST_AUTO_TEST_CASE(what_a_policy_blocks_later_is_replaced_by_its_notice_and_comes_back) {
  say("secret number");
  attach("secret");
  edit("secret number");
  hear(ChangeKind::created);
  BOOST_REQUIRE_EQUAL(files_of_last_post(), 1U);

  block("Blocked by Contoso");
  announce_rich(ChangeKind::edited);
  live(seconds{10});

  BOOST_TEST(shows("Blocked by Contoso"));
  BOOST_TEST(posts()[0].find("secret number") == std::string::npos);
  BOOST_TEST(files_of_last_post() == 0U);

  unblock();
  announce_rich(ChangeKind::edited);
  live(seconds{10});

  BOOST_TEST(shows("> secret number"));
  BOOST_TEST(shows("[secret.txt]("));
}

BOOST_AUTO_TEST_CASE(what_was_blocked_from_the_start_comes_when_it_is_free) {
  say("secret number");
  block("Blocked by Contoso");
  hear(ChangeKind::created);
  BOOST_TEST(shows("Blocked by Contoso"));

  unblock();
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> secret number"));
}

BOOST_AUTO_TEST_CASE(a_reaction_to_what_is_blocked_changes_nothing) {
  say("secret number");
  hear(ChangeKind::created);
  block("Blocked by Contoso");
  hear(ChangeKind::edited);
  mattermost.script.forget_calls();

  react();
  hear(ChangeKind::edited);

  BOOST_TEST(patches() == 0U);
  BOOST_TEST(shows("Blocked by Contoso"));
}

BOOST_AUTO_TEST_CASE(what_is_blocked_and_then_deleted_is_deleted) {
  say("secret number");
  hear(ChangeKind::created);
  block("Blocked by Contoso");
  hear(ChangeKind::edited);

  erase();
  hear(ChangeKind::deleted);

  BOOST_TEST(shows("was deleted in Teams"));
}

// --- files ---

BOOST_AUTO_TEST_CASE(an_edit_takes_away_the_file_that_it_took_away_in_teams) {
  say("two files");
  attach("one");
  attach("two");
  edit("two files");
  hear(ChangeKind::created);
  const std::vector<FileId> before = mattermost.posts.back().request.files;
  BOOST_REQUIRE_EQUAL(before.size(), 2U);

  detach("one");
  edit("one file");
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> one file"));
  BOOST_REQUIRE_EQUAL(files_of_last_post(), 1U);
  BOOST_CHECK(mattermost.posts.back().request.files[0] == before[1]);
  attach("three");
  edit("two again");
  hear(ChangeKind::edited);
  BOOST_TEST(shows("[three.txt](https://contoso.sharepoint.com/three)"));
  BOOST_CHECK(mattermost.posts.back().request.files == std::vector{before[1]});
}

BOOST_AUTO_TEST_CASE(a_post_of_an_older_version_keeps_its_files) {
  say("a file");
  attach("one");
  edit("a file");
  hear(ChangeKind::created);
  Delivery old = store.delivery(message.ref, anna).value().value();
  old.files[0].file = FileId{};
  // Only through an entry of its own can a record be replaced.
  plan(7, "other");
  BOOST_REQUIRE(store.record_delivery(store.head(anna).value().value(), old));

  detach("one");
  edit("no file");
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> no file"));
  BOOST_TEST(files_of_last_post() == 1U);
}

BOOST_AUTO_TEST_CASE(where_files_may_not_be_changed_an_edit_changes_the_text) {
  say("a file");
  attach("one");
  edit("a file");
  hear(ChangeKind::created);
  mattermost.script.fail_always("patch_files", ErrorKind::forbidden);

  detach("one");
  edit("no file");
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> no file"));
  BOOST_TEST(store.dead_letter_count() == 0U);
}

// --- what the server does not let us edit ---

/// A server that lets nobody edit any more.
struct FrozenLifeFixture : LifeFixture {
  FrozenLifeFixture() {
    say("the words");
    hear(ChangeKind::created);
    for (const char* operation : {"patch_post", "patch_files"}) {
      mattermost.script.fail_always(
          operation, Error{ErrorKind::refused, "too late", {}, 400, k_edit_time_over});
    }
  }
};

BOOST_FIXTURE_TEST_CASE(each_edit_after_the_time_limit_is_told_once, FrozenLifeFixture) {
  edit("better words");
  hear(ChangeKind::edited);
  edit("best words");
  hear(ChangeKind::edited);
  hear(ChangeKind::edited);

  BOOST_REQUIRE_EQUAL(posts().size(), 3U);
  BOOST_TEST(posts()[1].find("> better words") != std::string::npos);
  BOOST_TEST(posts()[2].find("> best words") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_is_blocked_after_the_time_limit_does_not_stay, FrozenLifeFixture) {
  block("Blocked by Contoso");
  hear(ChangeKind::edited);
  BOOST_TEST(posts().empty());

  unblock();
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> the words"));
}

BOOST_AUTO_TEST_CASE(a_post_that_the_bot_may_not_edit_is_answered_and_no_dead_letter) {
  say("the words");
  hear(ChangeKind::created);
  mattermost.script.fail_always("patch_post", ErrorKind::forbidden);

  edit("better words");
  hear(ChangeKind::edited);

  BOOST_TEST(posts().size() == 2U);
  BOOST_CHECK(mattermost.posts.back().request.root == mattermost.posts.front().id);
  BOOST_TEST(store.dead_letter_count() == 0U);
  erase();
  hear(ChangeKind::deleted);
  BOOST_TEST(mattermost.posts.front().is_deleted);
}

BOOST_AUTO_TEST_CASE(what_can_neither_be_edited_nor_removed_is_one_dead_letter) {
  say("the words");
  hear(ChangeKind::created);
  mattermost.script.fail_always("patch_post", ErrorKind::forbidden);
  mattermost.script.fail_always("delete_post", ErrorKind::forbidden);

  erase();
  hear(ChangeKind::deleted);

  BOOST_TEST(store.dead_letter_count() == 1U);
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(a_post_that_is_gone_needs_no_edit) {
  say("the words");
  hear(ChangeKind::created);
  mattermost.script.fail("patch_post", ErrorKind::gone);

  edit("better words");
  hear(ChangeKind::edited);

  BOOST_TEST((results().back() == DeliveryResult::obsolete));
  BOOST_TEST(store.dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
