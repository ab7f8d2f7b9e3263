#include <set>

#include "tests/blackbox/staffed_office.h"

// What the reconciler and the allowance promise over an hour, three days, a month; each compressed
// to seconds by intervals that only loopback addresses of Graph allow.
namespace belfry::blackbox {
namespace {

using sandbox::ChatKind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string with_intervals(const std::string& route) {
  return "[reconcile]\ninterval = \"3s\"\nexhausted_interval = \"2s\"\nroute = \"" + route +
         "\"\nsilence = \"1h\"\n";
}

/// The number behind `name` in a text such as the metrics; 0 when it is not there.
std::uint64_t number_behind(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size() + 2));
}

/// Chats of Cleo, who talks, with Anna and Bert, who are told.
struct TalkativeOffice : StaffedOffice {
  explicit TalkativeOffice(OfficeOptions options) : StaffedOffice(std::move(options)) {
    // Graph lets a chat be read once a second: many short ones are read sooner than few long ones.
    for (int i = 0; i < 4; ++i) {
      chats.push_back(graph().create_chat(ChatKind::group, "Anna's", {anna.teams, cleo.teams}));
      chats.push_back(graph().create_chat(ChatKind::group, "Bert's", {bert.teams, cleo.teams}));
      chats.push_back(
          graph().create_chat(ChatKind::group, "Both's", {anna.teams, cleo.teams, bert.teams}));
    }
  }

  /// Goes round the chats, so that a third of it reaches two people.
  void talk(std::size_t messages) {
    for (const std::size_t end = said + messages; said < end; ++said) {
      ids.push_back(graph().post_message(chats[said % chats.size()], cleo.teams,
                                         "<p>words " + std::to_string(said) + " end</p>"));
    }
  }
  [[nodiscard]] static bool reaches_both(std::size_t message) { return message % 3 == 2; }
  [[nodiscard]] std::size_t posts_due() const {
    std::size_t due = said;
    for (std::size_t i = 0; i < said; ++i) due += reaches_both(i) ? 1 : 0;
    return due;
  }
  [[nodiscard]] std::uint64_t metric(const std::string& name) {
    return number_behind(admin("/metrics"), "belfry_" + name);
  }
  /// Everything that was said has become its posts, of which some may have been found when their
  /// answer did not come; asks for numbers, since there are thousands.
  /// `before` were posted by an earlier run.
  [[nodiscard]] bool eventually_all_posted(seconds limit, std::size_t before = 0) {
    return eventually(limit, [this, before] {
      std::this_thread::sleep_for(milliseconds{100});  // as often as is worth the answer
      const std::string metrics = admin("/metrics");
      std::uint64_t posts = 0;
      for (const char* result : {"posted", "found"}) {
        posts += number_behind(metrics,
                               "belfry_deliveries_total{result=\"" + std::string(result) + "\"}");
      }
      return posts >= posts_due() - before;
    });
  }
  /// Each of them, each once.
  void check_all_posted_once() {
    std::size_t posts = 0;
    for (const Colleague* person : {&anna, &bert}) {
      std::set<std::string> different;
      for (const std::string& text : posts_to(*person, "words ")) {
        const auto begin = text.find("words ");
        different.insert(text.substr(begin, text.find(" end", begin) - begin));
        ++posts;
      }
      const std::size_t wanted =
          person == &anna ? (said + 2) / 3 + said / 3 : (said + 1) / 3 + said / 3;
      BOOST_TEST(different.size() == wanted, person->name);
    }
    BOOST_TEST(posts == posts_due());
  }

  /// An hour of talk and edits, half of whose webhooks never come; nobody asks for anything.
  void lose_half_of_an_hour() {
    constexpr int k_minutes = 60;
    world().webhook_faults().add(lost(0.5));
    std::size_t edits = 0;
    for (int minute = 0; minute < k_minutes; ++minute) {
      talk(4);
      BOOST_REQUIRE(graph().wait_until_quiet(seconds{60}));
      if (minute % 6 != 5) continue;
      const std::size_t edited = said - 3;
      graph().edit_message(chats[edited % chats.size()], ids[edited],
                           "<p>words " + std::to_string(edited) + " end, better</p>");
      edits += reaches_both(edited) ? 2 : 1;
    }
    BOOST_TEST(world().webhook_faults().struck() > 80U);

    // Nobody asks for anything: what is missing is found on the schedule.
    BOOST_TEST(eventually_all_posted(seconds{90}), log());
    BOOST_TEST(eventually(seconds{60},
                          [&] {
                            return posts_to(anna, " end, better").size() +
                                       posts_to(bert, " end, better").size() ==
                                   edits;
                          }),
               log());
    BOOST_TEST(wait_until_quiet());
    check_all_posted_once();
    BOOST_TEST(metric("reconciled_messages_total") > 0U);
    BOOST_TEST(log().find("cause=\"a notification was lost\"") != std::string::npos);
  }

