#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sync/resolve.h"
#include "tests/kit/fake_graph.h"
#include "tests/kit/fake_resources.h"
#include "tests/kit/fake_sweep_api.h"
#include "tests/unit/sync/deliver_fixture.h"

namespace belfry::sync {

/// One message of Cleo's, from Teams to Anna's channel, through both stages: it is said, edited,
/// deleted in Teams, and announced when and as the test says.
struct LifeFixture : DeliverFixture, Wakeup {
  kit::FakeGraph graph{clock};
  kit::FakeSweepApi lists{identity};
  kit::FakeResources resources;
  Agenda agenda;
  ChatBook chats;
  ResolvePolicy resolving;
  std::optional<Resolve> resolve;
  const ChatId chat{"19:team@thread.v2"};
  Message message;  ///< as Teams has it

  void work_arrived(Slot) override {}

  LifeFixture() {
    resources.in_use = {CertificateId{"certificate-1"}};
    Chat& made = graph.chats[chat];
    made.id = chat;
    made.type = Chat::Type::group;
    for (const char* name : {"anna", "cleo"}) {
      Member member;
      member.user = TeamsUserId{std::string("teams-") + name};
      member.display_name = name;
      made.members.push_back(member);
    }
    begin();
  }
  /// The process begins with these policies.
  void begin() {
    start();
    resolve.emplace(Resolve::Ports{store, store, graph, lists, source, resources, signer, random,
                                   *this, journal},
                    chats, tokens, graph_gate, agenda, resolving);
  }
  void begin(OnDelete on_delete) {
    policy.on_delete = on_delete;
    resolving.rules.announce_deletions = on_delete != OnDelete::ignore;
    begin();
  }

  // What happens in Teams. Each takes a second.
  void say(const std::string& words) {
    const WallTime at = tick();
    message = {};
    message.ref = {chat, MessageId{std::to_string(to_epoch_ms(at))}};
    message.created = at;
    message.sender = Sender{Sender::Kind::user, TeamsUserId{"teams-cleo"}, "Cleo"};
    message.body = {MessageBody::Type::html, Content{words}};
    changed(at);
  }
  void edit(const std::string& words) {
    const WallTime at = tick();
    message.body.content = Content{words};
    message.edited = at;
    changed(at);
  }
  void erase() {
    message.deleted = tick();
    changed(*message.deleted);
  }
  void undo() {
    message.deleted.reset();
    changed(tick());
  }
  void react() { changed(tick()); }
  void block(const std::string& notice) {
    message.policy_notice = Content{notice};
    changed(tick());
  }
  void unblock() {
    message.policy_notice.reset();
    changed(tick());
  }
  void attach(const std::string& id) {
    message.attachments.push_back(
        {id, "reference", "https://contoso.sharepoint.com/" + id, {}, Content{id + ".txt"}});
    source.shared[message.attachments.back().content_url].bytes = "content of " + id;
  }
  void detach(const std::string& id) {
    std::erase_if(message.attachments, [&](const Attachment& one) { return one.id == id; });
  }

  // What is heard of it.
  void announce(ChangeKind kind) { arrive(change_of(kind)); }
  /// With content, as it was in `state`.
  void announce_rich(ChangeKind kind, const Message& state) {
    resources.contents[state.ref] = state;
    Change change = change_of(kind);
    change.resource.emplace();
    change.resource->certificate = CertificateId{"certificate-1"};
    arrive(change);
  }
  void announce_rich(ChangeKind kind) { announce_rich(kind, graph.messages.at(message.ref)); }
  void hear(ChangeKind kind) {
    announce(kind);
    live(std::chrono::seconds{10});
  }
  void hear_rich(ChangeKind kind, const Message& state) {
    announce_rich(kind, state);
    live(std::chrono::seconds{10});
  }

  /// Both stages step as workers do, for so long.
  void live(Duration time) {
    const Instant end = clock.now().steady + time;
    for (int turns = 0; turns < 100'000; ++turns) {
      agenda.refill(store.inbox_from(Sequence{0}, 100).value(), clock.now());
      while (const InboxEntry* entry = agenda.claim_inbox(clock.now().steady))
        resolve->step(*entry, clock.now());
      const auto leaves = deliver->step(anna, clock.now());
      std::optional<Instant> next = agenda.next_inbox_deadline(store.inbox_entries());
      if (leaves && (!next || *leaves < *next)) next = leaves;
      if (!next || *next >= end) break;
      clock.advance_to(std::max(*next, clock.now().steady));
    }
    clock.advance_to(end);
  }
  void retry_dead_letter() {
    const auto letters = store.dead_letters("", 10).value();
    BOOST_REQUIRE_EQUAL(letters.size(), 1U);
    BOOST_REQUIRE(store.retry_dead_letter(letters.front().id, clock.now().wall));
    live(std::chrono::minutes{1});
  }

  /// Anna's posts that were not deleted.
  [[nodiscard]] std::vector<std::string> posts() const {
    std::vector<std::string> standing;
    for (const auto& post : mattermost.posts) {
      if (!post.is_deleted) standing.push_back(post.request.text.reveal());
    }
    return standing;
  }
  /// Whether there is one post, and it says this.
  [[nodiscard]] bool shows(const std::string& words) const {
    const auto standing = posts();
    return standing.size() == 1 && standing[0].find(words) != std::string::npos;
  }
  [[nodiscard]] std::size_t files_of_last_post() const {
    return mattermost.posts.back().request.files.size();
  }
  [[nodiscard]] std::size_t patches() const {
    return mattermost.script.count("patch_post") + mattermost.script.count("patch_files");
  }

 private:
  WallTime tick() {
    clock.advance(std::chrono::seconds{1});
    return clock.now().wall;
  }
  void changed(WallTime at) {
    message.modified = at;
    Message& shown = graph.messages[message.ref] = message;
    if (shown.deleted) shown.body.content = Content{};
    if (shown.deleted) shown.attachments.clear();
  }
  [[nodiscard]] Change change_of(ChangeKind kind) const {
    Change change;
    change.ref = message.ref;
    change.kind = kind;
    change.received = clock.now().wall;
    return change;
  }
  void arrive(const Change& change) { BOOST_REQUIRE(store.accept(std::span(&change, 1))); }
};

}  // namespace belfry::sync
