#include <boost/test/unit_test.hpp>

#include "sync/carry_files.h"
#include "tests/unit/sync/files_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

BOOST_FIXTURE_TEST_SUITE(carry_files_upload, FilesFixture)

BOOST_AUTO_TEST_CASE(a_session_of_another_bot_is_begun_anew_and_not_for_ever) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  after_parts(2, [this] { sink.script.fail("continue_upload", ErrorKind::forbidden); });
  live_for(minutes{5});
  BOOST_TEST(bytes_of(0) == large);
  BOOST_TEST(sink.script.count("begin_upload") == 2U);

  // Found out by the question where the session stands, too.
  sink.sessions.clear();
  say(2, {shared()});
  live_until([this] { return !sink.sessions.empty(); });
  start();
  sink.script.fail("upload_offset", ErrorKind::forbidden);
  live_for(minutes{5});
  BOOST_TEST(bytes_of(1) == large);
  BOOST_TEST(sink.script.count("begin_upload") == 4U);

  say(3, {shared()});
  sink.script.fail_always("continue_upload", ErrorKind::forbidden);
  live_for(minutes{5});
  BOOST_REQUIRE_EQUAL(texts().size(), 3U);
  BOOST_TEST(texts()[2] == "words\n\n📎 plan.docx (it could not be attached)");
  BOOST_TEST(sink.script.count("begin_upload") == 8U);
}

BOOST_AUTO_TEST_CASE(a_file_that_mattermost_still_puts_together_is_waited_for_and_not_sent_again) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  sink.unfinished = 2;

  live_for(minutes{5});

  BOOST_TEST(bytes_of(0) == large);
  BOOST_TEST(sink.script.count("begin_upload") == 1U);
  BOOST_TEST(sink.script.count("upload_offset") == 2U);
  BOOST_TEST(source.ranges.size() == 4U);
  BOOST_CHECK(sink.completed == std::vector<std::uint64_t>(3, large.size()));
}

BOOST_AUTO_TEST_CASE(a_restart_after_the_last_part_sends_none_of_it_again) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  sink.unfinished = 1;
  live_until([this] { return !sink.completed.empty(); });

  start();
  live_for(minutes{5});

  BOOST_TEST(bytes_of(0) == large);
  BOOST_TEST(sink.script.count("begin_upload") == 1U);
  BOOST_TEST(source.ranges.size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_picture_that_mattermost_cannot_read_goes_up_as_bytes) {
  PlannedFile photo = shared();
  photo.name = Content{"photo.heic"};
  source.shared[address].bytes = large;
  sink.unreadable = ".heic";
  say(1, {photo});
  live_for(minutes{5});
  // A server may keep the codes of its errors to itself.
  sink.unreadable_code.clear();
  say(2, {photo});
  live_for(minutes{5});

  BOOST_REQUIRE_EQUAL(texts().size(), 2U);
  BOOST_TEST(texts() == words({"words", "words"}));
  for (const std::size_t post : {0U, 1U}) {
    BOOST_TEST(bytes_of(post) == large);
    BOOST_TEST(files_of(post)[0].name == "photo.heic.bin");
  }
  BOOST_TEST(sink.script.count("begin_upload") == 4U);
}

BOOST_AUTO_TEST_CASE(a_file_that_mattermost_never_gets_together_holds_no_text_for_ever) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  sink.unreadable = ".docx";
  sink.unreadable_code = "app.upload.upload_data.read_file.app_error";

  live_for(hours{1});

  check_left_out(FileTrouble::refused, "it could not be attached");
  BOOST_TEST(sink.script.count("begin_upload") == 4U);
}

BOOST_AUTO_TEST_CASE(what_a_plugin_rejects_at_the_end_is_named_at_once) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  after_parts(3, [this] {
    sink.script.fail(
        "continue_upload",
        Error{ErrorKind::refused, "rejected", {}, 400, "app.upload.run_plugins_hook.rejected"});
  });

  live_for(minutes{5});

  check_left_out(FileTrouble::refused, "it could not be attached");
  BOOST_TEST(sink.script.count("begin_upload") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
