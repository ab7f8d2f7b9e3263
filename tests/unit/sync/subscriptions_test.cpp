#include "sync/subscriptions.h"

#include "tests/unit/sync/subscriptions_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* k_tenant = "/chats/getAllMessages?model=B";

Error quota() {
  return {
      ErrorKind::forbidden, "the quota of subscriptions is used up", {}, 403, k_subscription_quota};
}

BOOST_FIXTURE_TEST_SUITE(subscriptions_kept_alive, SubscriptionsFixture)

BOOST_AUTO_TEST_CASE(opening_asks_nothing_of_graph_since_nobody_listens_yet) {
  start();

  BOOST_TEST(graph.script.calls().empty());
  BOOST_TEST(!is_complete());
}

BOOST_AUTO_TEST_CASE(one_for_the_whole_tenant_is_made_with_certificate_secret_and_lifecycle_url) {
  begin();

  const auto& made = the_one();
  BOOST_TEST(made.remote.resource == k_tenant);
  BOOST_TEST(made.remote.change_types == "created,updated,deleted");
  BOOST_TEST(made.rich);
  BOOST_REQUIRE(made.certificate.has_value());
  BOOST_TEST(made.lifecycle_url == "https://belfry.test/lifecycle");
  // 128 bits are 22 characters of base64url.
  BOOST_TEST(made.client_state.reveal().size() >= 22U);
  BOOST_TEST((resources.in_use == std::vector{*made.certificate}));
  BOOST_TEST((stored_certificates() == std::vector{*made.certificate}));
  BOOST_TEST(journal.count<SubscriptionCreated>() == 1U);
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(seventy_hours_are_asked_for) {
  graph.longest_life = hours{1000};
  const WallTime began = clock.now().wall;

  begin();

  BOOST_TEST((the_one().remote.expires == began + hours{70}));
}

BOOST_AUTO_TEST_CASE(what_graph_grants_counts_and_not_what_was_asked) {
  graph.longest_life = minutes{60};

  begin();

  BOOST_TEST((subscriptions->status().front().expires == clock.now().wall + minutes{60}));
  BOOST_TEST((model.subscriptions()->front().expires == clock.now().wall + minutes{60}));
}

BOOST_AUTO_TEST_CASE(it_is_renewed_every_twenty_five_minutes_less_some_jitter) {
  begin();
  std::set<Duration> gaps;
  Instant last = clock.now().steady;

  for (int i = 0; i < 8; ++i) {
    const std::size_t before = graph.script.count("renew");
    while (graph.script.count("renew") == before) live_for(seconds{10});
    gaps.insert(clock.now().steady - last);
    last = clock.now().steady;
  }

  BOOST_TEST((*gaps.begin() >= minutes{22}));
  BOOST_TEST((*gaps.rbegin() <= minutes{25} + seconds{10}));
  BOOST_TEST(gaps.size() > 2U);
  BOOST_TEST(graph.script.count("subscribe") == 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_renews_at_once_and_makes_nothing_new) {
  begin();
  const SubscriptionId id = the_one().remote.id;
  clock.advance(hours{20});
  graph.script.forget_calls();

  begin();

  BOOST_TEST((the_one().remote.id == id));
  BOOST_TEST(graph.script.count("renew") == 1U);
  BOOST_TEST(graph.script.count("subscribe") == 0U);
  BOOST_TEST((the_one().remote.expires == clock.now().wall + hours{70}));
}

BOOST_AUTO_TEST_CASE(one_that_graph_has_forgotten_is_made_anew_at_once) {
  begin();
  const WallTime renewed = clock.now().wall;
  const SubscriptionId lost = the_one().remote.id;
  graph.subscriptions.clear();

  live_for(minutes{26});

  BOOST_TEST((the_one().remote.id != lost));
  BOOST_REQUIRE(journal.count<SubscriptionLost>() == 1U);
  BOOST_TEST((journal.all<SubscriptionLost>()[0].since == renewed));
  BOOST_TEST(model.subscriptions()->size() == 1U);
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(one_that_expired_while_we_were_away_is_made_anew) {
  begin();
  const WallTime renewed = clock.now().wall;
  clock.advance(hours{71});

  begin();

  BOOST_TEST(graph.script.count("renew") == 0U);
  BOOST_TEST(graph.script.count("subscribe") == 2U);
  BOOST_TEST((journal.all<SubscriptionLost>().at(0).since == renewed));
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(what_was_written_before_one_was_made_is_swept) {
  connect("anna");
  begin();

  BOOST_TEST((sweeps.triggers == std::vector{SweepTrigger::new_subscription}));
  BOOST_TEST(sweeps.people.empty());
}

BOOST_AUTO_TEST_CASE(before_anybody_has_connected_there_is_nothing_to_sweep) {
  begin();

  BOOST_TEST(sweeps.triggers.empty());
}

BOOST_AUTO_TEST_CASE(one_that_was_gone_has_the_gap_swept_once_it_is_back) {
  connect("anna");
  begin();
  sweeps.forget();
  graph.subscriptions.clear();

  live_for(minutes{26});

  BOOST_TEST((sweeps.triggers == std::vector{SweepTrigger::new_subscription}));
}

BOOST_AUTO_TEST_CASE(a_renewal_that_comes_too_late_for_the_access_right_has_the_gap_swept) {
  connect("anna");
  begin();
  sweeps.forget();
  clock.advance(minutes{61});

  settle();

  BOOST_TEST((sweeps.triggers == std::vector{SweepTrigger::lifecycle}));
}

BOOST_AUTO_TEST_CASE(only_messages_of_metered_resources_count_against_the_month) {
  begin();
  const auto whole_tenant = the_one();
  BOOST_TEST(
      (verdict(whole_tenant.remote.id, whole_tenant.client_state) == Verdict::ours_and_metered));
}

BOOST_AUTO_TEST_CASE(a_failing_renewal_is_tried_again_and_the_subscription_kept) {
  begin();
  const SubscriptionId id = the_one().remote.id;
  graph.script.fail("renew", ErrorKind::transient, 4);

  live_for(minutes{40});

  BOOST_TEST((the_one().remote.id == id));
  BOOST_TEST(journal.count<SubscriptionFailed>() == 4U);
  BOOST_TEST(journal.count<SubscriptionRenewed>() >= 1U);
  BOOST_TEST(subscriptions->status().front().last_error.empty());
}

BOOST_AUTO_TEST_CASE(a_failing_creation_is_tried_again_and_told) {
  graph.script.fail("subscribe", ErrorKind::transient, 3);
  start();
  settle();
  BOOST_TEST(!is_complete());
  BOOST_TEST(subscriptions->status().front().last_error == "scripted");

  live_for(minutes{2});

  BOOST_TEST(is_complete());
  BOOST_TEST(graph.subscriptions.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_throttled_call_waits_as_long_as_graph_asks) {
  graph.script.fail("subscribe", Error{ErrorKind::throttled, "slow down", seconds{90}, 429, {}});
  begin();

  live_for(seconds{89});
  BOOST_TEST(graph.script.count("subscribe") == 1U);
  live_for(minutes{3});

  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(a_refused_token_is_replaced_before_the_next_try) {
  graph.script.fail("subscribe", ErrorKind::unauthorized);
  begin();

  live_for(minutes{2});

  BOOST_TEST(is_complete());
  BOOST_TEST(identity.script.count("app_token") == 2U);
}

BOOST_AUTO_TEST_CASE(without_a_token_nothing_is_asked_and_one_that_comes_sets_it_going) {
  identity.script.fail("app_token", ErrorKind::transient, 5);
  begin();
  BOOST_TEST(graph.script.calls().empty());

  live_for(minutes{5});

  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(a_409_of_our_own_is_deleted_and_made_anew) {
  // Made by us, and lost before we had it recorded: nobody knows its secret any more.
  begin();
  graph.script.lose_answer("subscribe", ErrorKind::transient);
  graph.subscriptions.clear();
  live_for(minutes{26});

  live_for(minutes{1});

  BOOST_TEST(graph.subscriptions.size() == 1U);
  BOOST_TEST(is_complete());
  const auto& held = the_one();
  BOOST_TEST((verdict(held.remote.id, held.client_state) == Verdict::ours_and_metered));
}

BOOST_AUTO_TEST_CASE(a_409_of_somebody_else_is_left_alone_told_and_waited_for) {
  const SubscriptionId foreign = graph.add_foreign(k_tenant, "https://other.test/hook");

  begin();
  live_for(minutes{5});

  BOOST_TEST(graph.subscriptions.contains(foreign));
  BOOST_TEST(!is_complete());
  BOOST_TEST(subscriptions->status().front().last_error == foreign.text());
  graph.subscriptions.erase(foreign);
  live_for(minutes{16});
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(leftovers_with_our_url_go_and_foreign_ones_stay) {
  const SubscriptionId leftover = graph.add_foreign("/users/x/chats/getAllMessages", k_url);
  const SubscriptionId foreign = graph.add_foreign("/users/x/chats", "https://other.test/hook");

  begin();

  BOOST_TEST(!graph.subscriptions.contains(leftover));
  BOOST_TEST(graph.subscriptions.contains(foreign));
  BOOST_TEST(journal.count<SubscriptionRemoved>() == 1U);
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(a_leftover_that_would_not_go_is_tried_again) {
  const SubscriptionId leftover = graph.add_foreign("/users/x/chats/getAllMessages", k_url);
  graph.script.fail("unsubscribe", ErrorKind::transient, 2);

  begin();
  BOOST_TEST(graph.subscriptions.contains(leftover));
  live_for(minutes{1});

  BOOST_TEST(!graph.subscriptions.contains(leftover));
}

BOOST_AUTO_TEST_CASE(a_list_that_cannot_be_had_keeps_nothing_else_from_going_on) {
  graph.script.fail_always("list_subscriptions", ErrorKind::forbidden);

  begin();
  live_for(hours{1});

  BOOST_TEST(is_complete());
  BOOST_TEST(graph.script.count("renew") >= 2U);
}

BOOST_AUTO_TEST_CASE(a_quota_holds_back_what_is_new_and_not_what_is_there) {
  policy.kind = SubscribeKind::accounts;
  connect("anna");
  begin();
  for (const char* name : {"ben", "cleo", "dora"}) connect(name);
  graph.script.fail_always("subscribe", quota());
  graph.script.forget_calls();

  subscriptions->review_soon();
  live_for(minutes{14});

  // One asked, the others knew the answer.
  BOOST_TEST(graph.script.count("subscribe") == 1U);
  BOOST_TEST(!is_complete());
  live_for(minutes{15});
  BOOST_TEST(graph.script.count("renew") >= 1U);
  graph.script.heal();
  live_for(minutes{16});
  BOOST_TEST(is_complete());
  BOOST_TEST(resources_at_graph().size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_secret_belongs_to_one_subscription_only) {
  policy.kind = SubscribeKind::accounts;
  connect("anna");
  connect("ben");
  begin();
  const auto& first = graph.subscriptions.begin()->second;
  const auto& second = graph.subscriptions.rbegin()->second;

  BOOST_TEST((verdict(first.remote.id, first.client_state) == Verdict::ours_and_metered));
  BOOST_TEST((verdict(second.remote.id, second.client_state) == Verdict::ours_and_metered));
  BOOST_TEST((verdict(first.remote.id, second.client_state) == Verdict::wrong_client_state));
  BOOST_TEST((verdict(first.remote.id, Secret{}) == Verdict::wrong_client_state));
  BOOST_TEST((verdict(SubscriptionId{"x"}, first.client_state) == Verdict::unknown_subscription));
}

BOOST_AUTO_TEST_CASE(what_graph_sends_before_its_answer_is_here_is_believed) {
  Verdict during = Verdict::unknown_subscription;
  Verdict of_a_stranger = Verdict::ours;
  graph.script.before_answer("subscribe", [&] {
    const auto& made = graph.subscriptions.begin()->second;
    during = verdict(made.remote.id, made.client_state);
    of_a_stranger = verdict(made.remote.id, Secret{"guess"});
  });

  begin();

  BOOST_TEST((during == Verdict::ours_and_metered));
  BOOST_TEST((of_a_stranger == Verdict::unknown_subscription));
}

BOOST_AUTO_TEST_CASE(secrets_outlive_a_restart) {
  begin();
  const auto held = the_one();

  start();

  BOOST_TEST((verdict(held.remote.id, held.client_state) == Verdict::ours_and_metered));
}

BOOST_AUTO_TEST_CASE(a_subscription_that_could_not_be_stored_works_and_is_stored_at_its_renewal) {
  store.script.fail("put_subscription", ErrorKind::transient);
  begin();
  BOOST_TEST(is_complete());
  BOOST_TEST(model.subscriptions()->empty());
  BOOST_TEST(journal.count<StoreTrouble>() == 1U);

  live_for(minutes{26});

  BOOST_TEST(model.subscriptions()->size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(subscriptions_of_changed_settings, SubscriptionsFixture)

BOOST_AUTO_TEST_CASE(another_payment_model_makes_a_new_one_before_the_old_one_goes) {
  begin();
  policy.model = PaymentModel::a;

  begin();

  BOOST_TEST(
      (resources_at_graph() == std::set<std::string>{k_tenant, "/chats/getAllMessages?model=A"}));
  live_for(seconds{11});
  BOOST_TEST((resources_at_graph() == std::set<std::string>{"/chats/getAllMessages?model=A"}));
  BOOST_TEST(model.subscriptions()->size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_resource_data_a_plain_one_takes_the_place_of_the_rich_one) {
  begin();
  policy.rich = false;

  begin();

  // Graph takes both for the same: the old one has to go first.
  const auto& held = the_one();
  BOOST_TEST(!held.rich);
  BOOST_TEST(!held.certificate.has_value());
  BOOST_TEST(is_complete());
  BOOST_TEST(journal.count<SubscriptionFailed>() == 0U);
}

BOOST_AUTO_TEST_CASE(another_public_url_replaces_what_calls_the_old_one) {
  begin();
  const SubscriptionId old = the_one().remote.id;
  policy.notification_url = "https://moved.test/changes";

  begin();

  BOOST_TEST(!graph.subscriptions.contains(old));
  BOOST_REQUIRE(graph.subscriptions.size() == 1U);
  BOOST_TEST(graph.subscriptions.begin()->second.remote.notification_url ==
             "https://moved.test/changes");
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(in_evaluation_mode_only_new_messages_are_paid_for) {
  policy.model = PaymentModel::evaluation;

  begin();

  BOOST_TEST(the_one().remote.resource == "/chats/getAllMessages");
  BOOST_TEST(the_one().remote.change_types == "created");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(subscription_certificates, SubscriptionsFixture)

BOOST_AUTO_TEST_CASE(after_ninety_days_a_new_certificate_is_given_out_by_renewal) {
  begin();
  const SubscriptionId id = the_one().remote.id;
  const CertificateId first = *the_one().certificate;
  live_for(hours{24 * 89});
  BOOST_TEST((*the_one().certificate == first));

  live_for(hours{26});

  BOOST_TEST((the_one().remote.id == id));
  BOOST_TEST((*the_one().certificate != first));
  BOOST_TEST(journal.count<CertificateMade>() == 2U);
  BOOST_TEST(graph.script.count("subscribe") == 1U);
}

BOOST_AUTO_TEST_CASE(the_old_key_reads_on_for_five_hours_and_goes_then) {
  begin();
  const CertificateId old = *the_one().certificate;
  while (*the_one().certificate == old) live_for(hours{1});

  live_for(hours{3});
  BOOST_TEST(resources.in_use.size() == 2U);
  BOOST_TEST(stored_certificates().size() == 2U);
  live_for(hours{4});

  BOOST_TEST((resources.in_use == std::vector{*the_one().certificate}));
  BOOST_TEST((stored_certificates() == std::vector{*the_one().certificate}));
}

BOOST_AUTO_TEST_CASE(the_old_key_stays_as_long_as_a_subscription_names_it_and_five_hours_more) {
  begin();
  const CertificateId old = *the_one().certificate;
  live_for(hours{24 * 90} - minutes{30});
  graph.script.fail_always("renew", ErrorKind::transient);
  live_for(hours{10});
  BOOST_TEST((*the_one().certificate == old));
  BOOST_TEST(resources.in_use.size() == 2U);

  graph.script.heal();
  live_for(hours{4});
  BOOST_TEST((*the_one().certificate != old));
  BOOST_TEST(resources.in_use.size() == 2U);
  live_for(hours{3});

  BOOST_TEST(resources.in_use.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_does_not_shorten_the_life_of_an_old_key) {
  begin();
  const CertificateId old = *the_one().certificate;
  while (*the_one().certificate == old) live_for(hours{1});

  begin();
  live_for(hours{4});

  BOOST_TEST(resources.in_use.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_certificate_is_stored_before_it_is_given_out) {
  store.script.fail("put_certificate", ErrorKind::transient, 3);

  begin();
  BOOST_TEST(graph.script.count("subscribe") == 0U);
  live_for(minutes{1});

  BOOST_TEST(is_complete());
  BOOST_TEST((stored_certificates() == std::vector{*the_one().certificate}));
}

BOOST_AUTO_TEST_CASE(when_no_new_one_can_be_made_the_old_one_serves_on) {
  begin();
  live_for(hours{24 * 90} - minutes{30});
  resources.script.fail_always("make_certificate", ErrorKind::transient);
  graph.script.forget_calls();

  live_for(hours{2});

  BOOST_TEST(graph.script.count("renew") >= 4U);
  BOOST_TEST(is_complete());
}

BOOST_AUTO_TEST_CASE(plain_ones_need_no_certificate) {
  policy.rich = false;

  begin();

  BOOST_TEST(is_complete());
  BOOST_TEST(stored_certificates().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(subscription_lifecycle, SubscriptionsFixture)

BOOST_AUTO_TEST_CASE(a_call_to_reauthorize_renews_at_once) {
  begin();
  const auto held = the_one();
  graph.script.forget_calls();
  live_for(minutes{5});

  BOOST_TEST(lifecycle(held.remote.id, held.client_state, LifecycleKind::reauthorization_required));
  settle();

  BOOST_TEST(graph.script.count("renew") == 1U);
  BOOST_TEST(journal.all<LifecycleReceived>().at(0).event == "reauthorizationRequired");
}

BOOST_AUTO_TEST_CASE(one_that_was_removed_is_made_anew_at_once) {
  begin();
  const auto held = the_one();
  graph.subscriptions.clear();

  BOOST_TEST(lifecycle(held.remote.id, held.client_state, LifecycleKind::subscription_removed));
  settle();

  BOOST_TEST((the_one().remote.id != held.remote.id));
  BOOST_TEST(journal.count<SubscriptionLost>() == 1U);
}

BOOST_AUTO_TEST_CASE(whoever_does_not_know_the_secret_changes_nothing) {
  begin();
  const auto held = the_one();
  graph.script.forget_calls();

  BOOST_TEST(!lifecycle(held.remote.id, Secret{"guess"}, LifecycleKind::subscription_removed));
  BOOST_TEST(!lifecycle(SubscriptionId{"x"}, held.client_state, LifecycleKind::missed));
  BOOST_TEST(!lifecycle(held.remote.id, held.client_state, LifecycleKind::other));
  settle();

  BOOST_TEST(graph.script.calls().empty());
  BOOST_TEST(journal.count<LifecycleReceived>() == 0U);
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_while_a_renewal_is_under_way_is_not_forgotten) {
  begin();
  const auto held = the_one();
  live_for(minutes{5});
  lifecycle(held.remote.id, held.client_state, LifecycleKind::reauthorization_required);
  graph.script.before_answer("renew", [&] {
    clock.advance(seconds{1});
    graph.subscriptions.clear();
    lifecycle(held.remote.id, held.client_state, LifecycleKind::subscription_removed);
  });

  settle();
  live_for(seconds{5});

  BOOST_TEST((the_one().remote.id != held.remote.id));
}

BOOST_AUTO_TEST_CASE(missed_is_told_to_whom_it_concerns) {
  begin();
  const auto held = the_one();

  BOOST_TEST(lifecycle(held.remote.id, held.client_state, LifecycleKind::missed));

  BOOST_TEST(journal.all<LifecycleReceived>().at(0).event == "missed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
