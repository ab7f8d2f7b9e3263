#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "sync/carry_files.h"
#include "sync/deliver.h"
#include "sync/policy/mark.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_files.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/fake_mattermost.h"
#include "tests/kit/faulty_stores.h"
#include "tests/kit/plain_signer.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {

/// One lane, its recipient, and a Mattermost that does as the test says.
struct DeliverFixture {
  kit::FakeClock clock;
  kit::FakeMattermost mattermost{clock};
  kit::PlainSigner signer;
  sim::ModelStore store;
  kit::FaultyDeliveryStore deliveries{store};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  UpstreamGate gate{Upstream::mattermost, journal};
  UpstreamGate graph_gate{Upstream::graph, journal};
  kit::FakeIdentity identity;
  Tokens tokens{store, identity, random, journal};
  Pacer pacer;
  kit::FakeFileSource source;
  kit::FakeFileSink sink;
  FilePolicy file_policy;
  DeliverPolicy policy;
  std::optional<CarryFiles> files;
  std::optional<Deliver> deliver;
  const MattermostUserId anna = mattermost.hire("anna");
  int planned = 0;

  DeliverFixture() {
    Account account;
    account.user = anna;
    account.teams_user = TeamsUserId{"teams-anna"};
    BOOST_REQUIRE(
        store.connect(account, {Secret{"annas token"}, clock.now().wall + std::chrono::hours{1000},
                                identity.refresh_token_of("anna"), ""}));
    start();
  }
  /// The process begins, or begins again: memory is empty, the store is not.
  void start() {
    files.emplace(CarryFiles::Ports{deliveries, source, sink, random, journal},
                  CarryFiles::Shared{tokens, graph_gate, gate, pacer}, file_policy);
    deliver.emplace(deliveries, store, mattermost, *files, gate, clock, random, journal, policy);
  }

  static MessageRef message(int number) {
    return {ChatId{"19:team@thread.v2"}, MessageId{std::to_string(1'772'439'330'000 + number)}};
  }
  /// Puts a change of message `number` into the lane.
  void plan(int number, ChangeKind kind, const std::string& text,
            std::vector<PlannedFile> carried = {}) {
    Change change;
    change.ref = message(number);
    change.kind = kind;
    change.received = clock.now().wall;
    BOOST_REQUIRE(store.accept(std::span(&change, 1)));
    PlannedDelivery delivery;
    delivery.key = {anna, static_cast<std::uint64_t>(++planned), change.ref, kind};
    delivery.text = Content{text};
    delivery.mark = mark_of(delivery.key, signer);
    delivery.said_at = clock.now().wall;
    delivery.files = std::move(carried);
    if (kind == ChangeKind::edited) delivery.edited = clock.now().wall;
    if (kind == ChangeKind::deleted) delivery.shows = PostShows::deleted;
    BOOST_REQUIRE(store.plan(store.inbox_from(Sequence{0}, 1).value().front(),
                             std::span(&delivery, 1), delivery.edited, clock.now().wall));
  }
  void plan(int number, const std::string& text) { plan(number, ChangeKind::created, text); }

  /// Steps as a worker does, for so long.
  void live_for(Duration time) {
    const Instant end = clock.now().steady + time;
    for (int i = 0; i < 100'000; ++i) {
      const auto due = deliver->step(anna, clock.now());
      if (!due || *due >= end) break;
      clock.advance_to(*due);
    }
    clock.advance_to(end);
  }
  void settle() { live_for(std::chrono::seconds{1}); }
  [[nodiscard]] std::vector<std::string> texts() const { return mattermost.texts_to(anna); }
  [[nodiscard]] std::vector<DeliveryResult> results() const {
    std::vector<DeliveryResult> all;
    for (const Delivered& one : journal.all<Delivered>()) all.push_back(one.result);
    return all;
  }
  [[nodiscard]] bool is_delivered(int number) {
    return store.delivery(message(number), anna).value().has_value();
  }
  static std::vector<std::string> words(std::initializer_list<const char*> all) {
    return {all.begin(), all.end()};
  }
};

}  // namespace belfry::sync
