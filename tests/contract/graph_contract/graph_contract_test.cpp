#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/graph/notification_json.h"
#include "tests/contract/graph_contract/client_world.h"
#include "tests/sandbox/graph/odd_answers.h"

using belfry::ChangeKind;
using belfry::ChatId;
using belfry::EncryptionCertificate;
using belfry::ErrorKind;
using belfry::LifecycleKind;
using belfry::MessageId;
using belfry::MessageRef;
using belfry::Notification;
using belfry::Secret;
using belfry::TeamsUserId;
using belfry::net::notifications_from_json;
using belfry::sandbox::Damage;
using belfry::sync::TokenVerdict;
using belfry::tests::ClientWorld;

namespace sandbox = belfry::sandbox;

namespace {

struct World : ClientWorld {
  EncryptionCertificate certificate = *rich.make_certificate(now());

  /// Ready to verify and to open.
  void know_all() {
    BOOST_REQUIRE(rich.use_certificates(std::vector{certificate}));
    BOOST_REQUIRE(rich.fetch_signing_keys());
  }

  /// The next notification that came.
  Notification next() {
    auto batch = notifications_from_json(subscriber.next_body());
    BOOST_REQUIRE(batch);
    BOOST_REQUIRE_EQUAL(batch->malformed, 0);
    BOOST_REQUIRE_EQUAL(batch->notifications.size(), 1U);
    return batch->notifications[0];
  }

