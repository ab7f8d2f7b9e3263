#include <boost/test/unit_test.hpp>

#include "sync/policy/backoff.h"
#include "sync/policy/breaker.h"
#include "sync/policy/mark.h"
#include "sync/policy/one_on_one.h"
#include "sync/policy/pacer.h"
#include "sync/policy/recipients.h"

namespace belfry::sync {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// The largest or smallest chance there is.
class EdgeRandom : public Random {
 public:
  enum class Edge { least, most };
  explicit EdgeRandom(Edge edge) : edge_(edge) {}
  std::uint64_t below(std::uint64_t bound) override { return edge_ == Edge::least ? 0 : bound - 1; }

 private:
  Edge edge_;
};

Instant at(int s) {
  return Instant{seconds{s}};
}

BOOST_AUTO_TEST_SUITE(backoff_rule)

BOOST_AUTO_TEST_CASE(ceilings_double_from_a_second_to_a_quarter_of_an_hour) {
  EdgeRandom most(EdgeRandom::Edge::most);

  BOOST_TEST((backoff(0, {}, most) == seconds{1}));
  BOOST_TEST((backoff(3, {}, most) == seconds{8}));
  BOOST_TEST((backoff(10, {}, most) == minutes{15}));
  BOOST_TEST((backoff(1'000'000, {}, most) == minutes{15}));
}

BOOST_AUTO_TEST_CASE(jitter_reaches_down_to_almost_nothing_but_never_to_nothing) {
  EdgeRandom least(EdgeRandom::Edge::least);

  BOOST_TEST((backoff(10, {}, least) == Duration{1}));
}

BOOST_AUTO_TEST_CASE(retry_after_is_obeyed_to_the_second_and_an_absurd_one_is_bounded) {
  EdgeRandom least(EdgeRandom::Edge::least);
  const Error named{ErrorKind::throttled, "", seconds{37}, 429, ""};
  const Error absurd{ErrorKind::throttled, "", std::chrono::hours{1000}, 429, ""};

  BOOST_TEST((delay_after(named, 0, {}, least) == seconds{37}));
  BOOST_TEST((delay_after(absurd, 0, {}, least) == std::chrono::hours{2}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(breaker)

BOOST_AUTO_TEST_CASE(opens_after_a_row_of_failures_and_lets_single_probes_pass) {
  Breaker breaker(
      BreakerPolicy{.threshold = 2, .first_pause = seconds{1}, .most_pause = seconds{4}});
  BOOST_REQUIRE(breaker.enter(at(0)));
  BOOST_TEST((breaker.failure(at(0)) == Breaker::Change::none));
  BOOST_TEST((breaker.failure(at(0)) == Breaker::Change::opened));

  BOOST_TEST(!breaker.enter(at(0)));
  BOOST_TEST(breaker.enter(at(1)));
  BOOST_TEST(!breaker.enter(at(1)));
  BOOST_TEST((breaker.failure(at(1)) == Breaker::Change::none));
  BOOST_TEST(!breaker.enter(at(2)));
  BOOST_TEST(breaker.enter(at(3)));
  BOOST_TEST((breaker.success() == Breaker::Change::closed));
  BOOST_TEST(breaker.enter(at(3)));
}

BOOST_AUTO_TEST_CASE(a_success_between_failures_keeps_it_closed) {
  Breaker breaker(BreakerPolicy{.threshold = 2});

  BOOST_TEST((breaker.failure(at(0)) == Breaker::Change::none));
  BOOST_TEST((breaker.success() == Breaker::Change::none));
  BOOST_TEST((breaker.failure(at(0)) == Breaker::Change::none));
  BOOST_TEST(breaker.enter(at(0)));
}

BOOST_AUTO_TEST_CASE(a_probe_whose_answer_never_came_does_not_close_the_door_for_ever) {
  Breaker breaker(
      BreakerPolicy{.threshold = 1, .first_pause = seconds{1}, .most_pause = seconds{4}});
  BOOST_TEST((breaker.failure(at(0)) == Breaker::Change::opened));

  BOOST_TEST(breaker.enter(at(1)));
  BOOST_TEST(!breaker.enter(at(2)));
  BOOST_TEST(breaker.enter(at(5)));
}

BOOST_AUTO_TEST_CASE(a_pause_that_the_server_asked_for_holds_everybody) {
  Breaker breaker;
  breaker.hold(at(10));

  BOOST_TEST(!breaker.enter(at(9)));
  BOOST_TEST(breaker.enter(at(10)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pacer)

/// Of reads from `next`, asked whenever there is a place, for ten seconds.
template <class Next>
std::size_t most_in_a_second(Next&& next, Pacer::Urgency urgency) {
  Pacer pacer;
  std::vector<Instant> asked;
  for (Instant now = at(1); now < at(11);) {
    const PacedRead read = next();
    for (Instant free = pacer.book(read, now, urgency); free > now;
         free = pacer.book(read, now, urgency))
      now = free;
    asked.push_back(now);
  }
  std::size_t most = 0;
  for (auto first = asked.begin(), last = first; last != asked.end(); ++last) {
    while (*first + std::chrono::seconds{1} <= *last) ++first;
    most = std::max(most, static_cast<std::size_t>(last - first) + 1);
  }
  return most;
}

struct PacerFixture {
  const ChatId a{"a"};
  const ChatId b{"b"};
  const MattermostUserId anna{"anna"};
  const MattermostUserId ben{"ben"};
  int count = 0;

  std::string another() { return "another-" + std::to_string(++count); }
};

BOOST_FIXTURE_TEST_CASE(one_chat_is_asked_once_a_second_whatever_is_asked_of_it, PacerFixture) {
  for (const PacedRead& first : {PacedRead::messages(a), PacedRead::chat_of(a, anna),
                                 PacedRead::chat_of(a, {}), PacedRead::part_of(a)}) {
    for (const PacedRead& second : {PacedRead::messages(a), PacedRead::chat_of(a, ben),
                                    PacedRead::chat_of(a, {}), PacedRead::part_of(a)}) {
      Pacer fresh;
      BOOST_TEST((fresh.book(first, at(1)) == at(1)));
      const Instant again = fresh.book(second, at(1));
      // Not sharp: of two requests the second may travel faster.
      BOOST_TEST((again > at(2)));
      BOOST_TEST((again < at(2) + std::chrono::milliseconds{100}));
      BOOST_TEST((fresh.book(second, again) == again));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(messages_of_all_chats_are_asked_for_twenty_times_a_second, PacerFixture) {
  const auto next = [&] { return PacedRead::messages(ChatId{another()}); };

  BOOST_TEST(most_in_a_second(next, Pacer::Urgency::live) == 20U);
  BOOST_TEST(most_in_a_second(next, Pacer::Urgency::sweep) == 10U);
}

BOOST_FIXTURE_TEST_CASE(everything_else_together_is_asked_for_thirty_times_a_second, PacerFixture) {
  const auto next = [&] {
    const std::string name = another();
    switch (count % 3) {
      case 0:
        return PacedRead::chat_of(ChatId{name}, MattermostUserId{name});
      case 1:
        return PacedRead::part_of(ChatId{name});
      default:
        return PacedRead::chat_list(MattermostUserId{name});
    }
  };

  BOOST_TEST(most_in_a_second(next, Pacer::Urgency::live) == 30U);
  BOOST_TEST(most_in_a_second(next, Pacer::Urgency::sweep) == 25U);
}

BOOST_FIXTURE_TEST_CASE(chats_and_their_lists_are_asked_for_five_times_a_second_as_one_person,
                        PacerFixture) {
  const auto next = [&] {
    return count++ % 2 == 0 ? PacedRead::chat_list(anna)
                            : PacedRead::chat_of(ChatId{another()}, anna);
  };

  BOOST_TEST(most_in_a_second(next, Pacer::Urgency::live) == 5U);
}

BOOST_FIXTURE_TEST_CASE(messages_wait_for_no_list_and_one_person_for_no_other, PacerFixture) {
  Pacer pacer;
  BOOST_TEST((pacer.book(PacedRead::chat_list(anna), at(1)) == at(1)));

  BOOST_TEST((pacer.book(PacedRead::messages(a), at(1)) == at(1)));
  const Instant soon = pacer.book(PacedRead::chat_list(ben), at(1));
  BOOST_TEST((soon < at(1) + std::chrono::milliseconds{50}));
  BOOST_TEST((pacer.book(PacedRead::chat_list(ben), soon) == soon));
}

BOOST_FIXTURE_TEST_CASE(what_is_urgent_comes_first_wherever_both_wait_for_one_place, PacerFixture) {
  const std::pair<PacedRead, PacedRead> contended[] = {
      {PacedRead::messages(a), PacedRead::messages(b)},
      {PacedRead::messages(a), PacedRead::messages(a)},
      {PacedRead::chat_list(anna), PacedRead::chat_list(ben)},
      {PacedRead::chat_list(anna), PacedRead::chat_list(anna)}};
  for (const auto& [taken, wanted] : contended) {
    Pacer fresh;
    BOOST_TEST((fresh.book(taken, at(1), Pacer::Urgency::sweep) == at(1)));
    const Instant of_live = fresh.book(wanted, at(1));
    const Instant of_sweep = fresh.book(wanted, at(1), Pacer::Urgency::sweep);

    BOOST_TEST((of_live < of_sweep));
    BOOST_TEST((fresh.book(wanted, of_live, Pacer::Urgency::sweep) == of_sweep));
    BOOST_TEST((fresh.first_place(wanted.limit, Pacer::Urgency::sweep) <= of_sweep));
  }
}

BOOST_FIXTURE_TEST_CASE(where_live_reads_leave_no_place_sweeps_get_a_tenth, PacerFixture) {
  Pacer pacer;
  Instant of_sweep = at(1);
  std::size_t swept = 0;
  std::size_t live = 0;
  for (Instant now = at(1); now < at(11); now += Duration{1}) {
    // Whoever sweeps asks when it was told to, live reads all the time.
    if (of_sweep <= now) {
      of_sweep = pacer.book(PacedRead::messages(ChatId{another()}), now, Pacer::Urgency::sweep);
      if (of_sweep == now) ++swept;
    }
    if (pacer.book(PacedRead::messages(ChatId{another()}), now) == now) ++live;
  }

  BOOST_TEST(swept >= 17U);
  BOOST_TEST(swept <= 20U);
  BOOST_TEST(live >= 160U);
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_and_a_forgotten_chat_is_free) {
  Pacer pacer(PacePolicy{.per_messages = Duration{0}, .most_remembered = 2});
  BOOST_TEST((pacer.book(PacedRead::messages(ChatId{"a"}), at(1)) == at(1)));
  BOOST_TEST((pacer.book(PacedRead::messages(ChatId{"b"}), at(1)) == at(1)));

  const PacedRead third = PacedRead::messages(ChatId{"c"});
  BOOST_TEST((pacer.book(third, at(5)) == at(5)));
  BOOST_TEST((pacer.book(third, at(5)) > at(6)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(recipients)

Account account(const std::string& name) {
  Account made;
  made.user = MattermostUserId{"mm-" + name};
  made.teams_user = TeamsUserId{"teams-" + name};
  return made;
}

Message message_from(const std::string& name) {
  Message made;
  made.ref = {ChatId{"chat"}, MessageId{"1"}};
  made.sender = Sender{Sender::Kind::user, TeamsUserId{"teams-" + name}, name};
  return made;
}

BOOST_AUTO_TEST_CASE(the_sender_the_muted_the_silent_and_the_disconnected_are_left_out) {
  Account muted = account("muted");
  muted.preferences.muted.insert(ChatId{"chat"});
  Account silent = account("silent");
  silent.preferences.notifications = false;
  Account gone = account("gone");
  gone.state = Account::State::disconnected;

  const Recipients chosen = choose_recipients(
      message_from("anna"), {account("anna"), muted, silent, gone, account("bert")});

  BOOST_REQUIRE(chosen.told.size() == 1U);
  BOOST_TEST(chosen.told[0].user.text() == "mm-bert");
  BOOST_REQUIRE(chosen.skipped.size() == 4U);
  BOOST_TEST((chosen.skipped[0].reason == SkipReason::sender));
  BOOST_TEST((chosen.skipped[1].reason == SkipReason::muted));
  BOOST_TEST((chosen.skipped[2].reason == SkipReason::notifications_off));
  BOOST_TEST((chosen.skipped[3].reason == SkipReason::disconnected));
}

BOOST_AUTO_TEST_CASE(who_joined_without_the_history_is_not_told_what_was_said_before) {
  Account early;
  early.user = MattermostUserId{"early"};
  early.teams_user = TeamsUserId{"teams-early"};
  Account late = early;
  late.user = MattermostUserId{"late"};
  late.teams_user = TeamsUserId{"teams-late"};
  Member sees_all;
  sees_all.user = early.teams_user;
  Member sees_since;
  sees_since.user = late.teams_user;
  sees_since.sees_since = from_epoch_ms(1'772'439'330'417);
  const auto told_of = [&](const std::string& id) {
    Message message;
    message.ref.message = MessageId{id};
    // As in rich notifications, without its milliseconds.
    message.created = from_epoch_ms(1'772'439'330'000);
    return leave_out_newcomers({{early, late}, {}}, message, {sees_all, sees_since});
  };

  const Recipients before = told_of("1772439330416");
  const Recipients after = told_of("1772439330417");

  BOOST_REQUIRE(before.told.size() == 1U);
  BOOST_TEST((before.told[0].user == early.user));
  BOOST_REQUIRE(before.skipped.size() == 1U);
  BOOST_TEST((before.skipped[0].user == late.user));
  BOOST_TEST((before.skipped[0].reason == SkipReason::history_hidden));
  BOOST_TEST(after.told.size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_is_active_is_left_out_and_who_is_unknown_counts_as_away) {
  Recipients recipients{{account("anna"), account("bert"), account("cleo")}, {}};

  const Recipients left = leave_out_active(
      recipients, {{TeamsUserId{"teams-anna"}, true}, {TeamsUserId{"teams-bert"}, false}});

  BOOST_REQUIRE(left.told.size() == 2U);
  BOOST_TEST(left.told[0].user.text() == "mm-bert");
  BOOST_TEST(left.told[1].user.text() == "mm-cleo");
  BOOST_TEST((left.skipped.at(0).reason == SkipReason::active_in_teams));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(one_on_one)

BOOST_AUTO_TEST_CASE(the_id_of_a_one_to_one_chat_names_its_two_people) {
  const auto people =
      people_of_one_on_one(ChatId{"19:11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1_22b1e4d3-8c75-4e2a-9f6b-"
                                  "7d1ea3c5f802@unq.gbl.spaces"});

  BOOST_REQUIRE(people.has_value());
  BOOST_TEST(people->first.text() == "11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1");
  BOOST_TEST(people->second.text() == "22b1e4d3-8c75-4e2a-9f6b-7d1ea3c5f802");
}

BOOST_AUTO_TEST_CASE(other_ids_name_nobody) {
  for (const char* id :
       {"", "19:6f1c0a9be2d34758a1b2c3d4e5f60718@thread.v2", "48:notes", "19:@unq.gbl.spaces",
        "19:11a0f3c2-7b64-4d19-8e5a-6c0d92b4e7f1_8:orgid:22b1e4d3@unq.gbl.spaces"}) {
    BOOST_TEST(!people_of_one_on_one(ChatId{id}).has_value(), id);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
