#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "sync/resolve.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_files.h"
#include "tests/kit/fake_graph.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/fake_resources.h"
#include "tests/kit/fake_sweep_api.h"
#include "tests/kit/faulty_stores.h"
#include "tests/kit/plain_signer.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {

/// One chat, three people in it, two of them connected; what comes of changes in it.
struct ResolveFixture : Wakeup {
  kit::FakeClock clock;
  kit::FakeGraph graph{clock};
  kit::FakeIdentity identity;
  kit::FakeSweepApi lists{identity};
  kit::FakeFileSource files;
  kit::FakeResources resources;
  kit::PlainSigner signer;
  sim::ModelStore store;
  kit::FaultyAccountStore accounts{store};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  Tokens tokens{accounts, identity, random, journal};
  UpstreamGate gate{Upstream::graph, journal};
  Agenda agenda;
  ChatBook chats;
  Resolve resolve{{store, accounts, graph, lists, files, resources, signer, random, *this, journal},
                  chats,
                  tokens,
                  gate,
                  agenda};

  const ChatId chat{"19:team@thread.v2"};
  const MattermostUserId anna{"anna"};
  const MattermostUserId ben{"ben"};
  const TeamsUserId cleo{"teams-cleo"};
  int said = 0;

  void work_arrived(Slot) override {}

  ResolveFixture() {
    resources.in_use = {CertificateId{"certificate-1"}};
    Chat made;
    made.id = chat;
    made.type = Chat::Type::group;
    for (const char* name : {"anna", "ben", "cleo"}) {
      Member member;
      member.user = TeamsUserId{std::string("teams-") + name};
      member.display_name = name;
      made.members.push_back(member);
    }
    graph.chats[chat] = made;
    connect(anna);
    connect(ben);
  }
  void connect(const MattermostUserId& user) {
    Account account;
    account.user = user;
    account.username = user.text();
    account.teams_user = TeamsUserId{"teams-" + user.text()};
    const AccountTokens given{Secret{"access of " + user.text()},
                              clock.now().wall + std::chrono::hours{1},
                              identity.refresh_token_of(user.text()), "Chat.Read"};
    BOOST_REQUIRE(store.connect(account, given));
  }
  /// Cleo says something; Graph has it.
  Message say(const std::string& words) {
    Message message;
    const auto at = to_epoch_ms(clock.now().wall) + ++said;
    message.ref = {chat, MessageId{std::to_string(at)}};
    message.created = from_epoch_ms(at);
    message.modified = message.created;
    message.sender = Sender{Sender::Kind::user, cleo, "Cleo"};
    message.body.content = Content{words};
    graph.messages[message.ref] = message;
    return message;
  }
  [[nodiscard]] Change change_of(const Message& message,
                                 ChangeKind kind = ChangeKind::created) const {
    Change change;
    change.ref = message.ref;
    change.kind = kind;
    change.received = clock.now().wall;
    return change;
  }
  [[nodiscard]] Change rich(const Message& message) {
    resources.contents[message.ref] = message;
    Change change = change_of(message);
    change.resource.emplace();
    change.resource->certificate = CertificateId{"certificate-1"};
    return change;
  }
  void arrive(const Change& change) {
    BOOST_REQUIRE(store.accept(std::span(&change, 1)));
    refill();
  }
  void refill() { agenda.refill(store.inbox_from(Sequence{0}, 100).value(), clock.now()); }
  /// Steps as workers do, until nothing is due now.
  void settle() {
    for (int i = 0; i < 1000; ++i) {
      const InboxEntry* entry = agenda.claim_inbox(clock.now().steady);
      if (entry == nullptr) return;
      resolve.step(*entry, clock.now());
    }
    BOOST_FAIL("the steps do not end");
  }
  /// The same, while time passes.
  void live_for(Duration time) {
    const Instant end = clock.now().steady + time;
    for (;;) {
      settle();
      const auto next = agenda.next_inbox_deadline(store.inbox_entries());
      if (!next || *next >= end) break;
      clock.advance_to(*next);
    }
    clock.advance_to(end);
  }
  void handle(const Change& change) {
    arrive(change);
    live_for(std::chrono::seconds{5});
  }
  [[nodiscard]] std::vector<std::string> told() {
    std::vector<std::string> people;
    for (const MattermostUserId& user : {anna, ben}) {
      if (store.head(user).value()) people.push_back(user.text());
    }
    return people;
  }
  [[nodiscard]] ChangeResult result() const {
    const auto done = journal.all<ChangeDone>();
    BOOST_REQUIRE(done.size() == 1U);
    return done[0].result;
  }
  static std::vector<std::string> names(std::initializer_list<const char*> all) {
    return {all.begin(), all.end()};
  }
};

}  // namespace belfry::sync