  [[nodiscard]] MessageRef post(const std::string& chat, const std::string& sender,
                                const std::string& html) {
    return {ChatId(chat), MessageId(microsoft.graph().post_message(chat, sender, html))};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(graph_contract, World)

BOOST_AUTO_TEST_CASE(a_rich_subscription_brings_messages_that_can_be_believed_and_read) {
  know_all();
  const auto subscription =
      graph.subscribe(app(), request_for("/chats/getAllMessages", &certificate));
  BOOST_REQUIRE_MESSAGE(subscription, subscription.error().text);
  BOOST_TEST(subscription->resource == "/chats/getAllMessages");
  BOOST_TEST((subscription->expires > now() + std::chrono::hours(69)));

  const MessageRef ref = post(company.coffee, company.mira, "<p>Cake \U0001F370 &amp; tea!</p>");
  const Notification created = next();

  BOOST_TEST((created.ref == ref));
  BOOST_TEST((created.kind == ChangeKind::created));
  BOOST_TEST((created.subscription == subscription->id));
  BOOST_TEST(created.client_state.equals("our secret"));
  BOOST_REQUIRE(created.resource);
  BOOST_TEST((rich.verify(*created.resource, now()) == TokenVerdict::valid));
  const auto message = rich.open(*created.resource, created.ref);
  BOOST_REQUIRE_MESSAGE(message, message.error().text);
  BOOST_TEST(message->body.content.reveal() == "<p>Cake \U0001F370 &amp; tea!</p>");
  BOOST_TEST(message->sender->user.text() == company.mira);
  BOOST_TEST(!message->is_system_event);

  microsoft.graph().edit_message(company.coffee, ref.message.text(), "<p>No cake</p>");
  const Notification edited = next();
  BOOST_TEST((edited.kind == ChangeKind::edited));
  BOOST_TEST(rich.open(*edited.resource, ref)->edited.has_value());

  microsoft.graph().delete_message(company.coffee, ref.message.text());
  const Notification deleted = next();
  BOOST_TEST((deleted.kind == ChangeKind::deleted));
}

BOOST_AUTO_TEST_CASE(tokens_of_both_versions_are_believed) {
  know_all();
  BOOST_REQUIRE(graph.subscribe(app(), request_for("/chats/getAllMessages", &certificate)));
  for (const int version : {1, 2}) {
    microsoft.graph().change_settings(
        [version](auto& settings) { settings.courier.token_version = version; });
    microsoft.graph().forget_validation_tokens();

    const MessageRef ref = post(company.coffee, company.mira, "x");
    const Notification notification = next();

    BOOST_TEST((notification.ref == ref));
    BOOST_TEST((rich.verify(*notification.resource, now()) == TokenVerdict::valid), version);
  }
}

BOOST_AUTO_TEST_CASE(forged_and_damaged_notifications_are_found_out) {
  know_all();
  BOOST_REQUIRE(graph.subscribe(app(), request_for("/chats/getAllMessages", &certificate)));
  const MessageRef ref = post(company.coffee, company.mira, "x");
  BOOST_TEST((next().ref == ref));
  const auto announced = [&](Damage damage) {
    microsoft.graph().announce(ref.chat.text(), ref.message.text(), sandbox::ChangeKind::created,
                               damage);
    return next();
  };

  for (const Damage damage :
       {Damage::token_missing, Damage::token_wrong_audience, Damage::token_wrong_publisher,
        Damage::token_wrong_tenant, Damage::token_wrong_issuer, Damage::token_expired,
        Damage::token_not_yet_valid, Damage::token_bad_signature, Damage::token_unsigned,
        Damage::foreign_tenant})
    BOOST_TEST((rich.verify(*announced(damage).resource, now()) == TokenVerdict::invalid),
               sandbox::name_of(damage));
  BOOST_TEST((rich.verify(*announced(Damage::token_unknown_key).resource, now()) ==
              TokenVerdict::unknown_key));
  for (const Damage damage :
       {Damage::tampered_data, Damage::tampered_signature, Damage::missing_signature}) {
    const auto opened = rich.open(*announced(damage).resource, ref);
    BOOST_REQUIRE(!opened);
    BOOST_TEST((opened.error().kind == ErrorKind::refused), sandbox::name_of(damage));
  }
  BOOST_TEST((rich.open(*announced(Damage::unknown_certificate).resource, ref).error().kind ==
              ErrorKind::gone));
  BOOST_TEST(!announced(Damage::no_content).resource.has_value());
  BOOST_TEST(!announced(Damage::wrong_client_state).client_state.equals("our secret"));
}

BOOST_AUTO_TEST_CASE(a_certificate_can_be_rotated_at_a_renewal) {
  know_all();
  const auto subscription =
      graph.subscribe(app(), request_for("/chats/getAllMessages", &certificate));
  BOOST_REQUIRE(subscription);
  const EncryptionCertificate newer = *rich.make_certificate(now());
  BOOST_REQUIRE(rich.use_certificates(std::vector{certificate, newer}));

  const std::vector<belfry::sync::Renewal> one{{subscription->id, &newer}};
  const auto renewed = graph.renew(app(), one, now() + std::chrono::hours(70));
  BOOST_REQUIRE_MESSAGE(renewed, renewed.error().text);
  BOOST_REQUIRE_MESSAGE(renewed->at(0), renewed->at(0).error().text);
  const MessageRef ref = post(company.coffee, company.mira, "x");
  const Notification notification = next();

  BOOST_TEST((notification.resource->certificate == newer.id));
  BOOST_TEST(rich.open(*notification.resource, ref).has_value());
}

BOOST_AUTO_TEST_CASE(a_basic_notification_leads_to_its_message) {
  BOOST_REQUIRE(
      graph.subscribe(app(), request_for("/chats/" + company.mira_tomas + "/messages", nullptr)));
  const MessageRef ref = post(company.mira_tomas, company.tomas, "<p>hello</p>");

  const Notification notification = next();

  BOOST_TEST((notification.ref == ref));
  BOOST_TEST(!notification.resource);
  for (const Secret& bearer : {app(), token_of(company.mira)}) {
    const auto message = graph.message(bearer, notification.ref);
    BOOST_REQUIRE_MESSAGE(message, message.error().text);
    BOOST_TEST(message->body.content.reveal() == "<p>hello</p>");
    BOOST_TEST((message->ref == ref));
  }
}

BOOST_AUTO_TEST_CASE(a_second_subscription_names_the_first) {
  const auto first = graph.subscribe(app(), request_for("/chats/getAllMessages", nullptr));
  BOOST_REQUIRE(first);

  const auto second = graph.subscribe(app(), request_for("/chats/getAllMessages", nullptr));

  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().kind == ErrorKind::refused));
  BOOST_TEST(second.error().code == belfry::sync::k_subscription_exists);
  BOOST_TEST(second.error().text == first->id.text());
}

BOOST_AUTO_TEST_CASE(an_answer_lost_after_creation_is_found_again_by_the_conflict) {
  microsoft.graph_faults().add({.operation = "graph.create_subscription",
                                .times = 1,
                                .action = sandbox::FaultAction::lose_answer});

  const auto first = graph.subscribe(app(), request_for("/chats/getAllMessages", nullptr));
  const auto second = graph.subscribe(app(), request_for("/chats/getAllMessages", nullptr));

  // The client itself asks once more where a kept connection broke: then the conflict comes at
  // once.
  if (!first)
    BOOST_TEST((first.error().kind == ErrorKind::transient || !first.error().code.empty()));
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.error().code == belfry::sync::k_subscription_exists);
  BOOST_TEST(second.error().text == graph.list_subscriptions(app())->at(0).id.text());
}

