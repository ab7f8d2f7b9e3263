#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/http/http_server.h"
#include "net/json/json_view.h"
#include "net/mattermost/bot_socket.h"
#include "net/mattermost/mattermost_client.h"
#include "sync/policy/mark.h"
#include "tests/kit/real_clock.h"
#include "tests/kit/unobserved.h"
#include "tests/sandbox/clock.h"
#include "tests/sandbox/fault.h"
#include "tests/sandbox/mattermost/mattermost_simulator.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"

/// What the engine relies on, said of our client and the simulated server together.
namespace belfry::net {
namespace {

class NoJitter : public sync::Random {
 public:
  [[nodiscard]] std::uint64_t below(std::uint64_t) override { return 0; }
};

class Heard : public BotListener {
 public:
  void direct_message(const DirectMessage& message) override {
    add(message.user.text() + ": " + message.text.reveal());
  }
  void person_changed(const sync::MattermostUser& person) override {
    add(person.id.text() + " reads " + person.reading.locale + " in " + person.reading.time_zone);
  }
  void connected(Continuity continuity) override {
    add(continuity == Continuity::anew ? "anew" : "resumed");
  }
  void disconnected(const Error&) override { add("lost"); }
  /// Whether `line` is told within half a minute.
  bool hears(const std::string& line) {
    std::unique_lock<std::mutex> lock(mutex_);
    return grown_.wait_for(lock, std::chrono::seconds(30), [&] {
      return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
    });
  }

 private:
  void add(const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    lines_.push_back(line);
    grown_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable grown_;
  std::vector<std::string> lines_;
};

struct Fixture {
  sandbox::SandboxClock time;
  sandbox::RequestLog log;
  sandbox::FaultPlan faults;
  sandbox::MattermostSimulator mattermost{time, log};
  sandbox::SimulatorServer server{mattermost, faults, log};

  kit::RealClock clock;
  NoJitter random;
  kit::Unobserved observer;
  std::unique_ptr<HttpClient> http = std::move(*HttpClient::open({}, clock));
  Dialer dialer = std::move(*Dialer::from("", {}));
  sandbox::MattermostSimulator::NewBot bot = mattermost.create_bot("belfry");
  std::string anna = mattermost.add_user({"anna", "anna@example.com", "Anna", "K"});
  std::string action_url = "http://127.0.0.1:1/action";

