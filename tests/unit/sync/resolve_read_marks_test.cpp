#include "tests/unit/sync/resolve_fixture.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// A sweep, whoever's, found what was said in the chat that both have.
struct ReadMarkFixture : ResolveFixture {
  ReadMarkFixture() {
    lists.chats[chat].members = {teams(anna), teams(ben), cleo};
    resources.in_use.clear();
  }
  static TeamsUserId teams(const MattermostUserId& user) {
    return TeamsUserId{"teams-" + user.text()};
  }
  [[nodiscard]] Change found(const Message& message) {
    resources.contents[message.ref] = message;
    lists.chats[message.ref.chat].messages.push_back(message);
    Change change = change_of(message);
    change.source = Source::reconciler;
    change.found = Content{"{}"};
    return change;
  }
  void has_read(const MattermostUserId& user, WallTime up_to) {
    lists.read_to[{teams(user), chat}] = up_to;
  }
  void book_says(const MattermostUserId& user, std::optional<WallTime> read_to) {
    chats.note_listed(user, chat, clock.now().wall);
    chats.note_read(user, chat, {read_to, clock.now().steady});
  }
  /// Somebody wrote then, long ago.
  static MissedMessage written(WallTime at, const TeamsUserId& by) { return {at, by}; }
  [[nodiscard]] Change summary_of(std::vector<MissedMessage> each) const {
    Change change;
    change.ref = {chat, MessageId{std::to_string(to_epoch_ms(each.back().written))}};
    change.kind = ChangeKind::summary;
    change.source = Source::reconciler;
    change.received = clock.now().wall;
    change.missed =
        MissedMessages{each.size(), each.front().written, each.back().written, std::move(each)};
    return change;
  }
  [[nodiscard]] std::string text_for(const MattermostUserId& user) {
    const auto head = store.head(user).value();
    return head ? head->planned.text.reveal() : std::string{};
  }
};

BOOST_FIXTURE_TEST_SUITE(read_marks, ReadMarkFixture)

BOOST_AUTO_TEST_CASE(who_has_read_what_a_sweep_found_is_not_told_late_whoever_was_swept) {
  const Message message = say("hello");
  has_read(anna, message.created);
  has_read(ben, message.created - seconds{1});

  handle(found(message));

  BOOST_TEST(told() == names({"ben"}));
  BOOST_TEST(lists.script.count("chat_list") == 2U);
  const auto skipped = journal.all<RecipientSkipped>();
  BOOST_TEST(std::any_of(skipped.begin(), skipped.end(), [this](const RecipientSkipped& one) {
    return one.user == anna && one.reason == SkipReason::read_in_teams;
  }));
}

BOOST_AUTO_TEST_CASE(what_the_sweeps_lists_told_is_not_asked_again) {
  const Message message = say("hello");
  book_says(anna, message.created);
  book_says(ben, std::nullopt);

  handle(found(message));

  BOOST_TEST(told() == names({"ben"}));
  BOOST_TEST(lists.script.count("chat_list") == 0U);
}

BOOST_AUTO_TEST_CASE(one_list_of_a_person_serves_all_that_was_found) {
  std::vector<Change> changes;
  for (int i = 0; i < 20; ++i) changes.push_back(found(say("hello")));
  for (const Change& change : changes) handle(change);

  BOOST_TEST(lists.script.count("chat_list") == 2U);
}

BOOST_AUTO_TEST_CASE(that_nobody_had_read_it_is_believed_for_a_while_only) {
  const Message message = say("hello");
  book_says(anna, std::nullopt);
  book_says(ben, message.created);
  clock.advance(minutes{16});
  has_read(anna, message.created);

  handle(found(message));

  BOOST_TEST(told() == names({}));
  BOOST_TEST(lists.script.count("chat_list") == 1U);
}

BOOST_AUTO_TEST_CASE(who_cannot_be_asked_is_told) {
  lists.list_refused = {teams(anna)};
  has_read(anna, clock.now().wall + hours{1});
  BOOST_REQUIRE(store.mark_disconnected(ben));

  handle(found(say("hello")));

  BOOST_TEST(told() == names({"anna"}));
  BOOST_TEST(lists.script.count("chat_list") == 1U);
}