BOOST_AUTO_TEST_CASE(a_failed_handshake_passes) {
  subscriber.spoil_handshakes();

  const auto subscription = graph.subscribe(app(), request_for("/chats/getAllMessages", nullptr));

  BOOST_REQUIRE(!subscription);
  BOOST_TEST((subscription.error().kind == ErrorKind::transient), subscription.error().text);
}

BOOST_AUTO_TEST_CASE(subscriptions_are_listed_renewed_and_removed) {
  const auto made = graph.subscribe(app(), request_for("/chats/getAllMessages", nullptr));
  BOOST_REQUIRE(made);
  const auto listed = graph.list_subscriptions(app());
  BOOST_REQUIRE_EQUAL(listed->size(), 1U);
  BOOST_TEST((listed->at(0).id == made->id));
  BOOST_TEST(listed->at(0).notification_url == subscriber.url("/changes"));

  microsoft.clock().advance(std::chrono::minutes(25));
  const std::vector<belfry::sync::Renewal> one{{made->id}};
  const auto renewed = graph.renew(app(), one, now() + std::chrono::hours(70));
  BOOST_REQUIRE(renewed);
  BOOST_TEST((renewed->at(0)->expires > made->expires));

  BOOST_TEST(graph.unsubscribe(app(), made->id).has_value());
  BOOST_TEST((graph.unsubscribe(app(), made->id).error().kind == ErrorKind::gone));
  BOOST_TEST((graph.renew(app(), one, now())->at(0).error().kind == ErrorKind::gone));
  BOOST_TEST(graph.list_subscriptions(app())->empty());
}

BOOST_AUTO_TEST_CASE(lifecycle_events_come_through) {
  const auto made = graph.subscribe(app(), request_for("/chats/getAllMessages", nullptr));
  BOOST_REQUIRE(made);
  const std::pair<std::string, LifecycleKind> events[] = {
      {"reauthorizationRequired", LifecycleKind::reauthorization_required},
      {"missed", LifecycleKind::missed}};
  for (const auto& [event, kind] : events) {
    microsoft.graph().send_lifecycle(made->id.text(), event);

    const auto batch = notifications_from_json(subscriber.next_body());

    BOOST_REQUIRE_EQUAL(batch->lifecycle.size(), 1U);
    BOOST_TEST((batch->lifecycle[0].kind == kind), event);
    BOOST_TEST((batch->lifecycle[0].subscription == made->id));
    BOOST_TEST(batch->lifecycle[0].client_state.equals("our secret"));
  }
}

BOOST_AUTO_TEST_CASE(chats_come_with_all_their_members) {
  const auto pair = graph.chat(app(), ChatId(company.mira_tomas));
  BOOST_REQUIRE_MESSAGE(pair, pair.error().text);
  BOOST_TEST((pair->type == belfry::Chat::Type::one_on_one));
  BOOST_TEST(pair->members.size() == 2U);

  const auto coffee = graph.chat(token_of(company.ada), ChatId(company.coffee));
  BOOST_TEST((coffee->type == belfry::Chat::Type::group));
  BOOST_TEST(coffee->members.size() == 6U);
  BOOST_TEST(
      (graph.chat(app(), ChatId(company.budget_review))->type == belfry::Chat::Type::meeting));

  std::vector<std::string> many;
  for (int i = 0; i < 120; ++i)
    many.push_back(microsoft.graph().add_person({.name = "Person " + std::to_string(i)}));
  const std::string town =
      microsoft.graph().create_chat(sandbox::ChatKind::group, "Town hall", many);
  const auto chat = graph.chat(app(), ChatId(town));
  BOOST_REQUIRE_MESSAGE(chat, chat.error().text);
  BOOST_TEST(chat->members.empty());
  std::set<std::string> users;
  for (std::string link;;) {
    const auto page = graph.members(app(), ChatId(town), link);
    BOOST_REQUIRE_MESSAGE(page, page.error().text);
    for (const belfry::Member& each : page->members) users.insert(each.user.text());
    link = page->next;
    if (link.empty()) break;
  }
  BOOST_TEST(users.size() == 120U);
}

