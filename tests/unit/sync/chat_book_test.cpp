#include "sync/chat_book.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

namespace belfry::sync {
namespace {

using std::chrono::minutes;

struct BookFixture {
  ChatBook book{8};
  const MattermostUserId anna{"anna"};
  const MattermostUserId ben{"ben"};
  int told = 0;

  BookFixture() {
    book.tell_of_news([this] { ++told; });
  }
  static ChatId chat(int number) { return ChatId{"chat-" + std::to_string(number)}; }
  static WallTime at(int minute) { return WallTime{minutes{minute}}; }
  [[nodiscard]] std::vector<ChatId> in_order() const {
    std::vector<ChatId> chats;
    for (const ChatActivity& one : book.by_activity()) chats.push_back(one.chat);
    return chats;
  }
};

BOOST_FIXTURE_TEST_SUITE(chat_book, BookFixture)

BOOST_AUTO_TEST_CASE(the_most_recently_active_come_first) {
  for (int i = 1; i <= 4; ++i) book.note_listed(anna, chat(i), at(i));
  book.note_message(chat(2), at(10));

  BOOST_TEST((in_order() == std::vector{chat(2), chat(4), chat(3), chat(1)}));
}

BOOST_AUTO_TEST_CASE(a_message_of_a_chat_that_is_not_known_makes_it_no_more_known) {
  book.note_message(chat(1), at(1));

  BOOST_TEST(book.size() == 0U);
}

BOOST_AUTO_TEST_CASE(over_the_bound_the_least_active_are_forgotten) {
  for (int i = 1; i <= 9; ++i) book.note_listed(anna, chat(i), at(i));

  const auto latest = in_order();
  BOOST_TEST(latest.size() <= 8U);
  BOOST_TEST((latest.front() == chat(9)));
  BOOST_TEST((std::find(latest.begin(), latest.end(), chat(1)) == latest.end()));
}

BOOST_AUTO_TEST_CASE(what_is_restored_is_known_as_its_readers) {
  book.restore(chat(1), at(1), anna);
  book.restore(chat(2), at(1));

  BOOST_TEST((book.people_of(chat(1)) == std::vector{anna}));
  BOOST_TEST(book.people_of(chat(2)).empty());
}

BOOST_AUTO_TEST_CASE(news_are_told_once_until_they_are_taken) {
  book.note_listed(anna, chat(1), at(1));
  book.note_listed(anna, chat(2), at(1));
  BOOST_TEST(told == 1);
  BOOST_TEST(book.take_news());
  BOOST_TEST(!book.take_news());

  // Nothing new: the same chat, the same person.
  book.note_listed(anna, chat(1), at(5));
  book.note_message(chat(1), at(6));
  BOOST_TEST(told == 1);

  book.note_listed(ben, chat(1), at(5));
  BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(who_leaves_takes_along_what_nobody_shares) {
  book.note_listed(anna, chat(1), at(1));
  book.note_members(chat(2), {anna, ben}, at(1));
  book.restore(chat(3), at(1));

  book.keep_only({ben});

  BOOST_TEST((book.people_of(chat(2)) == std::vector{ben}));
  BOOST_TEST(book.size() == 2U);
  book.forget_unclaimed();
  BOOST_TEST((in_order() == std::vector{chat(2)}));
}

BOOST_AUTO_TEST_CASE(what_was_restored_is_as_active_as_the_first_list_says) {
  book.restore(chat(1), at(100));
  book.note_listed(anna, chat(2), at(50));

  book.note_listed(anna, chat(1), at(10));

  BOOST_TEST((in_order() == std::vector{chat(2), chat(1)}));
}

BOOST_AUTO_TEST_CASE(a_chat_that_nobody_of_ours_is_in_any_more_goes) {
  book.note_listed(anna, chat(1), at(1));

  book.note_members(chat(1), {}, at(2));

  BOOST_TEST(book.size() == 0U);
  BOOST_TEST(book.take_news());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
