#include <boost/test/unit_test.hpp>

#include "tests/unit/sync/life_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A message that was told and whose deletion was told.
struct DeletedFixture : LifeFixture {
  DeletedFixture() {
    say("the words");
    hear(ChangeKind::created);
    BOOST_REQUIRE(shows("the words"));
  }
  void delete_and_hear() {
    erase();
    hear(ChangeKind::deleted);
  }
};

BOOST_FIXTURE_TEST_SUITE(deletions_and_their_undoing, DeletedFixture)

BOOST_AUTO_TEST_CASE(a_deleted_text_does_not_come_back_with_content_from_before) {
  edit("better words");
  const Message before = message;
  delete_and_hear();
  BOOST_REQUIRE(shows("was deleted in Teams"));

  hear_rich(ChangeKind::edited, before);

  BOOST_TEST(shows("was deleted in Teams"));
  BOOST_TEST(store.outbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deleted_text_does_not_come_back_while_its_deletion_still_waits) {
  edit("better words");
  const Message before = message;
  erase();
  announce(ChangeKind::deleted);
  announce_rich(ChangeKind::edited, before);

  live(minutes{1});

  BOOST_TEST(shows("was deleted in Teams"));
}

BOOST_AUTO_TEST_CASE(what_is_deleted_before_it_is_planned_is_not_posted_from_its_content) {
  say("never mind");
  announce_rich(ChangeKind::created);
  const Message before = message;
  erase();
  announce(ChangeKind::deleted);
  resources.contents[message.ref] = before;

  live(minutes{1});

  BOOST_TEST(shows("the words"));
}

BOOST_AUTO_TEST_CASE(an_undone_deletion_brings_the_text_back) {
  delete_and_hear();

  undo();
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> the words"));
  BOOST_TEST(mattermost.posts.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_undone_deletion_brings_the_newest_text_back) {
  edit("better words");
  hear(ChangeKind::edited);
  delete_and_hear();

  undo();
  announce_rich(ChangeKind::edited);
  live(minutes{1});

  BOOST_TEST(shows("> better words"));
}

BOOST_AUTO_TEST_CASE(an_undoing_announced_again_and_again_changes_the_post_once) {
  delete_and_hear();
  undo();
  hear(ChangeKind::edited);
  mattermost.script.forget_calls();

  hear(ChangeKind::edited);
  hear(ChangeKind::deleted);
  hear_rich(ChangeKind::edited, graph.messages.at(message.ref));

  BOOST_TEST(shows("> the words"));
  BOOST_TEST(patches() == 0U);
}

BOOST_AUTO_TEST_CASE(a_reaction_to_what_was_deleted_once_changes_nothing) {
  delete_and_hear();
  undo();
  hear(ChangeKind::edited);
  mattermost.script.forget_calls();

  react();
  hear(ChangeKind::edited);

  BOOST_TEST(patches() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deletion_after_an_undone_one_is_told_again) {
  for (int i = 0; i < 3; ++i) {
    delete_and_hear();
    BOOST_TEST(shows("was deleted in Teams"), i);
    undo();
    hear(ChangeKind::edited);
    BOOST_TEST(shows("> the words"), i);
  }

  edit("last words");
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> last words"));
  BOOST_TEST(mattermost.posts.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_old_announcement_of_a_deletion_does_not_swallow_the_next_deletion) {
  erase();
  undo();
  // Late, for what is undone already.
  hear(ChangeKind::deleted);
  BOOST_TEST(shows("> the words"));

  delete_and_hear();

  BOOST_TEST(shows("was deleted in Teams"));
}

BOOST_AUTO_TEST_CASE(a_deletion_and_its_undoing_heard_the_wrong_way_round_leave_the_text) {
  erase();
  const Message deleted = graph.messages.at(message.ref);
  undo();
  announce_rich(ChangeKind::edited);
  live(seconds{10});
  BOOST_TEST(patches() == 0U);

  hear_rich(ChangeKind::deleted, deleted);

  BOOST_TEST(shows("> the words"));
}

BOOST_AUTO_TEST_CASE(what_happened_while_mattermost_was_down_ends_as_teams_has_it) {
  mattermost.script.fail_always("patch_post", ErrorKind::transient);
  delete_and_hear();
  undo();
  hear(ChangeKind::edited);
  erase();
  hear(ChangeKind::deleted);
  hear(ChangeKind::deleted);
  BOOST_TEST(shows("the words"));

  mattermost.script.heal();
  live(minutes{30});

  BOOST_TEST(shows("was deleted in Teams"));
}

BOOST_AUTO_TEST_CASE(a_deletion_of_what_nobody_may_read_any_more_is_believed) {
  erase();
  graph.script.fail_always("message", ErrorKind::forbidden);

  announce_rich(ChangeKind::deleted);
  live(minutes{1});

  BOOST_TEST(shows("was deleted in Teams"));
  BOOST_TEST(store.dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE(where_deletions_remove_posts_an_undoing_posts_anew_and_once) {
  begin(OnDelete::remove);
  delete_and_hear();
  BOOST_TEST(posts().empty());

  undo();
  hear(ChangeKind::edited);
  hear(ChangeKind::edited);
  hear(ChangeKind::deleted);

  BOOST_TEST(shows("> the words"));
  BOOST_TEST(mattermost.posts.size() == 2U);
  delete_and_hear();
  BOOST_TEST(posts().empty());
  undo();
  hear(ChangeKind::edited);
  BOOST_TEST(shows("> the words"));
}

BOOST_AUTO_TEST_CASE(a_post_made_anew_whose_answer_is_lost_is_not_made_twice) {
  begin(OnDelete::remove);
  delete_and_hear();
  undo();
  mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);
  announce(ChangeKind::edited);
  live(seconds{1});
  begin(OnDelete::remove);

  live(minutes{5});

  BOOST_TEST(shows("> the words"));
  BOOST_TEST(mattermost.posts.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_post_made_anew_carries_its_files) {
  begin(OnDelete::remove);
  say("with a file");
  attach("plan");
  edit("with a file");
  hear(ChangeKind::created);
  BOOST_REQUIRE_EQUAL(files_of_last_post(), 1U);
  delete_and_hear();

  undo();
  hear(ChangeKind::edited);

  BOOST_TEST(mattermost.posts.back().request.text.reveal().find("with a file") !=
             std::string::npos);
  BOOST_TEST(files_of_last_post() == 1U);
}

BOOST_AUTO_TEST_CASE(files_that_went_with_a_deleted_text_are_named_when_it_comes_back) {
  say("with a file");
  attach("plan");
  edit("with a file");
  hear(ChangeKind::created);
  delete_and_hear();
  BOOST_TEST(files_of_last_post() == 0U);

  undo();
  hear(ChangeKind::edited);

  const std::string text = mattermost.posts.back().request.text.reveal();
  BOOST_TEST(text.find("> with a file") != std::string::npos, text);
  BOOST_TEST(text.find("[plan.txt](https://contoso.sharepoint.com/plan)") != std::string::npos,
             text);
}

BOOST_AUTO_TEST_CASE(where_deletions_are_ignored_so_is_their_undoing) {
  begin(OnDelete::ignore);
  delete_and_hear();

  undo();
  hear(ChangeKind::edited);

  BOOST_TEST(shows("> the words"));
  BOOST_TEST(patches() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_deleted_before_it_was_told_can_be_told_once_it_is_back) {
  say("wait");
  erase();
  hear(ChangeKind::created);
  BOOST_TEST(shows("the words"));

  undo();
  hear(ChangeKind::created);  // as a sweep finds it

  BOOST_TEST(posts().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
