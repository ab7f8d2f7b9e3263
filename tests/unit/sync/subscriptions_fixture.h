#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "sync/subscriptions.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_graph.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/fake_resources.h"
#include "tests/kit/fake_sweep_api.h"
#include "tests/kit/faulty_stores.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/recording_sweep_requests.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {

/// A service's subscriptions, a Graph that keeps its rules, and a clock under the test's hand.
struct SubscriptionsFixture {
  static constexpr const char* k_url = "https://belfry.test/changes";

  kit::FakeClock clock;
  kit::FakeIdentity identity;
  kit::FakeGraph graph{clock};
  kit::FakeSweepApi lists{identity};
  kit::FakeResources resources;
  sim::ModelStore model;
  kit::FaultySubscriptionStore store{model};
  kit::FaultyAccountStore accounts{model};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  kit::RecordingSweepRequests sweeps;
  Tokens tokens{accounts, identity, random, journal};
  UpstreamGate gate{Upstream::graph, journal};
  Pacer pacer;
  ChatBook book;
  SubscriptionPolicy policy = default_policy();
  std::optional<Subscriptions> subscriptions;

  static SubscriptionPolicy default_policy() {
    SubscriptionPolicy policy;
    policy.kind = SubscribeKind::tenant;
    policy.model = PaymentModel::b;
    policy.write_gap = Duration{0};
    policy.notification_url = k_url;
    policy.lifecycle_url = "https://belfry.test/lifecycle";
    return policy;
  }

  /// The process begins, or begins again: memory is empty, the store is not.
  void start() {
    book.keep_only({});
    book.forget_unclaimed();
    subscriptions.emplace(Subscriptions::Ports{store, accounts, graph, lists, resources, random,
                                               random, sweeps, journal},
                          Subscriptions::Peers{book, tokens, gate, pacer}, policy);
    BOOST_REQUIRE(subscriptions->open(clock.now()));
  }
  void connect(const std::string& person) {
    Account account;
    account.user = MattermostUserId{person};
    account.teams_user = TeamsUserId{"teams-" + person};
    AccountTokens tokens_of;
    tokens_of.refresh = identity.refresh_token_of(person);
    BOOST_REQUIRE(model.connect(account, tokens_of));
  }

  /// Steps as a worker does, until nothing is due now.
  void settle() {
    for (int i = 0; i < 10'000; ++i) {
      if (!subscriptions->step(clock.now()).worked) return;
    }
    BOOST_FAIL("the steps do not end");
  }
  /// Lets time pass, with a step whenever one is due.
  void live_for(Duration time) {
    const Instant end = clock.now().steady + time;
    for (int i = 0; i < 100'000; ++i) {
      const StepOutcome outcome = subscriptions->step(clock.now());
      if (outcome.worked) continue;
      if (outcome.next >= end) break;
      // A step that asks for the past or the present would turn a worker into a heater.
      BOOST_REQUIRE(outcome.next > clock.now().steady);
      clock.advance_to(outcome.next);
    }
    clock.advance_to(end);
  }
  void begin() {
    start();
    settle();
  }

  /// Graph knows nothing of it any more.
  void lose_at_graph(const std::string& resource) {
    const std::size_t lost = std::erase_if(graph.subscriptions, [&resource](const auto& one) {
      return one.second.remote.resource == resource;
    });
    BOOST_REQUIRE_EQUAL(lost, 1U);
  }
  [[nodiscard]] std::set<std::string> resources_at_graph() const {
    std::set<std::string> all;
    for (const auto& [id, held] : graph.subscriptions) {
      if (held.remote.notification_url == k_url) all.insert(held.remote.resource);
    }
    return all;
  }
  /// The only one of ours.
  [[nodiscard]] const kit::FakeGraph::Held& the_one() const {
    const kit::FakeGraph::Held* found = nullptr;
    for (const auto& [id, held] : graph.subscriptions) {
      if (held.remote.notification_url != k_url) continue;
      BOOST_REQUIRE(found == nullptr);
      found = &held;
    }
    BOOST_REQUIRE(found != nullptr);
    return *found;
  }
  [[nodiscard]] std::vector<CertificateId> stored_certificates() {
    std::vector<CertificateId> ids;
    const auto stored = model.certificates();
    for (const auto& certificate : *stored) ids.push_back(certificate.id);
    return ids;
  }
  [[nodiscard]] Verdict verdict(const SubscriptionId& id, const Secret& client_state) const {
    Notification notification;
    notification.subscription = id;
    notification.client_state = client_state;
    return subscriptions->check(notification).verdict;
  }
  bool lifecycle(const SubscriptionId& id, const Secret& client_state, LifecycleKind kind) {
    LifecycleNotification event;
    event.subscription = id;
    event.client_state = client_state;
    event.kind = kind;
    return subscriptions->on_lifecycle(event, clock.now());
  }
  [[nodiscard]] bool is_complete() const { return subscriptions->is_complete(clock.now().wall); }
};

}  // namespace belfry::sync
