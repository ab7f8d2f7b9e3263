#include "app/log.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"

namespace belfry::app {
namespace {

struct LogFixture {
  kit::FakeClock clock;
  std::vector<std::string> lines;

  Log log(Config::Log settings = {}, bool is_journal = false, LogPolicy policy = {}) {
    return Log(settings, clock, policy,
               {[this](std::string_view line) { lines.emplace_back(line); }, is_journal});
  }
};

BOOST_FIXTURE_TEST_SUITE(log, LogFixture)

BOOST_AUTO_TEST_CASE(a_line_begins_with_its_time_and_names_its_event) {
  log().write(LogLevel::info, "delivered", {{"chat", "3f9a"}, {"latency_ms", "41"}});

  BOOST_TEST(
      lines == std::vector<std::string>{"2026-03-02T08:15:30.000Z level=info event=delivered "
                                        "chat=3f9a latency_ms=41\n"},
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_value_of_several_words_cannot_pass_for_fields_or_lines) {
  log().write(LogLevel::warn, "trouble",
              {{"error", "a b"},
               {"why", "x=1"},
               {"path", "C:\\x"},
               {"said", "\"\n\x1b[31m"},
               {"none", ""}});

  BOOST_REQUIRE_EQUAL(lines.size(), 1U);
  BOOST_TEST(lines[0].ends_with("event=trouble error=\"a b\" why=\"x=1\" path=\"C:\\\\x\" "
                                "said=\"\\\"\\u000a\\u001b[31m\" none=\"\"\n"),
             lines[0]);
}

BOOST_AUTO_TEST_CASE(json_is_an_object_a_line) {
  log({LogLevel::info, LogFormat::json}).write(LogLevel::error, "trouble", {{"error", "a \"b\""}});

  BOOST_TEST(lines.at(0) ==
             "{\"time\":\"2026-03-02T08:15:30.000Z\",\"level\":\"error\",\"event\":\"trouble\","
             "\"error\":\"a \\\"b\\\"\"}\n");
}

BOOST_AUTO_TEST_CASE(the_journal_gets_levels_and_no_second_time) {
  log({}, true).write(LogLevel::warn, "trouble", {});
  log({LogLevel::info, LogFormat::json}, true).write(LogLevel::error, "trouble", {});

  BOOST_TEST(lines.at(0) == "<4>level=warn event=trouble\n");
  BOOST_TEST(lines.at(1) == "<3>{\"level\":\"error\",\"event\":\"trouble\"}\n");
}

BOOST_AUTO_TEST_CASE(what_is_below_the_level_is_not_written) {
  Log quiet = log({LogLevel::warn, LogFormat::text});

  quiet.write(LogLevel::info, "started", {});
  quiet.write(LogLevel::warn, "trouble", {});

  BOOST_TEST(lines.size() == 1U);
  BOOST_TEST(!quiet.writes(LogLevel::info));
}

BOOST_AUTO_TEST_CASE(repetitions_are_counted_not_repeated) {
  Log writer = log();
  for (int i = 0; i < 25; ++i) writer.write(LogLevel::warn, "trouble", {});
  writer.write(LogLevel::warn, "other_trouble", {});
  writer.tell_left_out();
  BOOST_REQUIRE_EQUAL(lines.size(), 11U);

  clock.advance(std::chrono::minutes{1});
  writer.tell_left_out();
  writer.tell_left_out();

  BOOST_REQUIRE_EQUAL(lines.size(), 12U);
  BOOST_TEST(lines[11].ends_with("level=warn event=left_out of=trouble lines=15\n"), lines[11]);
}

BOOST_AUTO_TEST_CASE(a_new_window_begins_with_what_the_last_one_left_out) {
  Log writer = log();
  for (int i = 0; i < 12; ++i) writer.write(LogLevel::error, "trouble", {});
  clock.advance(std::chrono::minutes{2});

  writer.write(LogLevel::error, "trouble", {});

  BOOST_REQUIRE_EQUAL(lines.size(), 12U);
  BOOST_TEST(lines[10].ends_with("event=left_out of=trouble lines=2\n"), lines[10]);
  BOOST_TEST(lines[11].ends_with("event=trouble\n"), lines[11]);
}

BOOST_AUTO_TEST_CASE(news_are_never_left_out) {
  Log writer = log();

  for (int i = 0; i < 50; ++i) writer.write(LogLevel::info, "account_connected", {});

  BOOST_TEST(lines.size() == 50U);
}

BOOST_AUTO_TEST_CASE(a_value_is_cut_at_its_limit) {
  LogPolicy policy;
  policy.longest_value = 5;
  // The limit falls into the middle of a character.
  log({}, false, policy).write(LogLevel::info, "x", {{"a", "12345"}, {"b", "1234ä6789"}});

  BOOST_TEST(lines.at(0).ends_with("event=x a=12345 b=\"1234\xEF\xBF\xBD…\"\n"), lines[0]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::app
