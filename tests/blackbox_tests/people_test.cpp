#include <csignal>

#include "tests/blackbox/staffed_office.h"

namespace belfry::blackbox {
namespace {

using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(people, StaffedOffice)

BOOST_AUTO_TEST_CASE(a_connect_link_works_once_and_for_one_browser) {
  const auto team = mattermost().team_by_name("staff");
  const auto answer = mattermost().run_command(cleo.mattermost, team, "/msteams connect");
  const auto begin = answer.text.find("http://");
  BOOST_REQUIRE(begin != std::string::npos);
  const std::string link = answer.text.substr(begin, answer.text.find(')', begin) - begin);
  auto settings = world().entra().settings();
  settings.signs_in = cleo.teams;
  world().entra().change_settings(settings);

  Browser first;
  const auto to_entra = first.fetch(link);
  const auto back = first.fetch(to_entra.location);
  BOOST_TEST(Browser().open(link).body.find("used before") != std::string::npos);
  BOOST_TEST(Browser().open(back.location).body.find("another browser") != std::string::npos);
  BOOST_TEST(first.open(back.location).body.find("used before") != std::string::npos);
  BOOST_TEST(posts_to(cleo).empty());
}

BOOST_AUTO_TEST_CASE(another_mail_address_is_not_connected) {
  auto stranger = hire("dora");
  stranger.teams = cleo.teams;

  const auto page = connect(stranger);

  BOOST_TEST(page.status == 403);
  BOOST_TEST(page.body.find("another mail address") != std::string::npos, page.body);
}

BOOST_AUTO_TEST_CASE(words_to_the_bot_work_like_the_slash_command) {
  const auto bot = mattermost().user_by_name("belfry");
  BOOST_REQUIRE(eventually(seconds{20}, [&] { return mattermost().sockets() > 0; }));

  mattermost().write_as(anna.mattermost, bot, "status");
  BOOST_TEST(eventually_posted(anna, "You are connected as **anna@example.com**"), log());
  mattermost().write_as(anna.mattermost, bot, "notifications off");
  BOOST_TEST(eventually_posted(anna, "Notifications are **off**"), log());
  say("into silence");
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "into silence").empty());
  mattermost().write_as(anna.mattermost, bot, "disconnect");
  BOOST_TEST(eventually_posted(anna, "You are disconnected"), log());
}

BOOST_AUTO_TEST_CASE(an_administrator_sees_status_queue_and_dead_letters_and_repairs_them) {
  sandbox::FaultRule refused;
  refused.operation = "mattermost.create_post";
  refused.action = sandbox::FaultAction::answer;
  refused.status = 400;
  refused.body =
      R"({"id":"model.post.is_valid.message_length.app_error","message":"no","status_code":400})";
  refused.times = 1;
  world().mattermost_faults().add(refused);

  say("refused at first");
  BOOST_TEST(
      eventually(seconds{20},
                 [&] {
                   return command({"queue", "dead"}).output.find("refused") != std::string::npos;
                 }),
      log());

  BOOST_TEST(command({"status"}).exit_code == 0);
  BOOST_TEST(command({"status"}).output.find("dead letters      1") != std::string::npos);
  BOOST_TEST(command({"queue", "retry", "all"}).exit_code == 0);
  BOOST_TEST(eventually_posted(anna, "refused at first"), log());
  BOOST_TEST(command({"accounts", "list"}).output.find("anna@example.com") != std::string::npos);
  BOOST_TEST(command({"key", "rotate"}).exit_code == 0);
  say("with a new key");
  BOOST_TEST(eventually_posted(anna, "with a new key"), log());
  const auto checked = command({"check"});
  BOOST_TEST(checked.exit_code == 0, checked.output);
  BOOST_TEST(command({"queue", "retry", "nothing"}).exit_code == 1);
  BOOST_TEST(command({"nonsense"}).exit_code == 2);
}

BOOST_AUTO_TEST_CASE(a_stop_is_clean_and_quick_and_a_second_service_is_refused) {
  BelfryProcess second;
  second.start(BELFRY_PROGRAM, {"--config", config_path(), "serve"}, folder() / "second");
  BOOST_TEST(second.wait(seconds{60}));

  // As long as systemd waits.
  BOOST_TEST(process().terminate(seconds{20}) == 0);
  BOOST_TEST(log().find("event=stopped") != std::string::npos);
  start();
  BOOST_TEST(wait_until_ready());
  BOOST_TEST(
      eventually(seconds{30}, [&] { return log().find("last_stop=clean") != std::string::npos; }),
      log());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
