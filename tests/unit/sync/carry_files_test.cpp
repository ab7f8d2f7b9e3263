#include "sync/carry_files.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/sync/files_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(carry_files, FilesFixture)

BOOST_AUTO_TEST_CASE(a_small_file_goes_up_whole_and_then_the_post_with_it) {
  say(1, {shared()});

  settle();

  BOOST_TEST(texts() == words({"words"}));
  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == "short");
  BOOST_TEST(files_of(0)[0].name == "plan.docx");
  BOOST_TEST(files_of(0)[0].channel == kit::FakeMattermost::channel_of(anna).text());
  BOOST_TEST(sink.script.count("begin_upload") == 0U);
  BOOST_TEST(source.bearers == words({"annas token"}));
}

BOOST_AUTO_TEST_CASE(a_large_file_goes_up_part_by_part_and_is_the_same_at_the_end) {
  source.shared[address].bytes = large;
  sink.least_first_part = 10;
  say(1, {shared()});

  settle();

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == large);
  BOOST_TEST(sink.script.count("continue_upload") == 4U);
  BOOST_TEST(source.ranges.size() == 4U);
  for (const ByteRange& range : source.ranges) BOOST_TEST(range.count <= 10U);
}

BOOST_AUTO_TEST_CASE(a_restart_uploads_no_part_again_that_mattermost_has) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  for (int steps = 0; sink.script.count("continue_upload") < 2; ++steps) {
    BOOST_REQUIRE(steps < 100);
    clock.advance_to(*deliver->step(anna, clock.now()));
  }

  start();
  settle();

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == large);
  BOOST_TEST(sink.script.count("begin_upload") == 1U);
  BOOST_TEST(sink.script.count("continue_upload") == 4U);
  BOOST_TEST(sink.script.count("upload_offset") == 1U);
}

BOOST_AUTO_TEST_CASE(a_part_whose_answer_was_lost_is_not_sent_again) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  sink.script.lose_answer("continue_upload", ErrorKind::transient);

  live_for(minutes{5});

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == large);
  BOOST_TEST(sink.script.count("continue_upload") == 4U);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_gone_is_begun_anew) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  sink.script.during("continue_upload", [this] { sink.sessions.clear(); });

  live_for(minutes{5});

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == large);
  BOOST_TEST(sink.script.count("begin_upload") == 2U);
}

BOOST_AUTO_TEST_CASE(a_file_that_grew_meanwhile_is_carried_as_it_is_then) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  source.script.before_answer("download", [this] { source.shared[address].bytes += " and more"; });

  live_for(minutes{5});

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == large + " and more");
}

BOOST_AUTO_TEST_CASE(a_file_is_never_put_together_from_two_versions) {
  const std::string newer = "jihgfedcba9876543210ABCDEFGHIJ-tser";
  for (const bool is_told_of_parts : {true, false}) {
    source.tells_versions_of_parts = is_told_of_parts;
    source.shared[address] = {"plan.docx", large, false, false, "1"};
    say(is_told_of_parts ? 1 : 2, {shared()});
    after_parts(2, [&] {
      source.shared[address] = {"plan.docx", newer, false, false, "2"};
      // Without a word about its parts, only a new look-up can tell.
      if (!is_told_of_parts) source.make_addresses_old();
    });

    live_for(minutes{5});
  }

  BOOST_REQUIRE_EQUAL(texts().size(), 2U);
  BOOST_TEST(bytes_of(0) == newer);
  BOOST_TEST(bytes_of(1) == newer);
}

BOOST_AUTO_TEST_CASE(what_changed_while_the_process_was_down_is_begun_anew) {
  source.shared[address] = {"plan.docx", large, false, false, "1"};
  say(1, {shared()});
  while (sink.script.count("continue_upload") < 2) {
    clock.advance_to(*deliver->step(anna, clock.now()));
  }
  const std::string newer(large.rbegin(), large.rend());
  source.shared[address] = {"plan.docx", newer, false, false, "2"};

  start();
  live_for(minutes{5});

  BOOST_TEST(bytes_of(0) == newer);
  BOOST_TEST(sink.script.count("begin_upload") == 2U);
}

