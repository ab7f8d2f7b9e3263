#include "app/admin_api.h"

#include <deque>
#include <map>

#include <boost/test/unit_test.hpp>

#include "net/json/json_view.h"
#include "tests/kit/fake_clock.h"
#include "tests/unit/net/routes/incoming.h"

namespace belfry::app {
namespace {

using net::header_of;
using net::HttpReply;
using net::incoming;

/// A service with a few things in it.
class FakeBackend : public AdminBackend {
 public:
  StatusSnapshot snapshot;
  std::map<std::string, DeadLetter> dead;
  std::vector<Account> people;
  std::optional<WallTime> swept_to;  ///< of everybody
  std::optional<Error> trouble;
  std::vector<std::string> done;

  StatusSnapshot status() override { return snapshot; }
  Result<std::vector<sync::LaneHead>> lanes() override {
    if (trouble) return fail(*trouble);
    return std::vector<sync::LaneHead>{{MattermostUserId{"anna"}, from_epoch_ms(0)}};
  }
  Result<std::vector<DeadLetter>> dead_letters(const std::string& after, std::size_t) override {
    if (trouble) return fail(*trouble);
    std::vector<DeadLetter> found;
    for (const auto& [id, letter] : dead) {
      if (id > after) found.push_back(letter);
    }
    return found;
  }
  Result<DeadLetter> retry_dead_letter(const std::string& id) override { return take(id, "retry"); }
  Result<DeadLetter> drop_dead_letter(const std::string& id) override { return take(id, "drop"); }
  Result<std::vector<AccountStatus>> accounts(const MattermostUserId& after, std::size_t) override {
    if (trouble) return fail(*trouble);
    std::vector<AccountStatus> found;
    for (const Account& one : people) {
      if (after < one.user) found.push_back({one, swept_to});
    }
    return found;
  }
  Result<std::vector<sync::JournalRecord>> journal(std::size_t) override {
    return std::vector<sync::JournalRecord>{};
  }
  Result<> rotate_key() override {
    if (trouble) return fail(*trouble);
    done.emplace_back("rotate");
    return {};
  }
  std::vector<sync::SubscriptionStatus> subscriptions() override { return snapshot.subscriptions; }
  Result<std::vector<sync::BucketStatus>> allowance() override {
    if (trouble) return fail(*trouble);
    return std::vector<sync::BucketStatus>(2);
  }
  Result<> reconcile(const std::string& person, std::optional<WallTime> since) override {
    if (person == "nobody") return fail(ErrorKind::gone, "there is no such account");
    done.push_back("reconcile " + person + (since ? " since " + format_iso8601(*since) : ""));
    return {};
  }

 private:
  Result<DeadLetter> take(const std::string& id, const std::string& verb) {
    const auto found = dead.find(id);
    if (found == dead.end()) return fail(ErrorKind::gone, "there is no dead letter of this id");
    const DeadLetter letter = found->second;
    dead.erase(found);
    done.push_back(verb + " " + id);
    return letter;
  }
};

struct AdminFixture {
  FakeBackend backend;
  Metrics metrics;
  kit::FakeClock clock;
  net::Router router = make_router();

  net::Router make_router() {
    net::Router inner;
    add_admin_routes(inner, backend, metrics, clock);
    return guarded(std::move(inner));
  }
  HttpReply get(const std::string& target, const std::string& host = "127.0.0.1:8444") {
    return router.answer(incoming("GET", target, {}, {{"Host", host}}));
  }
  HttpReply post(const std::string& target) {
    return router.answer(
        incoming("POST", target, {}, {{"Host", "localhost:8444"}, {"X-Belfry", "1"}}));
  }
  void bury(const std::string& id) {
    DeadLetter letter;
    letter.id = id;
    letter.stage = "deliver";
    letter.ref = {ChatId{"19:\"quoted\"@thread.v2"}, MessageId{"1"}};
    letter.recipient = MattermostUserId{"anna"};
    letter.reason = "refused";
    letter.last_error = "line\nbreak";
    backend.dead[id] = letter;
  }
  /// The reply's JSON, which it has to be.
  net::JsonView json(const HttpReply& reply) {
    bodies.push_back(reply.body);
    auto parsed = net::JsonView::parse(bodies.back());
    BOOST_REQUIRE(parsed.has_value());
    return *parsed;
  }
  static std::vector<net::JsonView> all_of(const net::JsonView& array) {
    std::vector<net::JsonView> all;
    for (const net::JsonView one : array) all.push_back(one);
    return all;
  }

