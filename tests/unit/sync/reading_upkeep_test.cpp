#include "sync/reading_upkeep.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_mattermost.h"
#include "tests/kit/faulty_stores.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct ReadingFixture {
  kit::FakeClock clock;
  kit::FakeMattermost mattermost{clock};
  sim::ModelStore model;
  kit::FaultyAccountStore store{model};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  UpstreamGate gate{Upstream::mattermost, journal};
  ReadingPolicy policy{.page = 2};
  std::optional<ReadingUpkeep> upkeep;
  const MattermostUserId anna = hire("anna");
  const MattermostUserId bert = hire("bert");
  const MattermostUserId cleo = hire("cleo");

  ReadingFixture() { start(); }
  void start() {
    upkeep.emplace(ReadingUpkeep::Ports{store, mattermost, random, journal}, gate, policy);
  }

  /// A person with an account of the time before languages were kept.
  MattermostUserId hire(const std::string& name) {
    Account account;
    account.user = mattermost.hire(name);
    account.username = name;
    account.teams_user = TeamsUserId{"teams-" + name};
    BOOST_REQUIRE(model.connect(account, {Secret{"a"}, {}, Secret{"r"}, ""}));
    return account.user;
  }
  Reading reading_of(const MattermostUserId& user) {
    return model.account(user).value().value().reading;
  }
  /// A change that nobody hears of.
  void choose(const MattermostUserId& user, const Reading& reading) {
    mattermost.people[user].reading = reading;
  }
  std::size_t requests() { return mattermost.script.count("users"); }
  std::size_t writes() { return store.script.count("set_reading"); }

  void live_for(Duration time) {
    const Instant end = clock.now().steady + time;
    while (clock.now().steady < end) {
      const StepOutcome outcome = upkeep->step(clock.now());
      if (outcome.worked) continue;
      BOOST_REQUIRE(outcome.next > clock.now().steady);
      clock.advance_to(std::min(outcome.next, end));
    }
  }
};

BOOST_FIXTURE_TEST_SUITE(reading_upkeep, ReadingFixture)

BOOST_AUTO_TEST_CASE(accounts_of_before_have_their_language_right_after_the_start) {
  choose(bert, {"de", "Asia/Tokyo"});

  live_for(minutes{1});

  BOOST_TEST(reading_of(anna).locale == "en");
  BOOST_TEST(reading_of(anna).time_zone == "Europe/Berlin");
  BOOST_CHECK((reading_of(bert) == Reading{"de", "Asia/Tokyo"}));
  BOOST_TEST(reading_of(cleo).locale == "en");
  BOOST_TEST(requests() == 2U);  // a page of two, and one of the rest
}

BOOST_AUTO_TEST_CASE(all_are_asked_for_once_a_day_and_nothing_is_written_for_who_changed_nothing) {
  live_for(hours{1});
  const std::size_t before = writes();
  choose(cleo, {"fr", "Europe/Berlin"});

  live_for(hours{22});
  BOOST_TEST(reading_of(cleo).locale == "en");
  live_for(hours{2});

  BOOST_TEST(reading_of(cleo).locale == "fr");
  BOOST_TEST(requests() == 4U);
  BOOST_TEST(writes() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_change_that_is_heard_counts_at_once_and_is_asked_of_nobody) {
  live_for(hours{1});
  const std::size_t before = requests();
  choose(bert, {"es", "America/Phoenix"});

  upkeep->heard(mattermost.people[bert]);

  BOOST_CHECK((reading_of(bert) == Reading{"es", "America/Phoenix"}));
  BOOST_TEST(requests() == before);
}

BOOST_AUTO_TEST_CASE(what_is_heard_while_an_answer_is_on_its_way_is_newer_than_the_answer) {
  mattermost.script.before_answer("users", [this] {
    choose(anna, {"de", "Asia/Tokyo"});
    upkeep->heard(mattermost.people[anna]);
  });

  live_for(minutes{1});

  BOOST_CHECK((reading_of(anna) == Reading{"de", "Asia/Tokyo"}));
  BOOST_TEST(reading_of(bert).locale == "en");
}

BOOST_AUTO_TEST_CASE(strangers_are_heard_without_a_trace) {
  const MattermostUserId stranger = mattermost.hire("stranger");

  upkeep->heard(mattermost.people[stranger]);

  BOOST_TEST(!model.account(stranger).value().has_value());
  BOOST_TEST(writes() == 0U);
  BOOST_TEST(journal.all<StoreTrouble>().empty());
}

BOOST_AUTO_TEST_CASE(what_mattermost_leaves_out_is_not_forgotten) {
  live_for(minutes{1});
  MattermostUser told = mattermost.people[anna];

  told.reading = {};
  upkeep->heard(told);
  BOOST_CHECK((reading_of(anna) == Reading{"en", "Europe/Berlin"}));
  told.reading = {"ja", ""};
  upkeep->heard(told);
  BOOST_CHECK((reading_of(anna) == Reading{"ja", "Europe/Berlin"}));
}

BOOST_AUTO_TEST_CASE(after_changes_may_have_gone_by_unheard_all_are_asked_for_again) {
  live_for(hours{1});
  choose(anna, {"de", "Europe/Berlin"});

  upkeep->ask_soon();
  live_for(minutes{1});

  BOOST_TEST(reading_of(anna).locale == "de");
}

BOOST_AUTO_TEST_CASE(a_failed_request_is_made_again_and_then_goes_on_where_it_was) {
  mattermost.script.fail("users", ErrorKind::transient, 3);

  live_for(minutes{1});

  BOOST_TEST(reading_of(cleo).locale == "en");
  BOOST_TEST(requests() == 5U);
}

BOOST_AUTO_TEST_CASE(a_void_token_is_told_to_the_administrator) {
  mattermost.script.fail("users", ErrorKind::unauthorized);

  live_for(minutes{1});

  BOOST_TEST(journal.all<AdministratorNeeded>().size() == 1U);
  BOOST_TEST(reading_of(anna).locale == "en");
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_is_told_and_tried_again) {
  store.script.fail("set_reading", ErrorKind::transient);
  live_for(minutes{1});
  BOOST_TEST(journal.all<StoreTrouble>().size() == 1U);
  BOOST_TEST(reading_of(anna).locale == "en");

  // What was heard and could not be kept is asked for.
  choose(anna, {"de", "Europe/Berlin"});
  store.script.fail("set_reading", ErrorKind::transient);
  upkeep->heard(mattermost.people[anna]);
  live_for(minutes{1});

  BOOST_TEST(journal.all<StoreTrouble>().size() == 2U);
  BOOST_TEST(reading_of(anna).locale == "de");
}

BOOST_AUTO_TEST_CASE(who_disconnects_meanwhile_is_no_trouble) {
  mattermost.script.before_answer("users", [this] { BOOST_REQUIRE(model.remove_account(anna)); });

  live_for(minutes{1});

  BOOST_TEST(!model.account(anna).value().has_value());
  BOOST_TEST(reading_of(cleo).locale == "en");
  BOOST_TEST(journal.all<StoreTrouble>().empty());
}

BOOST_AUTO_TEST_CASE(while_mattermost_is_down_nobody_is_asked_for) {
  const Error down{ErrorKind::transient, "down", {}, 503, {}};
  for (int i = 0; i < 20; ++i) gate.told(&down, clock.now().steady);

  const StepOutcome outcome = upkeep->step(clock.now());

  BOOST_TEST(!outcome.worked);
  BOOST_TEST((outcome.next > clock.now().steady));
  BOOST_TEST(requests() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