BOOST_AUTO_TEST_CASE(a_file_that_shrank_below_what_was_taken_is_carried_as_it_is_then) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  after_parts(2, [&] { source.shared[address].bytes = "short now"; });

  live_for(minutes{5});

  BOOST_TEST(bytes_of(0) == "short now");
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_all_the_time_holds_no_text_for_ever) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  always("download", source.script, [&] { source.shared[address].bytes += "."; });

  live_for(hours{1});

  check_left_out(FileTrouble::unreachable, "it could not be fetched");
  BOOST_TEST(sink.script.count("begin_upload") == 4U);
}

BOOST_AUTO_TEST_CASE(a_server_that_loses_every_upload_holds_no_text_for_ever) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  after_parts(2, [&] { always("continue_upload", sink.script, [&] { sink.sessions.clear(); }); });

  live_for(hours{5});

  check_left_out(FileTrouble::refused, "it could not be attached");
}

BOOST_AUTO_TEST_CASE(a_server_that_forgets_what_it_took_holds_no_text_for_ever) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  always("continue_upload", sink.script, [&] {
    for (auto& [id, session] : sink.sessions) session.file.bytes.clear();
  });

  live_for(hours{5});

  check_left_out(FileTrouble::refused, "it could not be attached");
}

BOOST_AUTO_TEST_CASE(an_address_that_grew_old_is_replaced_by_a_fresh_one) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  source.script.during("download", [this] { source.make_addresses_old(); });

  settle();

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == large);
  BOOST_TEST(source.script.count("shared_file") == 2U);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_refused_though_fresh_is_given_up) {
  source.script.fail_always("download", ErrorKind::forbidden);
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::no_access, "you have no access to it");
  BOOST_TEST(source.script.count("shared_file") == 2U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_had_is_named_with_its_reason_and_asked_for_once) {
  source.script.fail("shared_file", ErrorKind::forbidden);
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::no_access, "you have no access to it");
  BOOST_TEST(source.script.count("shared_file") == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_is_named) {
  source.shared.clear();
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::gone, "it is no longer there");
}

BOOST_AUTO_TEST_CASE(a_locked_file_is_named_and_not_waited_for) {
  source.script.fail("shared_file",
                     Error{ErrorKind::transient, "locked", std::nullopt, 423, "resourcelocked"});
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::blocked, "it is locked or held to be harmful");
}

BOOST_AUTO_TEST_CASE(malware_folders_and_empty_files_are_named) {
  source.shared[address].has_malware = true;
  say(1, {shared()});
  settle();
  source.shared[address] = {"plan", "", true};
  say(2, {shared()});
  settle();
  source.shared[address] = {"plan.docx", ""};
  say(3, {shared()});
  settle();

  const std::vector<FileTrouble> expected = {FileTrouble::blocked, FileTrouble::folder,
                                             FileTrouble::empty};
  BOOST_CHECK(troubles() == expected);
  BOOST_TEST(texts().size() == 3U);
  BOOST_TEST(source.script.count("download") == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_over_the_servers_limit_is_named_and_not_fetched) {
  files->limit_files(4);
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::too_large, "it is too large");
  BOOST_TEST(source.script.count("download") == 0U);
}

BOOST_AUTO_TEST_CASE(what_proves_to_be_over_the_servers_limit_is_named_and_not_sent) {
  files->limit_files(8);
  // Office documents may be larger than they are said to be.
  source.script.before_answer("shared_file", [this] { source.shared[address].bytes = large; });
  say(1, {shared()});
  settle();
  source.hosted[{message(2), "content-1"}] = "123456789";
  say(2, {hosted(message(2))});
  live_for(seconds{10});

  BOOST_TEST(texts() == words({"words\n\n📎 plan.docx (it is too large)",
                               "words\n\n🖼️ picture (it is too large)"}));
  BOOST_TEST(sink.script.calls().empty());
}