BOOST_AUTO_TEST_CASE(who_may_not_read_is_told_apart_from_what_is_not_there) {
  const MessageRef ref = post(company.ada_jonas, company.ada, "private");

  BOOST_TEST((graph.message(token_of(company.mira), ref).error().kind == ErrorKind::forbidden));
  BOOST_TEST((graph.message(app(), {ref.chat, MessageId("1")}).error().kind == ErrorKind::gone));
  BOOST_TEST((graph.chat(app(), ChatId("19:nothing@thread.v2")).error().kind == ErrorKind::gone));
  BOOST_TEST((graph.message(Secret("junk"), ref).error().kind == ErrorKind::unauthorized));
  microsoft.directory().set_app_roles({"Presence.Read.All"});
  BOOST_TEST((graph.message(app(), ref).error().kind == ErrorKind::forbidden));
}

BOOST_AUTO_TEST_CASE(a_deleted_message_is_read_as_deleted) {
  const MessageRef ref = post(company.coffee, company.ada, "oops");
  microsoft.graph().delete_message(ref.chat.text(), ref.message.text());

  const auto message = graph.message(app(), ref);

  BOOST_REQUIRE(message);
  BOOST_TEST(message->deleted.has_value());
  BOOST_TEST(!message->is_system_event);
}

BOOST_AUTO_TEST_CASE(presence_tells_who_is_at_the_desk) {
  microsoft.graph().set_presence(company.mira, "Busy", "InAMeeting");
  microsoft.graph().set_presence(company.tomas, "Away", "Away");
  microsoft.graph().set_presence(company.ada, "Offline", "OffWork");

  const auto presence = graph.presence(
      app(),
      std::vector{TeamsUserId(company.mira), TeamsUserId(company.tomas), TeamsUserId(company.ada)});

  BOOST_REQUIRE_MESSAGE(presence, presence.error().text);
  std::set<std::string> active;
  for (const auto& each : *presence)
    if (each.active) active.insert(each.user.text());
  BOOST_TEST((active == std::set{company.mira}));
}

BOOST_AUTO_TEST_CASE(many_subscriptions_are_renewed_in_one_request) {
  std::vector<belfry::sync::Renewal> many;
  for (const std::string& chat : {company.release_crew, company.mira_tomas, company.coffee}) {
    const auto made = graph.subscribe(app(), request_for("/chats/" + chat + "/messages", nullptr));
    BOOST_REQUIRE_MESSAGE(made, made.error().text);
    many.push_back({made->id});
  }
  BOOST_REQUIRE(graph.unsubscribe(app(), many[1].id));
  const EncryptionCertificate newer = *rich.make_certificate(now());
  many[2].certificate = &newer;
  microsoft.clock().advance(std::chrono::minutes(25));

  const auto renewed = graph.renew(app(), many, now() + std::chrono::hours(70));

  BOOST_REQUIRE_MESSAGE(renewed, renewed.error().text);
  BOOST_REQUIRE_EQUAL(renewed->size(), 3U);
  BOOST_REQUIRE_MESSAGE(renewed->at(0), renewed->at(0).error().text);
  BOOST_TEST((renewed->at(0)->id == many[0].id));
  BOOST_TEST((renewed->at(0)->expires > now() + std::chrono::hours(69)));
  BOOST_TEST((renewed->at(1).error().kind == ErrorKind::gone));
  BOOST_TEST(renewed->at(2).has_value());
}

BOOST_AUTO_TEST_CASE(a_new_chat_is_told_of_without_its_content) {
  belfry::sync::SubscriptionRequest request = request_for("/chats", nullptr);
  request.spec.change_types = "created,updated";
  BOOST_REQUIRE(graph.subscribe(app(), request));

  const std::string chat =
      microsoft.graph().create_chat(sandbox::ChatKind::group, "New", {company.mira, company.ada});
  const Notification made = next();
  microsoft.graph().add_member(chat, company.tomas, company.mira);
  const Notification changed = next();

  BOOST_TEST((made.kind == ChangeKind::chat));
  BOOST_TEST(made.ref.chat.text() == chat);
  BOOST_TEST(made.ref.message.empty());
  BOOST_TEST((changed.kind == ChangeKind::chat));
  BOOST_TEST(changed.ref.chat.text() == chat);
}

