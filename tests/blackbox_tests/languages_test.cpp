#include <fstream>

#include <fmt/format.h>

#include "tests/blackbox/staffed_office.h"

namespace belfry::blackbox {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string first_line(const std::string& post) {
  return post.substr(0, post.find('\n'));
}

/// What a clock that is ahead of UTC by so much shows at that time.
std::string clock_face(std::int64_t epoch_ms, minutes ahead) {
  const std::int64_t minute = epoch_ms / 60'000 + ahead.count();
  return fmt::format("{:02}:{:02}", minute / 60 % 24, minute % 60);
}

/// Anna, Bert and Cleo, whose settings a test may change before the first two connect.
struct MultilingualOffice : Office {
  explicit MultilingualOffice(OfficeOptions options = {}) : Office(std::move(options)) {
    anna = hire("anna");
    bert = hire("bert");
    cleo = hire("cleo");
  }

  void open(const BelfryProcess::Environment& environment = {}) {
    start(environment);
    BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
    for (const Colleague* colleague : {&anna, &bert})
      BOOST_REQUIRE(connect(*colleague).body.find("You are connected") != std::string::npos);
    chat = graph().create_chat(sandbox::ChatKind::group, "", {anna.teams, bert.teams, cleo.teams});
  }
  /// The first line that Cleo's next words have in what this person is posted.
  std::string line_of_next_words(const Colleague& reader, const sandbox::MessageOptions& how = {}) {
    const std::string words = fmt::format("words {} end", ++said);
    graph().post_message(chat, cleo.teams, "<p>" + words + "</p>", how);
    BOOST_REQUIRE_MESSAGE(eventually_posted(reader, words), log());
    return first_line(posts_to(reader, words).front());
  }
  /// Whether the lines come to begin like this.
  bool eventually_begins(const Colleague& reader, const std::string& beginning) {
    return eventually(seconds{20},
                      [&] { return line_of_next_words(reader).starts_with(beginning); });
  }

  Colleague anna;
  Colleague bert;
  Colleague cleo;
  std::string chat;
  int said = 0;
};

BOOST_FIXTURE_TEST_SUITE(languages, MultilingualOffice)

BOOST_AUTO_TEST_CASE(one_message_has_for_each_reader_their_own_first_line_and_time) {
  mattermost().set_display(anna.mattermost, {"de", "Asia/Kolkata"});
  mattermost().set_display(bert.mattermost, {"ja", "America/Phoenix"});
  open();
  sandbox::MessageOptions late;
  late.created_ms = world().clock().now_ms() - 3'600'000;

  const std::string for_anna = line_of_next_words(anna, late);
  BOOST_REQUIRE_MESSAGE(eventually_posted(bert, "words 1 end"), log());
  const std::string for_bert = first_line(posts_to(bert, "words 1 end").front());

  BOOST_TEST(for_anna.starts_with("**cleo** hat Ihnen und 1 weiteren Person geschrieben · [Teams"),
             for_anna);
  BOOST_TEST(for_anna.find(" · gesendet ") != std::string::npos, for_anna);
  BOOST_TEST(for_anna.ends_with(clock_face(late.created_ms, minutes{330})), for_anna);
  BOOST_TEST(for_bert.starts_with("**cleo** さんからあなたと他 1 人にメッセージが届きました · ["),
             for_bert);
  BOOST_TEST(for_bert.find(" · 送信 ") != std::string::npos, for_bert);
  BOOST_TEST(for_bert.ends_with(clock_face(late.created_ms, minutes{-420})), for_bert);
}

BOOST_AUTO_TEST_CASE(a_language_that_is_changed_counts_without_a_restart) {
  open();
  BOOST_REQUIRE(eventually(seconds{20}, [&] { return mattermost().sockets() > 0; }));
  BOOST_TEST(line_of_next_words(anna).starts_with("**cleo** messaged you"));

  mattermost().set_display(anna.mattermost, {"fr", ""});

  BOOST_TEST(eventually_begins(anna, "**cleo** vous a écrit"), log());
  BOOST_TEST(line_of_next_words(bert).starts_with("**cleo** messaged you"));
}

BOOST_AUTO_TEST_CASE(a_language_that_was_changed_while_the_service_was_away_counts_soon) {
  open();
  BOOST_TEST(stop() == 0);
  mattermost().set_display(anna.mattermost, {"es", ""});

  start();
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());

  BOOST_TEST(eventually_begins(anna, "**cleo** le ha escrito"), log());
}

BOOST_AUTO_TEST_CASE(an_administrators_language_is_spoken_and_falls_back_to_english) {
  std::filesystem::create_directory(folder() / "languages");
  std::ofstream(folder() / "languages" / "nl.txt")
      << "messaged_and_one = {sender} heeft u en 1 ander geschreven\n"
      << "deleted = Dit bericht is verwijderd.\n";
  mattermost().set_display(anna.mattermost, {"nl", ""});
  open({{"BELFRY_RENDER__LANGUAGES", (folder() / "languages").string()}});

  const auto message = graph().post_message(chat, cleo.teams, "<p>dag</p>");

  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "> dag"), log());
  BOOST_TEST(posts_to(anna, "> dag")
                 .front()
                 .starts_with("**cleo** heeft u en 1 ander geschreven · [Teams chat]("));
  graph().delete_message(chat, message);
  BOOST_TEST(eventually_posted(anna, "*Dit bericht is verwijderd.*"), log());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(languages)

BOOST_AUTO_TEST_CASE(a_broken_file_is_named_by_check_and_keeps_the_service_from_starting) {
  const kit::TemporaryFolder languages;
  std::ofstream(languages.path() / "nl.txt") << "# Nederlands\nmessaged = u heeft post\n";
  OfficeOptions options;
  options.extra_toml = "[render]\nlanguages = \"" + languages.path().string() + "\"";
  MultilingualOffice office(options);
  const std::string fault =
      (languages.path() / "nl.txt").string() + ":2: `messaged` lacks {sender}";

  const Completed checked = office.command({"check"});
  const Completed served = office.command({"serve"});
  std::ofstream(languages.path() / "nl.txt") << "messaged = {sender} schreef u\n";

  BOOST_TEST(checked.exit_code == 1);
  BOOST_TEST(checked.output.find(fault) != std::string::npos, checked.output);
  BOOST_TEST(served.exit_code == 1);
  BOOST_TEST(served.output.find(fault) != std::string::npos, served.output);
  BOOST_TEST(office.command({"check"}).output.find("de, en, es, fr, ja, nl") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
