#include "tests/unit/sync/resolve_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(resolve, ResolveFixture)

BOOST_AUTO_TEST_CASE(members_of_a_large_chat_are_asked_for_at_graphs_pace) {
  graph.member_page = 40;
  for (int i = 0; i < 100; ++i) {
    Member member;
    member.user = TeamsUserId{"teams-crowd" + std::to_string(i)};
    graph.chats[chat].members.insert(graph.chats[chat].members.begin(), member);
  }
  std::vector<Instant> asked;
  const auto note = [&] { asked.push_back(clock.now().steady); };
  graph.script.during("chat", note);
  graph.script.during("members", [&] {
    note();
    graph.script.during("members", [&] {
      note();
      graph.script.during("members", note);
    });
  });

  arrive(change_of(say("to everybody")));
  live_for(seconds{20});

  BOOST_REQUIRE_EQUAL(asked.size(), 4);
  for (std::size_t i = 1; i < asked.size(); ++i)
    BOOST_TEST((asked[i] - asked[i - 1] >= seconds{1}), i);
  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(a_plain_notification_is_read_and_planned_for_every_member_with_an_account) {
  handle(change_of(say("hello")));

  BOOST_TEST(told() == names({"anna", "ben"}));
  BOOST_TEST((result() == ChangeResult::planned));
  BOOST_TEST(graph.script.count("chat") == 1U);
  BOOST_TEST(graph.script.count("message") == 1U);
  BOOST_TEST(graph.script.count("presence") == 1U);
  BOOST_TEST(store.inbox_entries() == 0U);
  const OutboxEntry entry = store.head(anna).value().value();
  BOOST_TEST(entry.planned.text.reveal().find("hello") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rich_content_costs_no_reading_and_a_warm_cache_no_chat) {
  handle(rich(say("one")));
  graph.script.forget_calls();

  handle(rich(say("two")));

  BOOST_TEST(graph.script.count("message") == 0U);
  BOOST_TEST(graph.script.count("chat") == 0U);
  BOOST_TEST(store.outbox_entries() == 4U);
}

BOOST_AUTO_TEST_CASE(content_for_a_certificate_that_is_not_ours_is_read_from_graph) {
  Change change = rich(say("hello"));
  change.resource->certificate = CertificateId{"unknown"};

  handle(change);

  BOOST_TEST(told() == names({"anna", "ben"}));
  BOOST_TEST(graph.script.count("message") == 1U);
  BOOST_TEST(journal.count<ResourceUnreadable>() == 1U);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_not_microsofts_makes_the_content_worthless) {
  Message lie = say("truth");
  lie.body.content = Content{"lie"};
  resources.verdict = TokenVerdict::invalid;

  handle(rich(lie));

  const OutboxEntry entry = store.head(anna).value().value();
  BOOST_TEST(entry.planned.text.reveal().find("truth") != std::string::npos);
  BOOST_TEST(entry.planned.text.reveal().find("lie") == std::string::npos);
  BOOST_TEST(resources.script.count("open") == 0U);
}

BOOST_AUTO_TEST_CASE(a_forged_announcement_of_nothing_leaves_room_for_the_true_one) {
  const Message message = say("hello");
  graph.messages.clear();
  resources.verdict = TokenVerdict::invalid;
  arrive(rich(message));
  live_for(minutes{2});
  BOOST_TEST((result() == ChangeResult::forged));
  BOOST_TEST(told().empty());

  resources.verdict = TokenVerdict::valid;
  handle(rich(message));

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(an_unknown_signing_key_is_fetched_once_for_all) {
  resources.verdict = TokenVerdict::unknown_key;

  arrive(rich(say("one")));
  arrive(rich(say("two")));
  live_for(seconds{5});

  BOOST_TEST(resources.script.count("fetch_signing_keys") == 1U);
  BOOST_TEST(graph.script.count("message") == 0U);
  BOOST_TEST(store.outbox_entries() == 4U);
}

BOOST_AUTO_TEST_CASE(a_key_that_nobody_knows_makes_the_message_be_read_from_graph) {
  resources.verdict = TokenVerdict::unknown_key;
  resources.after_fetch = TokenVerdict::unknown_key;

  handle(rich(say("hello")));

  BOOST_TEST(told() == names({"anna", "ben"}));
  BOOST_TEST(graph.script.count("message") == 1U);
  BOOST_TEST(resources.script.count("fetch_signing_keys") == 1U);
}

BOOST_AUTO_TEST_CASE(other_peoples_chats_are_neither_read_nor_kept_by_name) {
  BOOST_REQUIRE(store.remove_account(anna));
  BOOST_REQUIRE(store.remove_account(ben));
  graph.chats[chat].topic = Content{"secret plans"};

  handle(change_of(say("hello")));

  BOOST_TEST((result() == ChangeResult::nobody));
  BOOST_TEST(graph.script.count("message") == 0U);
  const Chat kept = store.cached_chat(chat).value().value();
  BOOST_TEST(kept.topic.empty());
  for (const Member& member : kept.members) BOOST_TEST(member.display_name.empty());
}

BOOST_AUTO_TEST_CASE(who_joined_without_the_history_does_not_get_what_was_said_before) {
  const Message message = say("before Ben came");
  graph.chats[chat].members[1].sees_since = message.created + minutes{1};

  handle(change_of(message));

  BOOST_TEST(told() == names({"anna"}));
  BOOST_TEST((journal.all<RecipientSkipped>().at(0).reason == SkipReason::history_hidden));
}

BOOST_AUTO_TEST_CASE(who_is_active_in_teams_is_left_alone_and_unknown_presence_is_away) {
  graph.active = {TeamsUserId{"teams-anna"}};
  handle(change_of(say("one")));
  BOOST_TEST(told() == names({"ben"}));

  clock.advance(hours{1});
  graph.script.fail_always("presence", ErrorKind::forbidden);
  handle(change_of(say("two")));

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(a_failing_graph_is_tried_again_with_what_it_asks_for) {
  graph.script.fail("chat", Error{ErrorKind::throttled, "slow down", seconds{37}, 429, {}});
  arrive(change_of(say("hello")));

  live_for(seconds{36});
  BOOST_TEST(told().empty());
  BOOST_TEST(store.inbox_entries() == 1U);
  live_for(minutes{2});

  BOOST_TEST(told() == names({"anna", "ben"}));
  BOOST_TEST(journal.all<ChangePostponed>().at(0).attempts == 1);
}

BOOST_AUTO_TEST_CASE(after_seven_days_of_failure_it_is_dead_and_a_retry_begins_a_fresh_age) {
  graph.script.fail_always("chat", ErrorKind::throttled);
  arrive(change_of(say("hello")));
  live_for(hours{24 * 7 + 1});
  BOOST_REQUIRE(store.dead_letter_count() == 1U);
  BOOST_TEST((result() == ChangeResult::dead));

  BOOST_REQUIRE(store.retry_dead_letter(store.dead_letters("", 1).value()[0].id, clock.now().wall));
  refill();
  live_for(hours{24});
  BOOST_TEST(store.dead_letter_count() == 0U);
  graph.script.heal();
  live_for(hours{1});

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(a_message_deleted_before_it_was_read_is_done) {
  const Message message = say("oops");
  graph.messages.clear();

  arrive(change_of(message));
  live_for(minutes{2});

  BOOST_TEST((result() == ChangeResult::gone));
  BOOST_TEST(store.inbox_entries() == 0U);
  BOOST_TEST(store.dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_member_event_makes_the_cached_chat_stale) {
  handle(change_of(say("one")));
  BOOST_REQUIRE(store.cached_chat(chat).value().has_value());
  Message event = say("");
  event.is_system_event = true;
  graph.messages[event.ref] = event;

  handle(change_of(event));

  BOOST_TEST((journal.all<ChangeDone>().back().result == ChangeResult::system_event));
  graph.script.forget_calls();
  handle(change_of(say("two")));
  BOOST_TEST(graph.script.count("chat") == 1U);
}

BOOST_AUTO_TEST_CASE(who_connects_is_told_with_the_names_that_were_not_kept_before) {
  graph.chats[chat].topic = Content{"Release"};
  BOOST_REQUIRE(store.remove_account(anna));
  BOOST_REQUIRE(store.remove_account(ben));
  handle(change_of(say("one")));
  BOOST_REQUIRE(store.cached_chat(chat).value()->topic.reveal().empty());
  connect(anna);

  handle(change_of(say("two")));

  const std::string text = store.head(anna).value()->planned.text.reveal();
  BOOST_TEST(text.find("Release") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_change_of_a_chat_tells_nobody_and_notes_whose_it_is) {
  Change change;
  change.ref.chat = chat;
  change.kind = ChangeKind::chat;
  change.received = clock.now().wall;

  handle(change);

  BOOST_TEST((result() == ChangeResult::chat_noted));
  BOOST_TEST(store.inbox_entries() == 0U);
  BOOST_TEST(store.outbox_entries() == 0U);
  BOOST_TEST((chats.people_of(chat) == std::vector{anna, ben}));
  // Renamed, or with other members: asked for again each time.
  graph.chats[chat].members.erase(graph.chats[chat].members.begin());
  handle(change);
  BOOST_TEST((chats.people_of(chat) == std::vector{ben}));
}

BOOST_AUTO_TEST_CASE(a_chat_of_other_people_is_not_noted_and_leaves_no_trace) {
  Change change;
  change.ref.chat = ChatId{"19:others@thread.v2"};
  change.kind = ChangeKind::chat;
  change.received = clock.now().wall;
  graph.chats[change.ref.chat].id = change.ref.chat;

  handle(change);

  BOOST_TEST((result() == ChangeResult::nobody));
  BOOST_TEST(chats.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_is_gone_by_now_is_forgotten_and_no_dead_letter) {
  Change change;
  change.ref.chat = chat;
  change.kind = ChangeKind::chat;
  change.received = clock.now().wall;
  handle(change);
  graph.chats.clear();

  handle(change);

  BOOST_TEST((journal.all<ChangeDone>().back().result == ChangeResult::gone));
  BOOST_TEST(chats.size() == 0U);
  BOOST_TEST(store.dead_letter_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_reaction_is_no_edit_and_an_edit_nobody_was_told_of_costs_nothing) {
  Message message = say("hello");
  handle(change_of(message, ChangeKind::edited));
  BOOST_TEST((result() == ChangeResult::not_delivered));
  BOOST_TEST(graph.script.calls().empty());
  journal.clear();
  handle(change_of(message));
  journal.clear();

  handle(change_of(message, ChangeKind::edited));
  BOOST_TEST((result() == ChangeResult::reaction));
  journal.clear();
  message.edited = clock.now().wall;
  graph.messages[message.ref] = message;
  handle(change_of(message, ChangeKind::edited));

  BOOST_TEST((result() == ChangeResult::planned));
  BOOST_TEST(store.outbox_entries() == 4U);
}

BOOST_AUTO_TEST_CASE(one_edit_announced_twice_is_planned_once) {
  Message message = say("hello");
  handle(change_of(message));
  message.edited = clock.now().wall;
  graph.messages[message.ref] = message;
  handle(change_of(message, ChangeKind::edited));
  journal.clear();

  handle(change_of(message, ChangeKind::edited));

  BOOST_TEST((result() == ChangeResult::known));
  BOOST_TEST(store.outbox_entries() == 4U);
}

BOOST_AUTO_TEST_CASE(an_edit_of_what_still_waits_is_planned_although_the_chat_was_forgotten) {
  Message message = say("one");
  handle(rich(message));
  Message event = say("");
  event.is_system_event = true;
  handle(rich(event));
  message.edited = clock.now().wall;
  message.body.content = Content{"two"};
  graph.messages[message.ref] = message;
  journal.clear();

  handle(change_of(message, ChangeKind::edited));

  BOOST_TEST((result() == ChangeResult::planned));
  BOOST_TEST(store.outbox_entries() == 4U);
}

BOOST_AUTO_TEST_CASE(what_an_edit_overtook_is_told_as_it_is_now) {
  Message message = say("first words");
  const Change creation = rich(message);
  message.edited = clock.now().wall;
  message.body.content = Content{"better words"};
  graph.messages[message.ref] = message;
  handle(change_of(message, ChangeKind::edited));
  journal.clear();

  handle(creation);

  const OutboxEntry entry = store.head(anna).value().value();
  BOOST_TEST(entry.planned.text.reveal().find("better words") != std::string::npos);
  BOOST_TEST((entry.planned.edited == message.edited));
  BOOST_TEST(graph.script.count("message") == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_deletion_overtook_is_told_to_nobody) {
  Message message = say("oops");
  const Change creation = rich(message);
  message.deleted = clock.now().wall;
  graph.messages[message.ref] = message;
  handle(change_of(message, ChangeKind::deleted));
  journal.clear();

  handle(creation);

  BOOST_TEST((result() == ChangeResult::gone));
  BOOST_TEST(told().empty());
}

/// What waits in the outbox is delivered as soon as somebody has looked for it, or for what was
/// delivered: whichever comes first.
class HastyStore : public PlanStore {
 public:
  explicit HastyStore(sim::ModelStore& real) : real_(real) {}

  Result<std::vector<InboxEntry>> inbox_from(Sequence from, std::size_t most) override {
    return real_.inbox_from(from, most);
  }
  Result<PlanOutcome> plan(const InboxEntry& entry, std::span<const PlannedDelivery> deliveries,
                           std::optional<WallTime> edited, WallTime now) override {
    return real_.plan(entry, deliveries, edited, now);
  }
  Result<> postpone(const InboxEntry& entry, int attempts, WallTime next_try,
                    const Error& why) override {
    return real_.postpone(entry, attempts, next_try, why);
  }
  Result<> give_up(const InboxEntry& entry, const Error& why, WallTime now) override {
    return real_.give_up(entry, why, now);
  }
  Result<> refuse(const InboxEntry& entry) override { return real_.refuse(entry); }
  Result<> pass_over(const InboxEntry& entry) override { return real_.pass_over(entry); }
  Result<bool> was_passed_over(const MessageRef& ref) override {
    return real_.was_passed_over(ref);
  }
  Result<bool> was_withdrawn(const MessageRef& ref) override { return real_.was_withdrawn(ref); }
  Result<> expect_deletion(const MessageRef& ref) override { return real_.expect_deletion(ref); }
  Result<std::vector<Delivery>> deliveries_of(const MessageRef& ref) override {
    auto found = real_.deliveries_of(ref);
    deliver_all();
    return found;
  }
  Result<std::vector<MattermostUserId>> waiting_for(
      const MessageRef& ref, std::uint64_t due_order,
      std::span<const MattermostUserId> recipients) override {
    auto found = real_.waiting_for(ref, due_order, recipients);
    deliver_all();
    return found;
  }
  Result<std::optional<Chat>> cached_chat(const ChatId& chat) override {
    return real_.cached_chat(chat);
  }
  Result<> cache_chat(const Chat& chat) override { return real_.cache_chat(chat); }
  Result<> distrust_chat(const ChatId& chat, WallTime when) override {
    return real_.distrust_chat(chat, when);
  }

 private:
  void deliver_all() {
    const auto lanes = real_.lanes();
    for (const LaneHead& lane : *lanes) {
      const OutboxEntry entry = real_.head(lane.recipient).value().value();
      Delivery delivery;
      delivery.ref = entry.planned.key.ref;
      delivery.recipient = lane.recipient;
      delivery.post = PostId{"post"};
      BOOST_REQUIRE(real_.record_delivery(entry, delivery));
    }
  }

  sim::ModelStore& real_;
};

BOOST_AUTO_TEST_CASE(an_edit_finds_those_who_are_being_delivered_to_at_that_moment) {
  Message message = say("first words");
  handle(change_of(message));
  journal.clear();
  message.edited = clock.now().wall;
  graph.messages[message.ref] = message;
  arrive(change_of(message, ChangeKind::edited));
  HastyStore hasty{store};
  Resolve beside{{hasty, accounts, graph, lists, files, resources, signer, random, *this, journal},
                 chats,
                 tokens,
                 gate,
                 agenda};

  for (const InboxEntry* entry = agenda.claim_inbox(clock.now().steady); entry != nullptr;
       entry = agenda.claim_inbox(clock.now().steady)) {
    beside.step(*entry, clock.now());
  }

  BOOST_TEST((result() == ChangeResult::planned));
  BOOST_TEST(told() == names({"anna", "ben"}));
}

/// Cleo says something with code, which Teams keeps beside the message.
struct SnippetFixture : ResolveFixture {
  Message say_code(const std::string& chat_of_code) {
    Message message = say("<p>look</p><attachment id=\"1\"></attachment>");
    message.body.type = MessageBody::Type::html;
    message.attachments.push_back(
        {"1",
         "application/vnd.microsoft.card.codesnippet",
         {},
         Content{
             R"({"language":"python","codeSnippetUrl":"https://graph.microsoft.com/v1.0/chats/)" +
             chat_of_code + "/messages/" + message.ref.message.text() +
             R"(/hostedContents/c1/$value"})"},
         Content{"try.py"}});
    files.hosted[{message.ref, "c1"}] = "print('hello')";
    return message;
  }
  [[nodiscard]] OutboxEntry planned() { return store.head(anna).value().value(); }
};

BOOST_FIXTURE_TEST_CASE(the_code_of_a_snippet_stands_in_the_post, SnippetFixture) {
  handle(rich(say_code(chat.text())));

  BOOST_TEST(planned().planned.text.reveal().find("print('hello')") != std::string::npos);
  BOOST_TEST(planned().planned.files.empty());
  BOOST_TEST(files.script.count("hosted_content") == 1U);
}

BOOST_FIXTURE_TEST_CASE(code_that_cannot_be_had_is_carried_as_a_file, SnippetFixture) {
  const Message message = say_code(chat.text());
  files.hosted.clear();

  handle(rich(message));

  BOOST_TEST(planned().planned.files.size() == 1U);
  BOOST_TEST(planned().planned.text.reveal().find("print") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_fails_does_not_hold_a_message_for_its_code, SnippetFixture) {
  files.script.fail_always("hosted_content", ErrorKind::transient);

  arrive(rich(say_code(chat.text())));
  live_for(minutes{10});

  BOOST_TEST(planned().planned.files.size() == 1U);
  BOOST_TEST(store.inbox_entries() == 0U);
}

BOOST_FIXTURE_TEST_CASE(code_of_another_chat_is_nobody_elses_to_read_for_all, SnippetFixture) {
  handle(rich(say_code("19:secret@thread.v2")));

  BOOST_TEST(files.script.count("hosted_content") == 0U);
  BOOST_TEST(planned().planned.files.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_costs_time_and_nothing_else) {
  accounts.script.fail("account_of", ErrorKind::transient, 2);

  arrive(change_of(say("hello")));
  live_for(seconds{30});

  BOOST_TEST(told() == names({"anna", "ben"}));
  BOOST_TEST(journal.count<StoreTrouble>() >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