BOOST_AUTO_TEST_CASE(the_odd_answers_of_the_wild_have_their_kinds) {
  const MessageRef ref = post(company.coffee, company.ada, "x");
  const Secret bearer = app();
  const auto error_after = [&](sandbox::FaultRule rule) {
    microsoft.graph_faults().clear();
    microsoft.graph_faults().add(std::move(rule));
    const auto message = graph.message(bearer, ref);
    BOOST_REQUIRE(!message);
    return message.error();
  };

  const belfry::Error throttled = error_after(sandbox::throttled_for("graph.get_message", "2.5"));
  BOOST_TEST((throttled.kind == ErrorKind::throttled));
  BOOST_TEST((throttled.retry_after == std::chrono::seconds(3)));
  BOOST_TEST(!error_after(sandbox::throttled_without_retry_after("graph.get_message")).retry_after);
  BOOST_TEST((error_after(sandbox::redirected_without_location("graph.get_message")).kind ==
              ErrorKind::transient));
  BOOST_TEST((error_after(sandbox::bad_gateway_in_html("graph.get_message")).kind ==
              ErrorKind::transient));
  for (const auto action :
       {sandbox::FaultAction::drop, sandbox::FaultAction::lose_answer,
        sandbox::FaultAction::reset_mid_body, sandbox::FaultAction::long_length})
    BOOST_TEST((error_after({.operation = "graph.get_message", .action = action}).kind ==
                ErrorKind::transient),
               sandbox::name_of(action));
  BOOST_TEST(
      (error_after(sandbox::graph_answers("graph.get_message", 402, "PaymentRequired")).kind ==
       ErrorKind::exhausted));
}

BOOST_AUTO_TEST_CASE(the_expiry_of_the_secret_needs_a_permission_of_its_own) {
  const std::string secret = microsoft.directory().client_secrets().at(0);
  const auto& client_id = microsoft.directory().client_id();

  const auto refused = graph.client_secret_expiry(app(), client_id, Secret(secret));
  auto roles = microsoft.directory().app_roles();
  roles.insert("Application.Read.All");
  microsoft.directory().set_app_roles(roles);
  const auto found = graph.client_secret_expiry(app(), client_id, Secret(secret));

  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().kind == ErrorKind::forbidden));
  BOOST_REQUIRE_MESSAGE(found, found.error().text);
  BOOST_TEST(found->has_value());
}

BOOST_AUTO_TEST_CASE(a_large_chat_is_read_in_two_requests_as_fast_as_graph_lets_one_read) {
  std::vector<std::string> people = {company.mira};
  for (int i = 0; i < 40; ++i)
    people.push_back(microsoft.graph().add_person({.name = "Guest " + std::to_string(i)}));
  const ChatId crowd{microsoft.graph().create_chat(sandbox::ChatKind::group, "All", people)};
  microsoft.graph().change_settings([](auto& settings) {
    settings.rate_limits = true;
    settings.expanded_members = 25;
  });

  const auto cut = graph.chat(app(), crowd);
  BOOST_REQUIRE_MESSAGE(cut, cut.error().text);
  BOOST_TEST(cut->members.empty());
  const auto too_soon = graph.members(app(), crowd, {});
  BOOST_REQUIRE(!too_soon);
  BOOST_TEST((too_soon.error().kind == ErrorKind::throttled));
  BOOST_REQUIRE(too_soon.error().retry_after);
  BOOST_TEST((*too_soon.error().retry_after > belfry::Duration{0}));
  BOOST_TEST((*too_soon.error().retry_after <= std::chrono::seconds{1}));
  microsoft.clock().advance(std::chrono::seconds{1});

  const auto all = graph.members(app(), crowd, {});
  BOOST_REQUIRE_MESSAGE(all, all.error().text);
  BOOST_TEST(all->members.size() == people.size());
}

BOOST_AUTO_TEST_SUITE_END()