BOOST_AUTO_TEST_CASE(a_list_that_fails_on_and_on_holds_no_message) {
  lists.script.fail_always("chat_list", ErrorKind::transient);

  arrive(found(say("hello")));
  live_for(minutes{10});

  BOOST_TEST(told() == names({"anna", "ben"}));
}

BOOST_AUTO_TEST_CASE(a_chat_far_back_in_the_list_is_looked_for_page_by_page) {
  const Message message = say("hello");
  for (int i = 0; i < 10; ++i) {
    const ChatId livelier{"19:livelier" + std::to_string(i)};
    lists.chats[livelier].members = {teams(anna)};
    lists.say(livelier, message.created + seconds{i + 1});
  }
  lists.page_size = 3;
  has_read(anna, message.created);

  handle(found(message));

  BOOST_TEST(told() == names({"ben"}));
  BOOST_TEST(lists.script.count("chat_list") == 5U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_the_list_does_not_have_ends_the_search_where_older_ones_begin) {
  lists.page_size = 3;
  for (int i = 0; i < 30; ++i) {
    const ChatId older{"19:older" + std::to_string(i)};
    lists.chats[older].members = {teams(anna), teams(ben)};
    lists.say(older, clock.now().wall - hours{i + 1});
  }
  const Change change = found(say("hello"));
  lists.chats[chat].members.clear();

  handle(change);

  BOOST_TEST(told() == names({"anna", "ben"}));
  BOOST_TEST(lists.script.count("chat_list") == 2U);
}

BOOST_AUTO_TEST_CASE(what_a_webhook_brings_costs_no_list) {
  handle(rich(say("hello")));

  BOOST_TEST(lists.script.count("chat_list") == 0U);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_who_is_not_told_anyway) {
  graph.active = {teams(anna), teams(ben)};

  handle(found(say("hello")));

  BOOST_TEST(told() == names({}));
  BOOST_TEST(lists.script.count("chat_list") == 0U);
}

BOOST_AUTO_TEST_CASE(a_summary_counts_neither_a_readers_own_messages_nor_what_was_read) {
  const WallTime before = clock.now().wall - hours{100};
  has_read(anna, before + minutes{1});

  handle(summary_of({written(before, cleo), written(before + minutes{1}, cleo),
                     written(before + minutes{2}, teams(anna)), written(before + minutes{3}, cleo),
                     written(before + minutes{4}, teams(ben))}));

  BOOST_TEST(text_for(anna).find("2 older messages") != std::string::npos, text_for(anna));
  BOOST_TEST(text_for(ben).find("4 older messages") != std::string::npos, text_for(ben));
}

BOOST_AUTO_TEST_CASE(a_summary_of_what_somebody_wrote_or_read_is_not_told_to_them) {
  const WallTime before = clock.now().wall - hours{100};
  has_read(ben, before);

  handle(summary_of({written(before, teams(anna))}));

  BOOST_TEST(told() == names({}));
  BOOST_TEST(store.inbox_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(a_summary_leaves_out_what_was_said_before_somebody_came) {
  const WallTime before = clock.now().wall - hours{100};
  graph.chats[chat].members[0].sees_since = before + minutes{1};
  Account late = store.account(ben).value().value();
  late.connected_at = before + minutes{2};
  BOOST_REQUIRE(store.connect(late, store.tokens(ben).value().value()));

  handle(summary_of({written(before, cleo), written(before + minutes{1}, cleo),
                     written(before + minutes{2}, cleo)}));

  BOOST_TEST(text_for(anna).find("2 older messages") != std::string::npos, text_for(anna));
  BOOST_TEST(text_for(ben).find("older message") != std::string::npos, text_for(ben));
  BOOST_TEST(text_for(ben).find("older messages") == std::string::npos, text_for(ben));
}

BOOST_AUTO_TEST_CASE(a_summary_of_an_earlier_version_counts_for_everybody) {
  const WallTime before = clock.now().wall - hours{100};
  Change change = summary_of({written(before, cleo), written(before + minutes{1}, cleo)});
  change.missed->each.clear();

  handle(change);

  BOOST_TEST(text_for(anna).find("2 older messages") != std::string::npos, text_for(anna));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