  std::vector<std::string> chats;
  std::vector<std::string> ids;
  std::size_t said = 0;
};

OfficeOptions of_model(const std::string& model, const std::string& route,
                       const std::string& subscribe = "tenant") {
  OfficeOptions options;
  options.extra_toml = with_intervals(route);
  options.teams_toml = "payment_model = \"" + model + "\"\nsubscribe = \"" + subscribe + "\"";
  options.mattermost_toml = "admins = [\"cleo\"]";
  return options;
}

struct LossyOffice : TalkativeOffice {
  LossyOffice() : TalkativeOffice(of_model("B", "list")) {}
};
struct LossyExportOffice : TalkativeOffice {
  LossyExportOffice() : TalkativeOffice(of_model("B", "auto")) {}
};
struct EvaluationOffice : TalkativeOffice {
  EvaluationOffice() : TalkativeOffice(of_model("evaluation", "auto")) {}
};
struct UnmeteredOffice : TalkativeOffice {
  UnmeteredOffice() : TalkativeOffice(of_model("evaluation", "auto", "auto")) {}
};
struct ExportingOffice : TalkativeOffice {
  ExportingOffice() : TalkativeOffice(of_model("evaluation", "delta")) {}
};

BOOST_AUTO_TEST_SUITE(month)

BOOST_FIXTURE_TEST_CASE(an_hour_in_which_half_of_all_webhooks_are_lost_loses_nothing, LossyOffice) {
  lose_half_of_an_hour();

  BOOST_TEST(world().log().count("graph.delta") == 0U);
}

BOOST_FIXTURE_TEST_CASE(the_same_hour_loses_nothing_by_the_default_route_of_model_b,
                        LossyExportOffice) {
  lose_half_of_an_hour();

  BOOST_TEST(world().log().count("graph.delta") > 0U);
}

