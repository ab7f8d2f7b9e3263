#include "sync/deliver_files.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/sync/files_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::minutes;

OutboxEntry entry_in(const std::string& language) {
  OutboxEntry entry;
  entry.planned.text = Content{"text"};
  entry.planned.language = language;
  entry.planned.files.resize(1);
  entry.planned.files[0].notice = Content{"📎 plan.docx"};
  entry.files.resize(1);
  entry.files[0].progress = FileMissing{FileTrouble::gone};
  return entry;
}

BOOST_FIXTURE_TEST_SUITE(deliver_files, FilesFixture)

BOOST_AUTO_TEST_CASE(what_mattermost_leaves_out_without_a_word_the_post_names) {
  mattermost.unattachable = {FileId{"file-1"}};
  const std::string second = "https://contoso.sharepoint.com/second";
  source.shared[second] = {"second.txt", "second"};
  PlannedFile other = shared("2");
  other.address = Content{second};
  other.notice = Content{"📎 second.txt"};

  say(1, {shared(), other});
  settle();

  BOOST_TEST(texts() == words({"words\n\n📎 plan.docx (it could not be attached)"}));
  BOOST_TEST(bytes_of(0) == "second");
  BOOST_CHECK(troubles() == std::vector<FileTrouble>{FileTrouble::refused});
  // An edit knows of it.
  plan(1, ChangeKind::edited, "better words", {shared(), other});
  settle();
  BOOST_TEST(texts() == words({"better words\n\n📎 plan.docx (it could not be attached)"}));
}

BOOST_AUTO_TEST_CASE(what_mattermost_leaves_out_is_named_once_whatever_fails_on_the_way) {
  const std::string named = "words\n\n📎 plan.docx (it could not be attached)";
  mattermost.unattachable = {FileId{"file-1"}, FileId{"file-2"}, FileId{"file-3"},
                             FileId{"file-4"}};

  // A crash before the post is changed, and one after.
  say(1, {shared()});
  live_until([this] { return !mattermost.posts.empty(); });
  start();
  live_for(minutes{5});
  say(2, {shared()});
  deliveries.script.fail_always("record_delivery", ErrorKind::transient);
  live_until([this] { return mattermost.script.count("patch_post") == 2; });
  deliveries.script.heal();
  start();
  live_for(minutes{5});
  // A change that fails, and one whose answer is lost.
  say(3, {shared()});
  mattermost.script.fail("patch_post", ErrorKind::transient, 2);
  live_for(minutes{5});
  say(4, {shared()});
  mattermost.script.lose_answer("patch_post", ErrorKind::transient);
  live_for(minutes{5});

  BOOST_TEST(texts() == std::vector<std::string>(4, named));
  for (int message = 1; message <= 4; ++message) BOOST_TEST(is_delivered(message));
}

BOOST_AUTO_TEST_CASE(where_the_text_can_no_longer_be_changed_what_was_left_out_is_told_beside_it) {
  mattermost.unattachable = {FileId{"file-1"}};
  mattermost.script.fail_always("patch_post",
                                Error{ErrorKind::refused, "too late", {}, 400, k_edit_time_over});
  say(1, {shared()});
  // Of what is told beside it the answer is lost, and then the process dies.
  live_until([this] { return !mattermost.posts.empty(); });
  mattermost.script.lose_answer("create_post", ErrorKind::in_doubt);
  live_until([this] { return mattermost.posts.size() > 1; });
  clock.advance_to(clock.now().steady + minutes{1});
  start();

  live_for(minutes{5});

  BOOST_TEST(texts() == words({"words", "📎 plan.docx (it could not be attached)"}));
  BOOST_TEST(mattermost.posts[1].request.root.text() == mattermost.posts[0].id.text());
  BOOST_TEST(is_delivered(1));
}

BOOST_AUTO_TEST_CASE(a_post_that_went_meanwhile_is_told_nothing) {
  mattermost.unattachable = {FileId{"file-1"}};
  say(1, {shared()});
  live_until([this] { return !mattermost.posts.empty(); });
  mattermost.posts[0].is_deleted = true;
  mattermost.script.fail("create_post", ErrorKind::refused);

  live_for(minutes{5});

  BOOST_TEST(mattermost.posts.size() == 1U);
  BOOST_TEST(is_delivered(1));
  BOOST_TEST(store.dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE(why_a_file_is_missing_is_told_in_the_readers_language) {
  render::Catalogue catalogue = render::Catalogue::built_in();
  BOOST_REQUIRE(catalogue.add("nl", "file_gone = bestaat niet meer", "").has_value());
  const auto told = [&](const char* language) {
    return text_of_post(entry_in(language), catalogue).reveal();
  };

  BOOST_TEST(told("de") == "text\n\n📎 plan.docx (nicht mehr vorhanden)");
  BOOST_TEST(told("nl-BE") == "text\n\n📎 plan.docx (bestaat niet meer)");
  BOOST_TEST(told("") == "text\n\n📎 plan.docx (it is no longer there)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
