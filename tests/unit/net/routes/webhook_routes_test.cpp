#include <boost/test/unit_test.hpp>

#include "net/routes/routes.h"
#include "tests/unit/net/fixture.h"
#include "tests/unit/net/routes/incoming.h"
#include "tests/unit/sync/subscriptions_fixture.h"

namespace belfry::net {
namespace {

using tests::graph_fixture;

/// Knows the subscription of the fixtures and its secret.
class FixtureRegister : public sync::SubscriptionRegister {
 public:
  sync::Checked check(const Notification& notification) const override {
    if (notification.subscription != SubscriptionId{"9c4e2b71-03d8-4f6a-8e19-a5b7c3d2e1f0"})
      return {};
    const bool is_ours = notification.client_state.equals("q3Vt0mZr8xYkB5uN1cWf7h");
    return {is_ours ? sync::Verdict::ours : sync::Verdict::wrong_client_state};
  }
};

class FaultyIntakeStore : public sync::IntakeStore {
 public:
  explicit FaultyIntakeStore(sync::IntakeStore& real) : real_(real) {}
  kit::Script script;
  Result<sync::AcceptCount> accept(std::span<const Change> changes) override {
    return script.run("accept", [&] { return real_.accept(changes); });
  }
  std::uint64_t inbox_entries() const override { return real_.inbox_entries(); }

 private:
  sync::IntakeStore& real_;
};

struct WebhookFixture : sync::SubscriptionsFixture, sync::Wakeup {
  FaultyIntakeStore intake_store{model};
  FixtureRegister known;
  sync::Agenda agenda;
  sync::Traffic traffic{model};
  sync::ServerTime server_time;
  sync::Intake intake{intake_store, model, known, agenda, traffic, server_time, *this, journal};
  Router router;
  int answered = 0;
  int believed = 0;

  WebhookFixture() {
    begin();
    add_changes_route(router, intake, clock, [this](Duration) { ++answered; });
    add_lifecycle_route(router, *subscriptions, clock, [this] { ++believed; });
  }
  void work_arrived(sync::Slot) override {}

  HttpReply post(const std::string& target, const std::string& body = {}) {
    return router.answer(incoming("POST", target, body));
  }
  std::string lifecycle_body(const std::string& event, const std::string& client_state) {
    return R"({"value":[{"subscriptionId":")" + the_one().remote.id.text() +
           R"(","clientState":")" + client_state + R"(","lifecycleEvent":")" + event +
           R"(","tenantId":"3f6c1a52-9d0e-4b7a-8c21-5e4d7f90b113"}]})";
  }
};

BOOST_FIXTURE_TEST_SUITE(webhook_routes, WebhookFixture)

BOOST_AUTO_TEST_CASE(a_body_is_answered_202_once_it_is_on_disk) {
  const auto reply = post("/changes", graph_fixture("notification_basic_created"));

  BOOST_TEST(reply.status == 202);
  BOOST_TEST(reply.body.empty());
  BOOST_TEST(model.inbox_entries() == 1U);
  BOOST_TEST(model.unsynced_writes() <= 1U);  // the time of the last webhook may be forgotten
  BOOST_TEST(answered == 1);
}

BOOST_AUTO_TEST_CASE(a_sender_who_is_not_believed_gets_the_same_answer_as_one_who_is) {
  std::string forged = graph_fixture("notification_basic_created");
  const auto at = forged.find("q3Vt0mZr8xYkB5uN1cWf7h");
  forged[at] = 'x';

  const auto reply = post("/changes", forged);
  const auto honest = post("/changes", graph_fixture("notification_basic_created"));

  BOOST_TEST(reply.status == honest.status);
  BOOST_TEST(reply.body == honest.body);
  BOOST_TEST(model.inbox_entries() == 1U);
  BOOST_TEST(journal.all<sync::NotificationsReceived>().at(0).wrong_client_state == 1U);
}

BOOST_AUTO_TEST_CASE(what_the_store_cannot_take_is_sent_again_by_graph) {
  intake_store.script.fail("accept", ErrorKind::transient);

  const auto reply = post("/changes", graph_fixture("notification_basic_created"));
  const auto again = post("/changes", graph_fixture("notification_basic_created"));

  BOOST_TEST(reply.status == 503);
  BOOST_TEST(!header_of(reply, "Retry-After").empty());
  BOOST_TEST(again.status == 202);
  BOOST_TEST(model.inbox_entries() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_a_bad_request_and_says_nothing_more) {
  for (const char* path : {"/changes", "/lifecycle"}) {
    for (const char* body : {"", "{", "hello", "<html>"}) {
      const auto reply = post(path, body);
      BOOST_TEST(reply.status == 400, path << " " << body);
      BOOST_TEST(reply.body == "bad request\n");
    }
  }
  BOOST_TEST(model.inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(a_handshake_is_echoed_decoded_as_plain_text_and_never_as_html) {
  for (const char* path : {"/changes", "/lifecycle"}) {
    const auto reply =
        post(std::string(path) + "?validationToken=Validation%3A+a%2Bb+%3Cscript%3E");

    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.content_type == "text/plain");
    BOOST_TEST(reply.body == "Validation: a+b <script>");
  }
  BOOST_TEST(believed == 0);
}

BOOST_AUTO_TEST_CASE(a_handshake_changes_nothing_whatever_else_it_carries) {
  const auto reply =
      post("/changes?validationToken=x", graph_fixture("notification_basic_created"));

  BOOST_TEST(reply.status == 200);
  BOOST_TEST(model.inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_empty_or_endless_is_not_echoed) {
  BOOST_TEST(post("/changes?validationToken=").status == 400);
  BOOST_TEST(post("/changes?validationToken=" + std::string(4097, 'x')).status == 400);
  BOOST_TEST(post("/changes?validationToken=" + std::string(4096, 'x')).status == 200);
}

BOOST_AUTO_TEST_CASE(a_lifecycle_event_that_is_believed_is_acted_on_and_another_is_not) {
  const std::string secret = the_one().client_state.reveal();

  const auto rogue = post("/lifecycle", lifecycle_body("subscriptionRemoved", "guess"));
  BOOST_TEST(rogue.status == 202);
  BOOST_TEST(believed == 0);
  const auto honest = post("/lifecycle", lifecycle_body("reauthorizationRequired", secret));

  BOOST_TEST(honest.status == 202);
  BOOST_TEST(believed == 1);
  graph.script.forget_calls();
  settle();
  BOOST_TEST(graph.script.count("renew") == 1U);
}

BOOST_AUTO_TEST_CASE(other_paths_and_methods_are_refused_without_detail) {
  const auto unknown = router.answer(incoming("GET", "/changes/../secret"));
  const auto other_method = router.answer(incoming("GET", "/changes"));

  BOOST_TEST(unknown.status == 404);
  BOOST_TEST(unknown.body == "not found\n");
  BOOST_TEST(other_method.status == 405);
  BOOST_TEST(header_of(other_method, "Allow") == "POST");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::net
