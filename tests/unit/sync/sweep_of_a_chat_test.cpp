#include "tests/unit/sync/reconcile_fixture.h"

/// One chat that is read by itself, because it was subscribed to just now.
namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct OneChatFixture : ReconcileFixture {
  const MattermostUserId of_anna{"anna"};
  const ChatId other{"19:other@thread.v2"};

  /// Everybody was swept a moment ago; since then somebody wrote in both chats.
  OneChatFixture() {
    graph.chats[other].members = {anna};
    start();
    sweep_now();
    book_knows();
    clock.advance(minutes{30});
    graph.say(chat, wall() - minutes{10});
    graph.say(other, wall() - minutes{10});
    graph.script.forget_calls();
    graph.read.clear();
  }
  void book_knows() {
    for (const char* name : {"anna", "ben"})
      chats.note_listed(MattermostUserId{name}, chat, wall());
    chats.note_listed(of_anna, other, wall());
  }
  void read_chat() {
    reconciler->request({SweepTrigger::new_subscription, std::nullopt, std::nullopt, chat});
    live_for(minutes{5});
  }
  [[nodiscard]] WallTime swept_to(const MattermostUserId& user) {
    const auto account = store.account(user);
    return watermark_of(**account, *store.cursors(user));
  }
};

BOOST_FIXTURE_TEST_SUITE(sweep_of_a_chat, OneChatFixture)

BOOST_AUTO_TEST_CASE(what_was_written_since_its_people_were_swept_is_found_and_nothing_is_listed) {
  const WallTime before = swept_to(of_anna);

  read_chat();

  BOOST_REQUIRE(inbox().size() == 1U);
  BOOST_TEST((inbox()[0].ref.chat == chat));
  BOOST_TEST((graph.read == std::vector{chat}));
  BOOST_TEST(graph.script.count("chat_list") == 0U);
  // Nothing is known of her other chats.
  BOOST_TEST((swept_to(of_anna) == before));
  sweep_now();
  BOOST_TEST(inbox().size() == 2U);
}

BOOST_AUTO_TEST_CASE(where_it_cannot_be_read_its_people_are_swept_later) {
  graph.script.fail_always("messages_since", ErrorKind::transient);
  read_chat();
  live_for(minutes{10});
  BOOST_TEST(inbox().empty());
  graph.script.heal();

  live_for(minutes{20});

  BOOST_TEST(inbox().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_chat_that_nobody_connected_has_any_more_is_left_alone) {
  chats.keep_only({});

  read_chat();

  BOOST_TEST(graph.read.empty());
  BOOST_TEST(journal.all<SweepEnded>().back().failed == 0U);
}

BOOST_AUTO_TEST_CASE(people_and_chats_asked_for_at_once_are_one_round) {
  reconciler->request({SweepTrigger::new_subscription, std::nullopt, std::nullopt, chat});
  reconciler->request({SweepTrigger::new_subscription, of_anna, std::nullopt});
  const std::size_t before = journal.count<SweepEnded>();

  live_for(minutes{5});

  BOOST_TEST(journal.count<SweepEnded>() == before + 1);
  BOOST_TEST(inbox().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