  MattermostClient client() {
    return {*http, clock, observer, {server.url(), Secret(bot.token), action_url}};
  }
  ChannelId channel(MattermostClient& api) {
    const auto found = api.direct_channel(MattermostUserId(anna));
    BOOST_REQUIRE(found.has_value());
    return *found;
  }
  static sync::PostRequest request(const ChannelId& channel, const std::string& text,
                                   const std::string& mark) {
    return {channel, Content(text), BelfryRef(mark), {}};
  }
  void fault_on_posts(sandbox::FaultAction action) {
    sandbox::FaultRule rule;
    rule.method = "POST";
    rule.path = "/api/v4/posts*";
    rule.times = 1;
    rule.action = action;
    faults.add(rule);
  }
};

bool is_kind(ErrorKind is, ErrorKind expected) {
  if (is != expected) BOOST_TEST_MESSAGE(name_of(is));
  return is == expected;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mattermost_contract, Fixture)

BOOST_AUTO_TEST_CASE(the_bot_the_server_and_people_are_known) {
  auto api = client();
  mattermost.set_config("MaxPostSize", "5000");
  mattermost.set_config("RestrictDirectMessage", "team");

  const auto me = api.bot();
  const auto settings = api.server();
  const auto by_id = api.user(MattermostUserId(anna));
  const auto by_name = api.user_by_name("anna");
  mattermost.deactivate_user(anna);
  const auto gone = api.user(MattermostUserId(anna));

  BOOST_REQUIRE(me.has_value() && settings.has_value() && by_id.has_value() && by_name.has_value());
  BOOST_TEST(me->id.text() == bot.user_id);
  BOOST_TEST(me->is_bot);
  BOOST_TEST(settings->max_post_runes == 5000U);
  BOOST_TEST(settings->restricts_direct_messages);
  BOOST_TEST(by_id->mail == "anna@example.com");
  BOOST_TEST(by_name->id.text() == anna);
  BOOST_TEST(!gone->is_active);
  BOOST_TEST(is_kind(api.user_by_name("nobody").error().kind, ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(many_people_are_asked_for_at_once_with_how_they_read) {
  auto api = client();
  const std::string ben =
      mattermost.add_user({"ben", "ben@example.com", "Ben", "L", "pt-BR", "", "America/Phoenix"});
  const std::vector<MattermostUserId> ids = {MattermostUserId(ben), MattermostUserId(anna),
                                             MattermostUserId("nobody")};

  const auto people = api.users(ids);
  const auto none = api.users({});

  BOOST_REQUIRE(people.has_value() && none.has_value());
  BOOST_TEST(none->empty());
  BOOST_REQUIRE_EQUAL(people->size(), 2U);
  for (const sync::MattermostUser& person : *people) {
    const bool is_ben = person.id.text() == ben;
    BOOST_TEST(person.username == (is_ben ? "ben" : "anna"));
    BOOST_TEST(person.reading.locale == (is_ben ? "pt-BR" : "en"));
    BOOST_TEST(person.reading.time_zone == (is_ben ? "America/Phoenix" : "Europe/Berlin"));
  }
}

BOOST_AUTO_TEST_CASE(a_patch_leaves_the_files_that_it_names_and_all_else_of_the_post) {
  auto api = client();
  const ChannelId dm = channel(api);
  sync::PostRequest carrying = request(dm, "two files", "mark");
  carrying.buttons = {{"mute", "Mute", "context"}};
  for (const char* name : {"one.txt", "two.txt"}) {
    const auto file = api.upload_file(dm, Content(name), Content("bytes"));
    BOOST_REQUIRE(file.has_value());
    carrying.files.push_back(*file);
  }
  const auto posted = api.create_post(carrying);
  BOOST_REQUIRE(posted.has_value());

  BOOST_TEST(api.patch_post(posted->id, Content("still two")).has_value());
  BOOST_TEST(mattermost.post(posted->id.text())->file_ids.size() == 2U);
  BOOST_TEST(api.patch_files(posted->id, Content("one"), {carrying.files[1]}).has_value());
  const auto one = mattermost.post(posted->id.text());
  BOOST_TEST(one->file_ids == std::vector{carrying.files[1].text()});
  BOOST_TEST(api.patch_files(posted->id, Content("none"), {}).has_value());

  const auto none = mattermost.post(posted->id.text());
  BOOST_TEST(none->file_ids.empty());
  BOOST_TEST(none->message == "none");
  BOOST_TEST(api.post(posted->id)->mark.text() == "mark");
  BOOST_TEST(none->actions.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_post_goes_through_its_life) {
  auto api = client();
  const ChannelId dm = channel(api);
  BOOST_TEST(channel(api).text() == dm.text());

  const auto posted = api.create_post(request(dm, "hello\n> ü 🙂", "mark1"));
  BOOST_REQUIRE(posted.has_value());
  BOOST_TEST(mattermost.post(posted->id.text())->message == "hello\n> ü 🙂");
  BOOST_TEST(api.patch_post(posted->id, Content("edited")).has_value());
  BOOST_TEST(mattermost.post(posted->id.text())->message == "edited");
  BOOST_TEST(api.post(posted->id)->mark.text() == "mark1");
  BOOST_TEST(api.delete_post(posted->id).has_value());

  BOOST_TEST(is_kind(api.post(posted->id).error().kind, ErrorKind::gone));
  BOOST_TEST(is_kind(api.delete_post(posted->id).error().kind, ErrorKind::gone));
  BOOST_TEST(is_kind(api.patch_post(posted->id, Content("x")).error().kind, ErrorKind::forbidden));
}

BOOST_AUTO_TEST_CASE(whatever_becomes_of_the_answer_a_post_is_found_by_its_mark) {
  auto api = client();
  const ChannelId dm = channel(api);
  int number = 0;
  for (const auto action : {sandbox::FaultAction::lose_answer, sandbox::FaultAction::reset_mid_body,
                            sandbox::FaultAction::long_length}) {
    const BelfryRef mark("lost" + std::to_string(++number));
    fault_on_posts(action);

    const auto posted = api.create_post(request(dm, "once", mark.text()));

    BOOST_REQUIRE(!posted.has_value());
    BOOST_TEST(is_kind(posted.error().kind, ErrorKind::in_doubt));
    const auto page = api.posts_page(dm, 0);
    BOOST_REQUIRE(page.has_value());
    BOOST_TEST((sync::find_mark(*page, mark) != nullptr));
  }
  mattermost.fail_posts_after_save(1);
  const auto failed = api.create_post(request(dm, "once", "saved"));
  BOOST_TEST(is_kind(failed.error().kind, ErrorKind::in_doubt));
  BOOST_TEST((sync::find_mark(*api.posts_page(dm, 0), BelfryRef("saved")) != nullptr));
}

BOOST_AUTO_TEST_CASE(what_was_not_carried_out_is_not_found_and_can_be_posted) {
  auto api = client();
  const ChannelId dm = channel(api);
  fault_on_posts(sandbox::FaultAction::drop);
  const auto dropped = api.create_post(request(dm, "once", "m"));
  mattermost.fail_posts_before_save(1);
  const auto failed = api.create_post(request(dm, "once", "m"));

  BOOST_TEST(is_kind(dropped.error().kind, ErrorKind::in_doubt));
  BOOST_TEST(is_kind(failed.error().kind, ErrorKind::in_doubt));
  BOOST_TEST((sync::find_mark(*api.posts_page(dm, 0), BelfryRef("m")) == nullptr));
  BOOST_TEST(api.create_post(request(dm, "once", "m")).has_value());
  BOOST_TEST(mattermost.posts_created() == 1U);
}

BOOST_AUTO_TEST_CASE(a_repetition_within_half_a_minute_is_the_same_post) {
  auto api = client();
  const ChannelId dm = channel(api);

  const auto first = api.create_post(request(dm, "once", "m"));
  const auto second = api.create_post(request(dm, "twice", "m"));

  BOOST_REQUIRE(first.has_value() && second.has_value());
  BOOST_TEST(first->id.text() == second->id.text());
  BOOST_TEST(mattermost.posts_created() == 1U);
}

BOOST_AUTO_TEST_CASE(a_first_try_that_still_runs_leaves_the_second_in_doubt) {
  auto api = client();
  const ChannelId dm = channel(api);
  mattermost.set_post_delays(std::chrono::milliseconds(600), {});
  Result<sync::CreatedPost> first = fail(ErrorKind::refused, "not asked");
  std::jthread slow([&] { first = api.create_post(request(dm, "once", "m")); });
  while (log.count("*post*") == 0 && mattermost.posts_created() == 0) {
    const auto second = api.create_post(request(dm, "once", "m"));
    if (second) break;
    BOOST_TEST(is_kind(second.error().kind, ErrorKind::in_doubt));
    BOOST_TEST(second.error().retry_after.value_or(Duration{0}).count() >= 1000);
  }
  slow.join();

  BOOST_TEST(mattermost.posts_created() == 1U);
}

BOOST_AUTO_TEST_CASE(refusals_are_told_apart) {
  auto api = client();
  const ChannelId dm = channel(api);
  mattermost.set_config("MaxPostSize", "4000");
  BOOST_TEST(is_kind(api.create_post(request(dm, std::string(4001, 'x'), "m")).error().kind,
                     ErrorKind::refused));

  const auto posted = api.create_post(request(dm, "early", "late"));
  sync::PostRequest answer = request(dm, "an answer", "answer");
  answer.root = posted->id;
  const auto beside = api.create_post(answer);
  BOOST_REQUIRE(beside.has_value());
  BOOST_TEST(mattermost.post(beside->id.text())->root_id == posted->id.text());
  mattermost.set_config("PostEditTimeLimit", "5");
  time.advance(std::chrono::seconds(10));
  const auto late = api.patch_post(posted->id, Content("late"));
  BOOST_TEST(is_kind(late.error().kind, ErrorKind::refused));
  BOOST_TEST(late.error().code == sync::k_edit_time_over);

  mattermost.set_down(true);
  BOOST_TEST(is_kind(api.create_post(request(dm, "x", "d")).error().kind, ErrorKind::in_doubt));
  BOOST_TEST(is_kind(api.user(MattermostUserId(anna)).error().kind, ErrorKind::transient));
  mattermost.set_down(false);

  mattermost.set_config("RateLimitEnable", "true");
  mattermost.set_config("RateLimitMaxBurst", "1");
  mattermost.set_config("RateLimitPerSec", "1");
  Result<sync::MattermostUser> limited = api.bot();
  for (int i = 0; i < 5 && limited; ++i) limited = api.bot();
  BOOST_REQUIRE(!limited.has_value());
  BOOST_TEST(is_kind(limited.error().kind, ErrorKind::throttled));
  BOOST_TEST(limited.error().retry_after.has_value());
  mattermost.set_config("RateLimitEnable", "false");

  mattermost.revoke_tokens_of(bot.user_id);
  BOOST_TEST(is_kind(api.bot().error().kind, ErrorKind::unauthorized));
  BOOST_TEST(is_kind(api.create_post(request(dm, "x", "r")).error().kind, ErrorKind::unauthorized));
}

BOOST_AUTO_TEST_CASE(a_bot_without_a_team_in_common_is_refused_where_the_server_says_so) {
  auto api = client();
  mattermost.set_config("RestrictDirectMessage", "team");

  BOOST_TEST(
      is_kind(api.direct_channel(MattermostUserId(anna)).error().kind, ErrorKind::forbidden));
}

BOOST_AUTO_TEST_CASE(older_pages_follow_until_the_last) {
  auto api = client();
  const ChannelId dm = channel(api);
  BOOST_REQUIRE(api.create_post(request(dm, "first", "oldest")).has_value());
  for (int i = 0; i < 199; ++i) {
    BOOST_REQUIRE(!mattermost.write_as(anna, dm.text(), "chatter").empty());
  }
  BOOST_REQUIRE(api.create_post(request(dm, "last", "newest")).has_value());

  const auto newest = api.posts_page(dm, 0);
  const auto oldest = api.posts_page(dm, 1);

  BOOST_REQUIRE(newest.has_value() && oldest.has_value());
  BOOST_TEST(newest->posts.size() == 1U);
  BOOST_TEST((sync::find_mark(*newest, BelfryRef("newest")) != nullptr));
  BOOST_TEST(!newest->is_last);
  BOOST_TEST((sync::find_mark(*oldest, BelfryRef("oldest")) != nullptr));
  BOOST_TEST(oldest->is_last);
  BOOST_TEST((*oldest->oldest <= *newest->oldest));
}

BOOST_AUTO_TEST_CASE(a_click_brings_back_the_context_of_its_button) {
  std::string context;
  Router router;
  router.add("POST", "/action", [&](const HttpIncoming& incoming) {
    context = (*JsonView::parse(incoming.body))["context"][k_button_context].text();
    HttpReply reply;
    reply.content_type = "application/json";
    reply.body = R"({"ephemeral_text":"muted"})";
    return reply;
  });
  ServerOptions options;
  options.address = "127.0.0.1:0";
  auto listener = HttpServer::open(options, std::move(router), clock);
  BOOST_REQUIRE(listener.has_value());
  action_url = "http://127.0.0.1:" + std::to_string((*listener)->port()) + "/action";
  auto api = client();
  sync::PostRequest with_button = request(channel(api), "choose", "b");
  with_button.buttons = {{"mute", "Mute this chat", "opaque.context"}};
  const auto posted = api.create_post(with_button);
  BOOST_REQUIRE(posted.has_value());

  const auto shown = mattermost.click(anna, posted->id.text(), "mute");

  BOOST_TEST(shown.status == 200);
  BOOST_TEST(shown.text == "muted");
  BOOST_TEST(context == "opaque.context");
}

BOOST_AUTO_TEST_CASE(what_people_write_to_the_bot_is_heard_through_cuts_and_restarts) {
  auto api = client();
  const ChannelId dm = channel(api);
  Heard heard;
  BotSocketOptions options;
  options.url = server.url();
  options.token = Secret(bot.token);
  BotSocket socket(dialer, clock, random, heard, options);
  std::jthread thread([&](const std::stop_token& stop) { socket.run(stop); });
  BOOST_REQUIRE(heard.hears("anew"));

  BOOST_REQUIRE(api.create_post(request(dm, "from the bot", "own")).has_value());
  mattermost.write_as(anna, dm.text(), "status");
  BOOST_TEST(heard.hears(anna + ": status"));
  mattermost.set_display(anna, {"fr", "America/Phoenix"});
  BOOST_TEST(heard.hears(anna + " reads fr in America/Phoenix"));
  mattermost.cut_sockets();
  mattermost.write_as(anna, dm.text(), "while away");
  BOOST_TEST(heard.hears(anna + ": while away"));
  BOOST_TEST(heard.hears("resumed"));
  mattermost.restart();
  while (mattermost.sockets() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  mattermost.write_as(anna, dm.text(), "after all");
  BOOST_TEST(heard.hears(anna + ": after all"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
