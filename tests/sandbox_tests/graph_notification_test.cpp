#include <thread>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/sandbox_tests/graph_fixture.h"

/// Notifications on their way: shapes, encryption, retries, punishments, the evaluation cap.
namespace belfry::sandbox::test {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct NotificationFixture : GraphFixture {
  using GraphFixture::GraphFixture;

  std::string say(const std::string& text = "<p>hello</p>") {
    return graph().post_message(company.mira_tomas, company.tomas, text);
  }
  void courier(const std::function<void(CourierSettings&)>& change) {
    graph().change_settings([&](GraphSettings& s) { change(s.courier); });
  }
  /// Waits for what a thread of the sandbox will do soon.
  static bool soon(const std::function<bool()>& holds) {
    for (int i = 0; i < 6'000 && !holds(); ++i) std::this_thread::sleep_for(milliseconds{5});
    return holds();
  }
  Poco::JSON::Object::Ptr decrypted(const Poco::JSON::Object& entry) {
    const auto content = entry.getObject("encryptedContent");
    const std::string secret =
        rsa_oaep_decrypt(key, *decode_base64(content->getValue<std::string>("dataKey")));
    const std::string data = *decode_base64(content->getValue<std::string>("data"));
    BOOST_TEST(hmac_sha256(secret, data) ==
               *decode_base64(content->getValue<std::string>("dataSignature")));
    return parse_object(aes256_cbc_decrypt(secret, secret.substr(0, 16), data));
  }
};

/// Time runs twenty times faster: an endpoint has 150 ms where it has 3 s. What else has a deadline
/// has half a minute of real time, for the machine can be busy.
struct FastFixture : NotificationFixture {
  static SandboxOptions options() {
    SandboxOptions out{.scale = 20};
    out.graph.courier.minimum_patience_real_ms = 150;
    out.graph.courier.retry_answer_deadline_ms = 600'000;
    out.graph.handshake_deadline_ms = 600'000;
    return out;
  }
  FastFixture() : NotificationFixture(options()) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(graph_notifications, NotificationFixture)

BOOST_AUTO_TEST_CASE(a_basic_notification_names_the_message_and_tells_nothing_of_it) {
  const std::string id = subscribed();
  const std::string message = say();

  BOOST_TEST(receiver.wait_for(1));
  const auto body = receiver.bodies().front();
  const auto entry = receiver.entries().front();
  const std::string place = fmt::format("chats('{}')/messages('{}')", company.mira_tomas, message);
  BOOST_TEST(!body->has("validationTokens"));
  BOOST_TEST(!entry->has("encryptedContent"));
  BOOST_TEST(entry->getValue<std::string>("subscriptionId") == id);
  BOOST_TEST(entry->getValue<std::string>("clientState") == "our secret");
  BOOST_TEST(entry->getValue<std::string>("changeType") == "created");
  BOOST_TEST(entry->getValue<std::string>("tenantId") == sandbox.directory().tenant_id());
  BOOST_TEST(entry->getValue<std::string>("resource") == place);
  BOOST_TEST(entry->getObject("resourceData")->getValue<std::string>("@odata.id") == place);
  // Seven digits and a numeric offset, as the documentation shows it.
  BOOST_TEST(
      entry->getValue<std::string>("subscriptionExpirationDateTime").ends_with("0000-08:00"));
}

BOOST_AUTO_TEST_CASE(a_rich_notification_decrypts_to_the_message_and_its_token_verifies) {
  subscribed({.rich = true});
  const std::string message = say("<p>Lunch at <b>12</b>?</p>");

  BOOST_TEST(receiver.wait_for(1));
  const auto entry = receiver.entries().front();
  const auto content = decrypted(*entry);
  BOOST_TEST(content->getValue<std::string>("id") == message);
  BOOST_TEST(content->getObject("body")->getValue<std::string>("content") ==
             "<p>Lunch at <b>12</b>?</p>");
  BOOST_TEST(content->getValue<std::string>("createdDateTime").size() == 20U);
  BOOST_TEST(content->has("hostedContents"));
  BOOST_TEST(
      entry->getObject("encryptedContent")->getValue<std::string>("encryptionCertificateId") ==
      "cert-1");

  const auto jwt =
      receiver.bodies().front()->getArray("validationTokens")->getElement<std::string>(0);
  const auto first = jwt.find('.');
  const auto last = jwt.rfind('.');
  const auto header = parse_object(*decode_base64(jwt.substr(0, first)));
  const auto claims = parse_object(*decode_base64(jwt.substr(first + 1, last - first - 1)));
  const auto signer = sandbox.tokens().public_key(header->getValue<std::string>("kid"));
  BOOST_TEST(rs256_verify(signer, jwt.substr(0, last), *decode_base64(jwt.substr(last + 1))));
  BOOST_TEST(claims->getValue<std::string>("aud") == sandbox.directory().client_id());
  BOOST_TEST(claims->getValue<std::string>("appid") == "0bf30f3b-4a52-48df-9a82-234910c4a086");
  BOOST_TEST(claims->getValue<std::string>("iss") ==
             "https://sts.windows.net/" + sandbox.directory().tenant_id() + "/");
}

BOOST_AUTO_TEST_CASE(tokens_of_version_two_name_the_publisher_in_azp) {
  courier([](CourierSettings& c) { c.token_version = 2; });
  subscribed({.rich = true});
  say();

  BOOST_TEST(receiver.wait_for(1));
  const auto jwt =
      receiver.bodies().front()->getArray("validationTokens")->getElement<std::string>(0);
  const auto claims = parse_object(
      *decode_base64(jwt.substr(jwt.find('.') + 1, jwt.rfind('.') - jwt.find('.') - 1)));
  BOOST_TEST(claims->getValue<std::string>("azp") == "0bf30f3b-4a52-48df-9a82-234910c4a086");
  BOOST_TEST(!claims->has("appid"));
}

BOOST_AUTO_TEST_CASE(only_the_wanted_changes_are_announced_and_a_reaction_is_an_update) {
  subscribed({.change_type = "updated,deleted"});
  const std::string message = say();
  graph().react(company.mira_tomas, message, company.mira, "👍");
  graph().delete_message(company.mira_tomas, message);

  BOOST_TEST(receiver.wait_for(2));
  std::set<std::string> kinds;
  for (const auto& entry : receiver.entries())
    kinds.insert(entry->getValue<std::string>("changeType"));
  BOOST_TEST(kinds == (std::set<std::string>{"updated", "deleted"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_subscription_on_a_user_or_a_chat_hears_of_nothing_else) {
  subscribed({.resource = "/users/" + company.ada + "/chats/getAllMessages"});
  subscribed({.resource = "/chats/" + company.coffee + "/messages"});
  say();
  graph().post_message(company.ada_jonas, company.jonas, "for Ada");

  BOOST_TEST(receiver.wait_for(1));
  BOOST_TEST(quiet());
  BOOST_TEST(receiver.entries().size() == 1U);
  graph().post_message(company.coffee, company.mira, "for both");
  BOOST_TEST(receiver.wait_for(3));
}

BOOST_AUTO_TEST_CASE(system_events_reach_subscriptions_on_one_chat_only) {
  subscribed();
  subscribed({.resource = "/chats/" + company.release_crew + "/messages"});

  graph().rename_chat(company.release_crew, "Shipping crew", company.mira);

  BOOST_TEST(receiver.wait_for(1));
  BOOST_TEST(quiet());
  BOOST_TEST(receiver.entries().size() == 1U);
}

BOOST_AUTO_TEST_CASE(beyond_five_hundred_in_a_month_evaluation_falls_silent_and_chats_do_not) {
  subscribed();
  graph().spend("notifications", 499);
  say("the last one");
  say("never heard");
  BOOST_TEST(receiver.wait_for(1));
  BOOST_TEST(quiet());
  BOOST_TEST(receiver.entries().size() == 1U);
  BOOST_TEST(graph().webhook_stats().silent == 1U);

  subscribed({.resource = "/chats/" + company.mira_tomas + "/messages"});
  subscribed({.resource = "/chats/getAllMessages?model=B"});
  say("not metered, and paid for");

  BOOST_TEST(receiver.wait_for(3));
  BOOST_TEST(GraphSettings{}.evaluation_cap == 500);
}

BOOST_AUTO_TEST_CASE(what_is_not_answered_2xx_is_sent_again_with_growing_gaps_for_four_hours) {
  subscribed();
  receiver.answer_with(503);
  say();
  BOOST_TEST(receiver.wait_for(1));
  BOOST_TEST(soon([&] { return graph().webhook_stats().retries == 1; }));

  advance(milliseconds{4'900});
  std::this_thread::sleep_for(milliseconds{50});
  BOOST_TEST(receiver.entries().size() == 1U);
  advance(milliseconds{200});
  BOOST_TEST(receiver.wait_for(2));
  BOOST_TEST(soon([&] { return graph().webhook_stats().retries == 2; }));
  advance(milliseconds{10'100});
  BOOST_TEST(receiver.wait_for(3));

  for (int i = 0; i < 60 && graph().webhook_stats().given_up == 0; ++i) {
    renew(graph().subscriptions().front()->id);
    advance(minutes{10});
    std::this_thread::sleep_for(milliseconds{20});
  }
  BOOST_TEST(soon([&] { return graph().webhook_stats().given_up == 1; }));
  BOOST_TEST(CourierSettings{}.give_up_after_ms == 4 * 3'600 * 1'000);
}

BOOST_AUTO_TEST_CASE(
    a_refused_notification_that_is_accepted_later_is_delivered_once_more_and_no_more) {
  subscribed();
  receiver.answer_with(500);
  say();
  BOOST_TEST(soon([&] { return graph().webhook_stats().retries == 1; }));
  receiver.answer_with(202);
  advance(seconds{6});

  BOOST_TEST(receiver.wait_for(2));
  BOOST_TEST(quiet());
  BOOST_TEST(graph().webhook_stats().delivered == 1U);
}

BOOST_AUTO_TEST_CASE(several_entries_share_a_body_and_duplicates_come_when_asked_for) {
  courier([](CourierSettings& c) {
    c.batch_limit = 10;
    c.latency_ms = 1'000;
    c.duplicate_probability = 1.0;
  });
  subscribed();
  for (int i = 0; i < 5; ++i) say(fmt::format("{}", i));
  BOOST_TEST(receiver.entries().empty());

  advance(milliseconds{1'001});

  BOOST_TEST(receiver.wait_for(10));
  BOOST_TEST(receiver.bodies().size() < 10U);
}

BOOST_AUTO_TEST_CASE(reordered_notifications_are_overtaken) {
  courier([](CourierSettings& c) {
    c.reorder_probability = 1.0;
    c.reorder_ms = 1'000;
  });
  subscribed();
  const std::string first = say("first");
  courier([](CourierSettings& c) { c.reorder_probability = 0; });
  const std::string second = say("second");
  BOOST_TEST(receiver.wait_for(1));
  advance(milliseconds{1'001});
  BOOST_TEST(receiver.wait_for(2));

  const auto id = [&](std::size_t i) {
    return receiver.entries()[i]->getObject("resourceData")->getValue<std::string>("id");
  };
  BOOST_TEST(id(0) == second);
  BOOST_TEST(id(1) == first);
}

BOOST_AUTO_TEST_CASE(the_fault_plan_drops_and_repeats_and_loses_answers_on_the_way) {
  subscribed();
  const auto with = [&](FaultAction action) {
    sandbox.webhook_faults().clear();
    sandbox.webhook_faults().add({.operation = "webhook.changes", .times = 1, .action = action});
    say();
  };
  with(FaultAction::drop);
  BOOST_TEST(quiet());
  BOOST_TEST(graph().webhook_stats().lost == 1U);
  BOOST_TEST(receiver.entries().empty());

  with(FaultAction::work_twice);
  BOOST_TEST(receiver.wait_for(2));

  with(FaultAction::lose_answer);
  BOOST_TEST(receiver.wait_for(3));
  BOOST_TEST(soon([&] { return graph().webhook_stats().retries == 1; }));
  advance(seconds{6});
  BOOST_TEST(receiver.wait_for(4));

  with(FaultAction::reset_mid_body);
  BOOST_TEST(soon([&] { return graph().webhook_stats().retries == 2; }));
  advance(seconds{6});
  BOOST_TEST(receiver.wait_for(5));
}

BOOST_AUTO_TEST_CASE(damaged_notifications_are_damaged_as_their_name_says) {
  subscribed({.rich = true});
  const std::string message = say();
  BOOST_TEST(receiver.wait_for(1));
  const auto next = [&](Damage damage) {
    const std::size_t before = receiver.entries().size();
    graph().announce(company.mira_tomas, message, ChangeKind::created, damage);
    BOOST_TEST(receiver.wait_for(before + 1));
    return receiver.bodies().back();
  };
  const auto entry = [](const Poco::JSON::Object::Ptr& body) {
    return body->getArray("value")->getObject(0);
  };

  BOOST_TEST(entry(next(Damage::wrong_client_state))->getValue<std::string>("clientState") !=
             "our secret");
  BOOST_TEST(
      !entry(next(Damage::missing_signature))->getObject("encryptedContent")->has("dataSignature"));
  BOOST_TEST(!next(Damage::token_missing)->has("validationTokens"));
  const auto forged =
      next(Damage::token_unknown_key)->getArray("validationTokens")->getElement<std::string>(0);
  const auto header = parse_object(*decode_base64(forged.substr(0, forged.find('.'))));
  BOOST_TEST((sandbox.tokens().public_key(header->getValue<std::string>("kid")) == nullptr));
  BOOST_TEST((damage_named(name_of(Damage::tampered_data)) == Damage::tampered_data));
}

BOOST_AUTO_TEST_CASE(a_certificate_changes_with_a_renewal) {
  const std::string id = subscribed({.rich = true});
  const PrivateKey other = make_rsa_key(2'048);

  const Response renewed = post_json(
      url("/subscriptions/" + id), app,
      fmt::format(R"({{"encryptionCertificate":"{}","encryptionCertificateId":"cert-2"}})",
                  self_signed_certificate(other)),
      "PATCH");
  say();

  BOOST_TEST(renewed.status == 200);
  BOOST_TEST(receiver.wait_for(1));
  const auto content = receiver.entries().front()->getObject("encryptedContent");
  BOOST_TEST(content->getValue<std::string>("encryptionCertificateId") == "cert-2");
  key = other;
  BOOST_TEST(!decrypted(*receiver.entries().front()).isNull());
}

BOOST_AUTO_TEST_CASE(what_was_held_before_a_certificate_changed_is_sealed_for_the_old_one) {
  const std::string id = subscribed({.rich = true});
  graph().expire_access(id);
  const std::string message = say();
  BOOST_TEST(quiet());
  BOOST_TEST(graph().webhook_stats().held == 1U);

  const PrivateKey other = make_rsa_key(2'048);
  BOOST_TEST(post_json(url("/subscriptions/" + id), app,
                       fmt::format(
                           R"({{"encryptionCertificate":"{}","encryptionCertificateId":"cert-2"}})",
                           self_signed_certificate(other)),
                       "PATCH")
                 .status == 200);

  BOOST_TEST(receiver.wait_for(1));
  const auto entry = receiver.entries().front();
  BOOST_TEST(
      entry->getObject("encryptedContent")->getValue<std::string>("encryptionCertificateId") ==
      "cert-1");
  BOOST_TEST(decrypted(*entry)->getValue<std::string>("id") == message);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(graph_endpoint_health)

BOOST_AUTO_TEST_CASE(
    more_than_a_tenth_of_slow_answers_delays_and_more_than_15_percent_of_very_slow_ones_drop) {
  using Speed = EndpointHealth::Speed;
  const CourierSettings settings;
  EndpointHealth health;
  for (int i = 0; i < 90; ++i) health.record(i, Speed::fast, settings);
  for (int i = 0; i < 10; ++i) health.record(100 + i, Speed::slow, settings);
  BOOST_TEST((health.state() == EndpointHealth::State::normal));

  health.record(200, Speed::slow, settings);
  BOOST_TEST((health.state() == EndpointHealth::State::slow));
  BOOST_TEST((health.judge(201, settings) == EndpointHealth::Verdict::delay));

  EndpointHealth worse;
  for (int i = 0; i < 17; ++i) worse.record(i, Speed::fast, settings);
  for (int i = 0; i < 4; ++i) worse.record(100 + i, Speed::very_slow, settings);
  BOOST_TEST((worse.state() == EndpointHealth::State::drop));
  BOOST_TEST((worse.judge(201, settings) == EndpointHealth::Verdict::drop));
}

BOOST_AUTO_TEST_CASE(after_ten_minutes_a_few_notifications_test_a_punished_endpoint) {
  using Speed = EndpointHealth::Speed;
  const CourierSettings settings;
  EndpointHealth health;
  for (int i = 0; i < 20; ++i) health.record(i, Speed::very_slow, settings);
  BOOST_TEST((health.state() == EndpointHealth::State::drop));
  BOOST_TEST((health.judge(599'000, settings) == EndpointHealth::Verdict::drop));

  for (int i = 0; i < settings.probes; ++i)
    BOOST_TEST((health.judge(601'000, settings) == EndpointHealth::Verdict::send));
  BOOST_TEST((health.judge(601'000, settings) == EndpointHealth::Verdict::drop));
  for (int i = 0; i < settings.probes; ++i) health.record(602'000, Speed::fast, settings);

  BOOST_TEST((health.state() == EndpointHealth::State::normal));
  BOOST_TEST((health.judge(603'000, settings) == EndpointHealth::Verdict::send));
}

BOOST_AUTO_TEST_CASE(the_numbers_of_the_documentation_are_the_defaults) {
  const CourierSettings courier;
  BOOST_TEST(courier.answer_deadline_ms == 3'000);
  BOOST_TEST(courier.retry_answer_deadline_ms == 10'000);
  BOOST_TEST(courier.slow_share == 0.10);
  BOOST_TEST(courier.drop_share == 0.15);
  BOOST_TEST(courier.health_window_ms == 600'000);
  BOOST_TEST(courier.penalty_ms == 600'000);
  const GraphSettings graph;
  BOOST_TEST(graph.longest_expiry_ms == 4'320 * 60'000);
  BOOST_TEST(graph.lifecycle_url_beyond_ms == 3'600'000);
  BOOST_TEST(graph.access_right_ms == 3'600'000);
  BOOST_TEST(graph.held_back_ms == 4 * 3'600'000);
  BOOST_TEST(graph.handshake_deadline_ms == 10'000);
}

BOOST_FIXTURE_TEST_CASE(an_answer_after_the_deadline_counts_as_slow_and_is_sent_again,
                        FastFixture) {
  courier([](CourierSettings& c) { c.first_retry_gap_ms = 3'600'000; });
  subscribed();
  receiver.answer_after(milliseconds{220});

  say();

  BOOST_TEST(soon([&] { return graph().webhook_stats().retries == 1; }));
  BOOST_TEST(graph().webhook_stats().answers_slow == 1U);
  BOOST_TEST(graph().webhook_stats().answers_very_slow == 0U);
  BOOST_TEST(graph().webhook_stats().delivered == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_slow_endpoint_gets_new_notifications_ten_minutes_late, FastFixture) {
  courier([](CourierSettings& c) { c.minimum_answers = 2; });
  subscribed();
  receiver.answer_after(milliseconds{220});
  say();
  say();
  BOOST_TEST(
      soon([&] { return graph().endpoint_health(receiver.url()) == EndpointHealth::State::slow; }));
  receiver.answer_after(milliseconds{0});

  say("late");

  BOOST_TEST(graph().webhook_stats().delayed == 1U);
  advance(minutes{10});
  BOOST_TEST(soon([&] { return graph().webhook_stats().delivered == 3; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::sandbox::test