BOOST_AUTO_TEST_CASE(a_limit_that_only_mattermost_knows_is_believed) {
  sink.script.fail("upload_file", Error{ErrorKind::refused, "413", std::nullopt, 413, {}});
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::too_large, "it is too large");
}

BOOST_AUTO_TEST_CASE(a_file_that_mattermost_refuses_is_named) {
  sink.script.fail("upload_file", Error{ErrorKind::refused, "400", std::nullopt, 400, {}});
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::refused, "it could not be attached");
}

BOOST_AUTO_TEST_CASE(nobody_elses_token_is_asked_for_a_shared_file) {
  static_cast<void>(another("bert"));
  source.script.fail_always("shared_file", ErrorKind::forbidden);
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::no_access, "you have no access to it");
  BOOST_TEST(source.bearers == words({"annas token"}));
}

BOOST_AUTO_TEST_CASE(the_apps_token_serves_a_picture_of_this_very_message) {
  source.hosted[{message(1), "content-1"}] = "pixels";
  source.script.fail("hosted_content", ErrorKind::forbidden);
  say(1, {hosted(message(1))});

  live_for(seconds{10});

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == "pixels");
  BOOST_TEST(files_of(0)[0].name == "picture.png");
  BOOST_REQUIRE_EQUAL(source.bearers.size(), 2U);
  BOOST_TEST(identity.owner_of(Secret{source.bearers[1]}) == "app");
}

BOOST_AUTO_TEST_CASE(the_apps_token_opens_no_picture_of_another_chat) {
  const MessageRef other{ChatId{"19:board@thread.v2"}, MessageId{"1"}};
  source.hosted[{other, "content-1"}] = "secret pixels";
  source.script.fail_always("hosted_content", ErrorKind::forbidden);
  say(1, {hosted(other)});

  live_for(seconds{10});

  BOOST_TEST(source.bearers == words({"annas token"}));
  BOOST_TEST(texts() == words({"words\n\n🖼️ picture (you have no access to it)"}));
}

BOOST_AUTO_TEST_CASE(a_picture_larger_than_a_part_is_named) {
  source.hosted[{message(1), "content-1"}] = std::string(11, 'x');
  say(1, {hosted(message(1))});

  live_for(seconds{10});

  BOOST_CHECK(troubles() == std::vector<FileTrouble>{FileTrouble::too_large});
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_for_ever_holds_no_text_for_ever) {
  source.script.fail_always("shared_file", ErrorKind::transient);
  say(1, {shared()});
  say(2, {});

  live_for(file_policy.patience + minutes{1});

  BOOST_TEST(texts() == words({"words\n\n📎 plan.docx (it could not be fetched)", "words"}));
}

BOOST_AUTO_TEST_CASE(a_long_retry_after_is_not_waited_for) {
  source.script.fail_always("shared_file",
                            Error{ErrorKind::throttled, "429", std::chrono::minutes{30}, 429, {}});
  say(1, {shared()});

  settle();

  check_left_out(FileTrouble::unreachable, "it could not be fetched");
}