BOOST_FIXTURE_TEST_CASE(a_month_in_evaluation_mode_brings_everything_and_stays_below_its_cap,
                        EvaluationOffice) {
  // Four fifths of the month's notifications: administrators are warned in time.
  talk(400);
  BOOST_TEST(eventually_posted(cleo, "nearly used up: 4", 1, seconds{60}), log());
  BOOST_TEST(admin("/readyz").find("\"mode\":\"notifications\"") != std::string::npos);

  talk(2'600);

  BOOST_TEST(eventually_all_posted(seconds{600}), log());
  BOOST_TEST(wait_until_quiet());
  check_all_posted_once();
  BOOST_TEST(graph().spent("notifications") == 500);
  BOOST_TEST(graph().spent("export") <= 500);
  BOOST_TEST(graph().webhook_stats().silent == 2'500U);
  BOOST_TEST(eventually_posted(cleo, "are used up: 500 of the 500"), log());
  BOOST_TEST(command({"allowance"}).output.find("500 of 500 spent") != std::string::npos);
  BOOST_TEST(eventually(seconds{30},
                        [this] {
                          return admin("/readyz").find("\"mode\":\"sweeps\"") != std::string::npos;
                        }),
             admin("/readyz"));
  BOOST_TEST(admin("/readyz").find("\"ready\":true") != std::string::npos);
  BOOST_TEST(command({"status"}).output.find("sweeps have taken over") != std::string::npos);

  // A new run knows the month, goes on sweeping, and tells nobody again.
  BOOST_TEST(stop() == 0);
  talk(3);
  start();
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
  BOOST_TEST(eventually_posted(anna, "words 3000 end", 1, seconds{60}), log());
  BOOST_TEST(eventually(seconds{30}, [&] {
    return admin("/api/v1/status").find("\"last_trigger\":\"exhausted\"") != std::string::npos;
  }));
  BOOST_TEST(graph().spent("notifications") == 500);
  BOOST_TEST(posts_to(cleo).size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_month_in_evaluation_mode_as_shipped_brings_everything_and_costs_nothing,
                        UnmeteredOffice) {
  const std::size_t wanted = chats.size() + 2;  // Anna's chat with Cleo; and news of chats
  BOOST_REQUIRE_MESSAGE(
      eventually(seconds{60}, [&] { return graph().subscriptions().size() == wanted; }), log());

  talk(1'500);
  BOOST_TEST(eventually_all_posted(seconds{600}), log());
  const std::size_t before = posts_due();
  // A new run goes on with the same subscriptions. From now on a tenth is lost on the way.
  BOOST_TEST(stop() == 0);
  start();
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());
  world().webhook_faults().add(lost(0.1));
  talk(1'500);

  BOOST_TEST(eventually_all_posted(seconds{600}, before), log());
  BOOST_TEST(wait_until_quiet());
  check_all_posted_once();
  BOOST_TEST(metric("reconciled_messages_total") > 0U);
  for (const char* bucket : {"notifications", "export"}) {
    BOOST_TEST(graph().spent(bucket) == 0, bucket);
    BOOST_TEST(metric("allowance_spent{bucket=\"" + std::string(bucket) + "\"}") == 0U, bucket);
  }
  BOOST_TEST(graph().webhook_stats().silent == 0U);
  BOOST_TEST(posts_to(cleo).empty());
  const std::string readiness = admin("/readyz");
  BOOST_TEST(readiness.find("\"ready\":true") != std::string::npos, readiness);
  BOOST_TEST(readiness.find("\"mode\":\"notifications\"") != std::string::npos, readiness);
  const std::string shown = command({"subscriptions"}).output;
  const std::string count = std::to_string(wanted);
  BOOST_TEST(shown.find("chats (auto): " + count + " of " + count + " active") != std::string::npos,
             shown);
  BOOST_TEST(command({"status"}).output.find("sweeps have taken over") == std::string::npos);
  const std::string allowance = command({"allowance"}).output;
  BOOST_TEST(allowance.find("0 of 500 spent") != std::string::npos, allowance);
}

BOOST_FIXTURE_TEST_CASE(exports_end_below_their_cap_and_the_other_route_goes_on, ExportingOffice) {
  world().webhook_faults().add(lost(1));
  talk(1'500);
  BOOST_TEST(graph().spent("notifications") == 500);

  BOOST_TEST(eventually_all_posted(seconds{600}), log());

  check_all_posted_once();
  const auto spent = [&] { return static_cast<std::uint64_t>(graph().spent("export")); };
  BOOST_TEST(eventually(seconds{30},
                        [&] { return metric("allowance_spent{bucket=\"export\"}") == spent(); }));
  BOOST_TEST(spent() > 300U);
  BOOST_TEST(spent() <= 500U);
  BOOST_TEST(eventually_posted(cleo, "exported messages at Microsoft are nearly used up"), log());
}

BOOST_FIXTURE_TEST_CASE(what_is_announced_behind_the_sweep_counts_as_microsoft_counts,
                        EvaluationOffice) {
  sandbox::MessageOptions unannounced;
  unannounced.announce = sandbox::Announce::no;
  const auto late = graph().post_message(chat, cleo.teams, "<p>found first</p>", unannounced);
  BOOST_TEST(command({"reconcile"}).exit_code == 0);
  BOOST_TEST(eventually_posted(anna, "found first", 1, seconds{60}), log());
  BOOST_TEST(graph().spent("notifications") == 0);

  graph().announce(chat, late, sandbox::ChangeKind::created);
  talk(2);

  BOOST_TEST(eventually_all_posted(seconds{30}), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(graph().spent("notifications") == 3);
  BOOST_TEST(metric("allowance_spent{bucket=\"notifications\"}") == 3U);
  BOOST_TEST(posts_to(anna, "found first").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(three_days_of_outage_are_made_good_when_it_starts_again, StaffedOffice) {
  const auto group =
      graph().create_chat(ChatKind::group, "Release", {anna.teams, bert.teams, cleo.teams});
  say("before the outage");
  BOOST_TEST(eventually_posted(anna, "before the outage"), log());
  BOOST_TEST(stop() == 0);
  milliseconds away{0};
  const auto pass = [&](hours time) {
    world().clock().advance(time);
    away += time;
  };
  pass(hours{1});
  for (int i = 0; i < 3; ++i) graph().post_message(group, cleo.teams, "<p>too long ago</p>");
  pass(hours{1});
  say("too long ago");
  pass(hours{20});
  for (int i = 0; i < 5; ++i) {
    pass(hours{10});
    graph().post_message(group, cleo.teams, "<p>while away " + std::to_string(i) + "</p>");
    say("for anna alone " + std::to_string(i));
  }
  pass(hours{5});  // 77 hours in all

  start({{"LD_PRELOAD", BELFRY_SHIFTED_CLOCK},
         {"BELFRY_TEST_AHEAD_MS", std::to_string(away.count())}});
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());

  BOOST_TEST(eventually_posted(anna, "while away", 5, seconds{60}), log());
  BOOST_TEST(eventually_posted(bert, "while away", 5, seconds{60}), log());
  BOOST_TEST(eventually_posted(anna, "for anna alone", 5));
  BOOST_TEST(eventually_posted(anna, "older message", 2), log());
  BOOST_TEST(eventually_posted(bert, "3 older messages", 1), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "too long ago").empty());
  BOOST_TEST(posts_to(anna, "3 older messages").size() == 1U);
  BOOST_TEST(posts_to(anna, "1 older message").size() == 1U);
  for (const char* words : {"while away", "for anna alone"}) {
    const auto posts = posts_to(anna, words);
    BOOST_REQUIRE(posts.size() == 5U);
    for (std::size_t i = 0; i < posts.size(); ++i) {
      BOOST_TEST(posts[i].find(words + (" " + std::to_string(i))) != std::string::npos, posts[i]);
      BOOST_TEST(posts[i].find("sent ") != std::string::npos, posts[i]);
    }
  }
  BOOST_TEST(posts_to(anna, "before the outage").size() == 1U);
  BOOST_TEST(log().find("cause=\"the service was away\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