  std::deque<std::string> bodies;  ///< that views look at
};

BOOST_FIXTURE_TEST_SUITE(admin_api, AdminFixture)

BOOST_AUTO_TEST_CASE(only_addresses_and_localhost_are_our_names) {
  for (const char* host : {"127.0.0.1", "127.0.0.1:8444", "localhost", "localhost:8444", "[::1]",
                           "[::1]:8444", "10.1.2.3:8444"})
    BOOST_TEST(get("/healthz", host).status == 200, host);
  // A page on the web may have pointed its own name at this address.
  for (const char* host : {"", "evil.example", "evil.example:8444", "localhost.evil.example",
                           "127.0.0.1.evil.example", "127.0.0.1x", ":8444"})
    BOOST_TEST(get("/healthz", host).status == 403, host);
}

BOOST_AUTO_TEST_CASE(no_foreign_page_can_make_something_happen) {
  bury("1");
  for (const char* target : {"/api/v1/key/rotate", "/api/v1/dead/1/drop", "/api/v1/reconcile"}) {
    const auto plain = router.answer(incoming("POST", target, {}, {{"Host", "127.0.0.1"}}));
    const auto form = router.answer(
        incoming("POST", target, {}, {{"Host", "127.0.0.1"}, {"Origin", "https://evil.example"}}));
    const auto wrong =
        router.answer(incoming("POST", target, {}, {{"Host", "127.0.0.1"}, {"X-Belfry", "0"}}));
    BOOST_TEST(plain.status == 403, target);
    BOOST_TEST(form.status == 403, target);
    BOOST_TEST(wrong.status == 403, target);
    BOOST_TEST(get(target).status >= 404, target);
  }
  BOOST_TEST(backend.done.empty());
  BOOST_TEST(backend.dead.size() == 1U);
}

BOOST_AUTO_TEST_CASE(healthz_says_that_the_process_lives_whatever_is_wrong) {
  backend.snapshot.reasons = {"Mattermost cannot be reached"};

  const auto reply = get("/healthz");

  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.body == "ok\n");
}

BOOST_AUTO_TEST_CASE(readyz_names_what_is_missing) {
  BOOST_TEST(get("/readyz").status == 200);
  BOOST_TEST(((json(get("/readyz"))["ready"].boolean() == true)));
  backend.snapshot.reasons = {"a \"quoted\" reason"};

  const auto reply = get("/readyz");

  BOOST_TEST(reply.status == 503);
  BOOST_TEST((json(reply)["ready"].boolean() == false));
  BOOST_TEST(all_of(json(reply)["reasons"]).at(0).text() == "a \"quoted\" reason");
}

BOOST_AUTO_TEST_CASE(readyz_and_the_page_tell_that_sweeps_have_taken_over) {
  const auto before = json(get("/readyz"));
  backend.snapshot.reconciler.notifications_are_used_up = true;
  backend.snapshot.reconciler.all_swept_to = clock.now().wall;

  const auto reply = get("/readyz");

  BOOST_TEST(before["mode"].text() == "notifications");
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(json(reply)["mode"].text() == "sweeps");
  BOOST_TEST((json(reply)["reconciler"]["notifications_used_up"].boolean() == true));
  BOOST_TEST(json(reply)["reconciler"]["all_swept_to"].text() == "2026-03-02T08:15:30.000Z");
  BOOST_TEST(get("/").body.find("sweeps have taken over") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(status_tells_numbers_and_subscriptions) {
  backend.snapshot.version = "1.2.3";
  backend.snapshot.uptime = std::chrono::seconds{90};
  backend.snapshot.inbox_entries = 7;
  backend.snapshot.subscriptions = {
      {SubscriptionId{"s"}, "/chats/getAllMessages", clock.now().wall, "no room", false}};

  const auto status = json(get("/api/v1/status"));

  BOOST_TEST(status["version"].text() == "1.2.3");
  BOOST_TEST((status["uptime_seconds"].integer() == 90));
  BOOST_TEST((status["inbox_entries"].integer() == 7));
  BOOST_TEST(all_of(status["subscriptions"]).at(0)["expires"].text() == "2026-03-02T08:15:30.000Z");
  BOOST_TEST(all_of(status["subscriptions"]).at(0)["last_error"].text() == "no room");
}

BOOST_AUTO_TEST_CASE(subscriptions_are_listed_whole_behind_a_summary) {
  sync::SubscriptionsOverview& overview = backend.snapshot.overview;
  overview.in_force = sync::SubscribeKind::chats;
  overview.wanted = 41;
  overview.active = 39;
  overview.refused = 1;
  overview.chats_known = 57;
  overview.is_listing = true;
  sync::SubscriptionStatus left;
  left.resource = "/chats/19:x@thread.v2/messages";
  left.last_error = "not allowed";
  left.is_refused = true;
  backend.snapshot.subscriptions = {left};

  const auto answer = json(get("/api/v1/subscriptions"));

  BOOST_TEST(
      answer["overview"]["words"].text() ==
      "chats (auto): 39 of 41 active, 1 left to sweeps; 57 chats known, more are being read");
  BOOST_TEST(all_of(answer["subscriptions"]).at(0)["left_to_sweeps"].boolean().value_or(false));
}

BOOST_AUTO_TEST_CASE(the_summary_says_how_many_chats_come_late_and_what_to_do) {
  sync::SubscriptionsOverview overview;
  overview.chosen = overview.in_force = sync::SubscribeKind::chats;
  overview.wanted = overview.active = 41;
  overview.chats_known = 57;
  overview.most_chats = 40;
  const std::string begin = "chats: 41 of 41 active; 57 chats known";
  BOOST_TEST(words_of(overview) == begin);

  overview.chats_left_out = 17;
  BOOST_TEST(words_of(overview) ==
             begin +
                 "; 17 chats are only found by the daily sweep, up to a day late: 17 over "
                 "teams.max_chat_subscriptions = 40, which can be raised to 10000; with "
                 "teams.payment_model A or B every chat rings");

  overview.chats_left_out = 0;
  overview.chats_refused = 1;
  BOOST_TEST(words_of(overview) ==
             begin +
                 "; 1 chat is only found by the daily sweep, up to a day late: 1 that Graph "
                 "refuses, asked again every day; with teams.payment_model A or B every chat "
                 "rings");

  overview.chats_left_out = 17;
  overview.is_room_limited_by_graph = true;
  overview.why_not_the_best = "tenant: not allowed";
  BOOST_TEST(words_of(overview) ==
             begin +
                 "; 18 chats are only found by the daily sweep, up to a day late: 17 for which "
                 "Microsoft has no room (10000 subscriptions an organisation, other apps' "
                 "count too), 1 that Graph refuses, asked again every day; Graph refused "
                 "tenant: not allowed");
}

BOOST_AUTO_TEST_CASE(dead_letters_are_listed_whole_and_in_parts) {
  bury("1");
  bury("2");

  const auto all = all_of(json(get("/api/v1/dead"))["dead_letters"]);
  const auto rest = all_of(json(get("/api/v1/dead?after=1"))["dead_letters"]);

  BOOST_TEST(all.size() == 2U);
  BOOST_TEST(all.at(0)["chat"].text() == "19:\"quoted\"@thread.v2");
  BOOST_TEST(all.at(0)["last_error"].text() == "line\nbreak");
  BOOST_REQUIRE(rest.size() == 1U);
  BOOST_TEST(rest.at(0)["id"].text() == "2");
}

BOOST_AUTO_TEST_CASE(a_letter_is_retried_or_dropped_by_its_id_and_once) {
  bury("1");
  bury("2");

  BOOST_TEST(post("/api/v1/dead/1/retry").status == 200);
  BOOST_TEST(post("/api/v1/dead/2/drop").status == 200);
  BOOST_TEST(post("/api/v1/dead/1/retry").status == 404);

  BOOST_TEST((backend.done == std::vector<std::string>{"retry 1", "drop 2"}));
}

BOOST_AUTO_TEST_CASE(wrong_ids_and_verbs_find_nothing_and_do_nothing) {
  bury("1");

  for (const char* target :
       {"/api/v1/dead/2/retry", "/api/v1/dead//retry", "/api/v1/dead/1", "/api/v1/dead/1/",
        "/api/v1/dead/1/burn", "/api/v1/dead/1/retry/again", "/api/v1/dead/", "/api/v1/nothing"})
    BOOST_TEST(post(target).status == 404, target);

  BOOST_TEST(backend.done.empty());
  BOOST_TEST(backend.dead.size() == 1U);
}

BOOST_AUTO_TEST_CASE(accounts_are_listed_without_a_token) {
  Account account;
  account.user = MattermostUserId{"anna"};
  account.mail = "anna@example.com";
  backend.people = {account};

  const auto list = all_of(json(get("/api/v1/accounts"))["accounts"]);
  backend.swept_to = clock.now().wall;
  const auto swept = all_of(json(get("/api/v1/accounts"))["accounts"]);

  BOOST_REQUIRE(list.size() == 1U);
  BOOST_TEST(list.at(0)["swept_to"].text().empty());
  BOOST_TEST(swept.at(0)["swept_to"].text() == "2026-03-02T08:15:30.000Z");
  BOOST_TEST(list.at(0)["mail"].text() == "anna@example.com");
  BOOST_TEST((list.at(0)["connected"].boolean() == true));
  BOOST_TEST(all_of(json(get("/api/v1/accounts?after=anna"))["accounts"]).size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_queue_shows_its_lanes) {
  const auto queue = json(get("/api/v1/queue"));

  BOOST_TEST((queue["lanes"].integer() == 1));
  BOOST_TEST(all_of(queue["first_lanes"]).at(0)["user"].text() == "anna");
}

BOOST_AUTO_TEST_CASE(a_sweep_is_asked_for_by_person_and_time_and_a_wrong_one_is_refused) {
  BOOST_TEST(post("/api/v1/reconcile").status == 200);
  BOOST_TEST(post("/api/v1/reconcile?account=anna&since=2026-03-02T08:15:00Z").status == 200);
  BOOST_TEST(post("/api/v1/reconcile?since=yesterday").status == 400);
  BOOST_TEST(post("/api/v1/reconcile?account=nobody").status == 404);

  BOOST_TEST((backend.done == std::vector<std::string>{
                                  "reconcile ", "reconcile anna since 2026-03-02T08:15:00.000Z"}));
}

BOOST_AUTO_TEST_CASE(keys_are_rotated_and_a_failure_is_told) {
  BOOST_TEST(post("/api/v1/key/rotate").status == 200);
  backend.trouble = Error{ErrorKind::transient, "the disk is full", {}, 0, {}};

  const auto failed = post("/api/v1/key/rotate");

  BOOST_TEST(failed.status == 503);
  BOOST_TEST(json(failed)["error"].text() == "the disk is full");
  BOOST_TEST(json(failed)["kind"].text() == "transient");
  for (const char* target :
       {"/api/v1/queue", "/api/v1/dead", "/api/v1/accounts", "/api/v1/allowance"})
    BOOST_TEST(get(target).status == 503, target);
}

BOOST_AUTO_TEST_CASE(the_page_shows_what_outsiders_say_as_text) {
  backend.snapshot.subscriptions = {
      {SubscriptionId{}, "/chats", {}, "<script>alert(1)</script>", false}};

  const auto reply = get("/");

  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.content_type == "text/html; charset=utf-8");
  BOOST_TEST(reply.body.find("<script>alert") == std::string::npos);
  BOOST_TEST(reply.body.find("&lt;script&gt;") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(metrics_come_in_the_text_format) {
  metrics.count("things_total", "Things.", {{"result", "ok"}});

  const auto reply = get("/metrics");

  BOOST_TEST(reply.content_type == "text/plain; version=0.0.4; charset=utf-8");
  BOOST_TEST(reply.body.find("belfry_things_total{result=\"ok\"} 1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