BOOST_AUTO_TEST_CASE(a_short_trouble_costs_nothing_but_time) {
  source.script.fail("shared_file", ErrorKind::transient, 3);
  say(1, {shared()});

  live_for(minutes{2});

  BOOST_TEST(texts() == words({"words"}));
  BOOST_TEST(files_of(0).size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_outage_of_mattermost_is_not_the_files_fault) {
  say(1, {shared()});
  const Error down{ErrorKind::transient, "nobody there", std::nullopt, 0, {}};
  for (const char* call : {"user", "create_post", "direct_channel"})
    mattermost.script.fail_always(call, down);
  sink.script.fail_always("upload_file", down);
  live_for(hours{5});
  BOOST_TEST(texts().empty());

  mattermost.script.heal();
  sink.script.heal();
  live_for(hours{1});

  BOOST_TEST(texts() == words({"words"}));
  BOOST_TEST(files_of(0).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_store_that_alone_is_broken_holds_no_text_for_ever) {
  sink.script.fail_always("upload_file", Error{ErrorKind::transient, "500", std::nullopt, 500, {}});
  say(1, {shared()});
  say(2, {});

  live_for(hours{1});

  BOOST_TEST(texts() == words({"words\n\n📎 plan.docx (it could not be attached)", "words"}));
}

BOOST_AUTO_TEST_CASE(files_of_one_name_all_come) {
  const std::string second = "https://contoso.sharepoint.com/other folder/plan.docx";
  source.shared[second] = {"plan.docx", "other"};
  PlannedFile other = shared("2");
  other.address = Content{second};
  say(1, {shared(), other});

  settle();

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 2U);
  BOOST_TEST(files_of(0)[0].bytes == "short");
  BOOST_TEST(files_of(0)[1].bytes == "other");
  for (const auto& file : files_of(0)) BOOST_TEST(file.name == "plan.docx");
}

BOOST_AUTO_TEST_CASE(a_picture_without_content_is_named) {
  source.hosted[{message(1), "content-1"}] = "";
  say(1, {hosted(message(1))});

  live_for(seconds{10});

  BOOST_TEST(texts() == words({"words\n\n🖼️ picture (it is empty)"}));
}

BOOST_AUTO_TEST_CASE(files_come_in_the_messages_order_and_each_once) {
  const std::string second = "https://contoso.sharepoint.com/second";
  source.shared[second] = {"second.txt", "second"};
  PlannedFile other = shared("2");
  other.address = Content{second};
  other.name = Content{};
  say(1, {shared(), other});

  settle();

  BOOST_REQUIRE_EQUAL(files_of(0).size(), 2U);
  BOOST_TEST(files_of(0)[0].name == "plan.docx");
  BOOST_TEST(files_of(0)[1].name == "second.txt");
  BOOST_TEST(sink.files.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_record_that_failed_loses_and_doubles_nothing_in_the_post) {
  source.shared[address].bytes = large;
  say(1, {shared()});
  deliveries.script.fail("record_upload", ErrorKind::transient, 2);

  live_for(minutes{5});

  BOOST_REQUIRE_EQUAL(texts().size(), 1U);
  BOOST_REQUIRE_EQUAL(files_of(0).size(), 1U);
  BOOST_TEST(files_of(0)[0].bytes == large);
}

BOOST_AUTO_TEST_CASE(no_more_parts_are_held_than_there_are_places) {
  file_policy.most_parts = 1;
  start();
  const Account bert = another("bert");
  say(1, {shared()});
  while (source.script.count("download") == 0) {
    clock.advance_to(*deliver->step(anna, clock.now()));
  }
  const OutboxEntry entry = *store.head(anna).value();
  CarryFiles::Memory of_bert;

  static_cast<void>(files->step(entry, bert, of_bert, clock.now()));
  const auto turn = files->step(entry, bert, of_bert, clock.now());

  BOOST_TEST(source.script.count("download") == 1U);
  BOOST_CHECK(turn == clock.now().steady + file_policy.place_pause);
  settle();
  BOOST_TEST(texts() == words({"words"}));
}

BOOST_AUTO_TEST_CASE(no_more_lanes_ask_for_their_files_than_may_and_who_holds_a_part_goes_on) {
  file_policy.most_asking = 1;
  start();
  const Account bert = another("bert");
  say(1, {shared()});
  while (source.script.count("download") == 0) {
    clock.advance_to(*deliver->step(anna, clock.now()));
  }
  const OutboxEntry entry = *store.head(anna).value();
  CarryFiles::Memory of_bert;
  CarryFiles::Memory of_cleo;
  std::optional<Instant> cleos_turn;
  source.script.during("shared_file", [&] {
    cleos_turn = files->step(entry, another("cleo"), of_cleo, clock.now());
    static_cast<void>(deliver->step(anna, clock.now()));
  });

  static_cast<void>(files->step(entry, bert, of_bert, clock.now()));

  BOOST_TEST(source.script.count("shared_file") == 2U);
  BOOST_CHECK(cleos_turn == clock.now().steady + file_policy.place_pause);
  BOOST_TEST(sink.script.count("upload_file") == 1U);
}

BOOST_AUTO_TEST_CASE(a_large_file_lets_others_in_between_its_parts) {
  file_policy.most_parts = 1;
  start();
  const Account bert = another("bert");
  source.shared[address].bytes = large;
  say(1, {shared()});
  while (source.script.count("download") == 0) {
    clock.advance_to(*deliver->step(anna, clock.now()));
  }
  OutboxEntry entry = *store.head(anna).value();
  entry.files.clear();
  CarryFiles::Memory of_bert;
  static_cast<void>(files->step(entry, bert, of_bert, clock.now()));
  const auto berts_turn = files->step(entry, bert, of_bert, clock.now());
  BOOST_REQUIRE(source.script.count("download") == 1U);

  while (sink.script.count("continue_upload") == 0) {
    static_cast<void>(deliver->step(anna, clock.now()));
  }
  clock.advance_to(*berts_turn);
  static_cast<void>(deliver->step(anna, clock.now()));
  static_cast<void>(files->step(entry, bert, of_bert, clock.now()));

  BOOST_TEST(of_bert.part.has_value());
  of_bert.part.reset();
  settle();
  BOOST_TEST(bytes_of(0) == large);
}

BOOST_AUTO_TEST_CASE(an_edit_names_again_what_the_post_does_without) {
  source.script.fail("shared_file", ErrorKind::forbidden);
  say(1, {shared()});
  settle();
  PlannedFile added = shared("2");
  added.notice = Content{"📎 added.docx"};

  plan(1, ChangeKind::edited, "better words", {shared(), added});
  settle();

  BOOST_TEST(texts() ==
             words({"better words\n\n📎 plan.docx (you have no access to it)\n\n📎 added.docx"}));
  BOOST_TEST(source.script.count("shared_file") == 1U);
}

BOOST_AUTO_TEST_CASE(an_edit_keeps_the_files_of_its_post) {
  say(1, {shared()});
  settle();

  plan(1, ChangeKind::edited, "better words", {shared()});
  settle();

  BOOST_TEST(texts() == words({"better words"}));
  BOOST_TEST(files_of(0).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_its_author_deleted_goes_with_its_files) {
  say(1, {shared()});
  settle();

  plan(1, ChangeKind::deleted, "deleted in Teams");
  settle();

  BOOST_TEST(texts() == words({"deleted in Teams"}));
  BOOST_TEST(files_of(0).empty());
}

BOOST_AUTO_TEST_CASE(where_files_cannot_be_taken_away_the_text_goes_all_the_same) {
  say(1, {shared()});
  settle();
  mattermost.script.fail_always("patch_files", ErrorKind::forbidden);

  plan(1, ChangeKind::deleted, "deleted in Teams");
  settle();

  BOOST_TEST(texts() == words({"deleted in Teams"}));
  BOOST_TEST(store.dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_picture_of_too_many_pixels_is_named) {
  sink.script.fail("upload_file", Error{ErrorKind::refused,
                                        "too many pixels",
                                        {},
                                        400,
                                        "api.file.upload_file.large_image_detailed.app_error"});

  say(1, {shared()});
  settle();

  check_left_out(FileTrouble::too_large, "it is too large");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
