#include "tests/blackbox/swept_office.h"

// Graph is not the same everywhere: some clouds refuse an order, some options have no effect and
// nobody is told. A sweep finds all that is new there too, and nothing that is old.
namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t k_chats = 120;     ///< of Anna and Cleo: three pages of a list
constexpr std::size_t k_history = 400;   ///< in the chat of all three: eight pages
constexpr std::size_t k_missed = 70;     ///< there since, two pages
constexpr std::size_t k_most_pages = 6;  ///< that reading those may take

/// People whose chats are older than their connection.
struct OldOffice : SweptOffice {
  explicit OldOffice(const std::string& route) : SweptOffice(route) {
    for (std::size_t i = 0; i < k_chats; ++i) {
      chats.push_back(graph().create_chat(ChatKind::group, "Topic", {anna.teams, cleo.teams}));
      say_long_ago(chats.back(), std::chrono::hours{3} - std::chrono::minutes{i});
      world().clock().advance(milliseconds{1});
    }
    shared = graph().create_chat(ChatKind::group, "All", {anna.teams, bert.teams, cleo.teams});
    for (std::size_t i = 0; i < k_history; ++i)
      say_long_ago(shared, std::chrono::days{40} + seconds{i});
  }

  void say_long_ago(const std::string& where, milliseconds ago) {
    sandbox::MessageOptions options;
    options.created_ms = world().clock().now_ms() - ago.count();
    options.announce = sandbox::Announce::no;
    graph().post_message(where, cleo.teams, "<p>long ago</p>", options);
  }
  [[nodiscard]] std::size_t pages_of(const std::string& read_chat) {
    const auto entries = world().log().entries();
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [&](const sandbox::LoggedRequest& request) {
          return request.operation == "graph.list_messages" && request.status == 200 &&
                 sandbox::percent_decode(request.path).find(read_chat) != std::string::npos;
        }));
  }

  /// What nobody announced, on each page of the list and on two pages of a chat.
  void check_all_is_found() {
    const std::string told = say_in(shared, "told once");
    BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "told once"), log());
    BOOST_REQUIRE_MESSAGE(eventually_posted(bert, "told once"), log());
    lose_all_webhooks();
    graph().edit_message(shared, told, "<p>told once, better</p>");
    const std::vector<std::size_t> moved = {0, 10, 49, 50, 75, 99, 100, k_chats - 1};
    for (const std::size_t i : moved) say_in(chats[i], "found " + std::to_string(i) + " end");
    for (std::size_t i = 0; i < k_missed; ++i) say_in(shared, "found also " + std::to_string(i));
    BOOST_TEST(wait_until_quiet());

    reconcile();

    const std::size_t of_anna = moved.size() + k_missed;
    BOOST_TEST(eventually_posted(anna, "found ", of_anna, seconds{60}), log());
    BOOST_TEST(eventually_posted(bert, "found ", k_missed, seconds{30}), log());
    BOOST_TEST(eventually_posted(anna, "told once, better"), log());
    reconcile();
    BOOST_TEST(wait_until_quiet());
    BOOST_TEST(posts_to(anna, "found ").size() == of_anna);
    BOOST_TEST(posts_to(bert, "found ").size() == k_missed);
    for (const std::size_t i : moved)
      BOOST_TEST(posts_to(anna, "found " + std::to_string(i) + " end").size() == 1U);
    for (const Colleague* person : {&anna, &bert}) {
      BOOST_TEST(posts_to(*person, "told once").size() == 1U);
      BOOST_TEST(posts_to(*person, "long ago").empty());
      BOOST_TEST(posts_to(*person, "older message").empty());
    }
  }

  std::vector<std::string> chats;  ///< the last one was made last
  std::string shared;
};
struct OldListOffice : OldOffice {
  OldListOffice() : OldOffice("list") {}
};
struct OldDeltaOffice : OldOffice {
  OldDeltaOffice() : OldOffice("delta") {}
};

BOOST_AUTO_TEST_SUITE(clouds)

BOOST_FIXTURE_TEST_CASE(where_lists_of_chats_are_in_no_order_all_their_pages_are_read,
                        OldListOffice) {
  graph().change_settings([](auto& settings) { settings.orderby_on_chats = false; });

  check_all_is_found();

  BOOST_TEST(answers(400, "graph.list_chats") == 1U);
  BOOST_TEST(answers(400) == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_order_that_is_ignored_without_a_word_is_noticed, OldListOffice) {
  graph().change_settings([](auto& settings) { settings.ignore_orders = true; });

  check_all_is_found();

  BOOST_TEST(answers(400) == 0U);
}

BOOST_FIXTURE_TEST_CASE(where_messages_cannot_be_filtered_reading_ends_at_what_is_known,
                        OldListOffice) {
  graph().change_settings([](auto& settings) { settings.orderby_on_messages = false; });

  check_all_is_found();

  BOOST_TEST(answers(400, "graph.list_messages") == 1U);
  BOOST_TEST(answers(400) == 1U);
  BOOST_TEST(pages_of(shared) <= 2 * k_most_pages);
}

BOOST_FIXTURE_TEST_CASE(a_filter_that_is_ignored_without_a_word_tells_nobody_of_the_past,
                        OldListOffice) {
  graph().change_settings([](auto& settings) { settings.ignore_filters = true; });

  check_all_is_found();

  BOOST_TEST(answers(400) == 0U);
  BOOST_TEST(pages_of(shared) <= 2 * k_most_pages);
}

BOOST_FIXTURE_TEST_CASE(nor_does_it_where_an_export_ignores_it, OldDeltaOffice) {
  graph().change_settings([](auto& settings) {
    settings.ignore_filters = true;
    settings.evaluation_cap_enforced = false;  // all of the past costs more
  });

  check_all_is_found();

  BOOST_TEST(answers(400) == 0U);
  BOOST_TEST(world().log().count("graph.delta") > (k_chats + k_history) / 50);
  BOOST_TEST(world().log().count("graph.list_messages") == 0U);
}

BOOST_FIXTURE_TEST_CASE(where_nothing_can_be_ordered_or_filtered_all_is_found_all_the_same,
                        OldListOffice) {
  graph().change_settings([](auto& settings) {
    settings.orderby_on_chats = false;
    settings.orderby_on_messages = false;
    settings.export_routes = false;
    settings.presence = false;
  });

  check_all_is_found();

  BOOST_TEST(answers(400) == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
