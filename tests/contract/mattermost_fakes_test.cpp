#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include "net/mattermost/mattermost_client.h"
#include "sync/policy/mark.h"
#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_mattermost.h"
#include "tests/kit/real_clock.h"
#include "tests/kit/unobserved.h"
#include "tests/sandbox/clock.h"
#include "tests/sandbox/fault.h"
#include "tests/sandbox/mattermost/mattermost_simulator.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"
#include "tests/sim/sim_mattermost.h"

/// What the engine relies on at `sync::MattermostApi`, kept by the fakes of the tests, by the
/// seeded world, and by our client before the simulated server alike. A difference is a defect of
/// the fake.
namespace belfry::contract {
namespace {

/// The fake of the unit tests.
class KitSubject {
 public:
  sync::MattermostApi& api() { return fake_; }
  MattermostUserId person() { return anna_; }
  void lose_next_answer() { fake_.script.lose_answer("create_post", ErrorKind::in_doubt); }
  void refuse_next() { fake_.script.fail("create_post", ErrorKind::in_doubt); }
  void throttle_next() {
    fake_.script.fail("create_post",
                      Error{ErrorKind::throttled, "", std::chrono::seconds{7}, 429, {}});
  }
  void end_of_fault() {}
  void wait(Duration time) { clock_.advance(time); }

 private:
  kit::FakeClock clock_;
  kit::FakeMattermost fake_{clock_};
  MattermostUserId anna_ = fake_.hire("anna");
};

/// The Mattermost of the seeded world.
class SimSubject {
 public:
  sync::MattermostApi& api() { return fake_; }
  static MattermostUserId person() { return MattermostUserId{"anna"}; }
  void lose_next_answer() { rates_.lost_answer = 1000; }
  void refuse_next() { rates_.refused = 1000; }
  void throttle_next() { rates_.throttled = 1000; }
  void end_of_fault() { rates_ = {}; }
  void wait(Duration time) { clock_.advance_to(clock_.now().steady + time); }

 private:
  sim::VirtualClock clock_;
  sim::Dice dice_{1};
  sim::FaultRates rates_;
  sim::Turbulence turbulence_{clock_, dice_, rates_};
  sim::SimMattermost fake_{clock_, turbulence_};
};

/// Our client, and the server that the sandbox simulates.
class ClientSubject {
 public:
  sync::MattermostApi& api() { return client_; }
  MattermostUserId person() { return MattermostUserId{anna_}; }
  void lose_next_answer() { add(sandbox::FaultAction::lose_answer); }
  void refuse_next() { add(sandbox::FaultAction::drop); }
  void throttle_next() { add(sandbox::FaultAction::answer); }
  void end_of_fault() { faults_.clear(); }
  void wait(Duration time) { time_.advance(time); }

 private:
  void add(sandbox::FaultAction action) {
    sandbox::FaultRule rule;
    rule.method = "POST";
    rule.path = "/api/v4/posts*";
    rule.action = action;
    rule.status = 429;
    rule.headers = {{"Retry-After", "7"}};
    faults_.add(rule);
  }

  sandbox::SandboxClock time_;
  sandbox::RequestLog log_;
  sandbox::FaultPlan faults_;
  sandbox::MattermostSimulator mattermost_{time_, log_};
  sandbox::SimulatorServer server_{mattermost_, faults_, log_};
  kit::RealClock clock_;
  kit::Unobserved observer_;
  std::unique_ptr<net::HttpClient> http_ = std::move(*net::HttpClient::open({}, clock_));
  sandbox::MattermostSimulator::NewBot bot_ = mattermost_.create_bot("belfry");
  std::string anna_ = mattermost_.add_user({"anna", "anna@example.com", "Anna", "K"});
  net::MattermostClient client_{*http_, clock_, observer_, {server_.url(), Secret(bot_.token), ""}};
};

using Subjects = boost::mpl::list<KitSubject, SimSubject, ClientSubject>;

template <class Subject>
ChannelId channel(Subject& subject) {
  const auto found = subject.api().direct_channel(subject.person());
  BOOST_REQUIRE(found.has_value());
  return *found;
}

sync::PostRequest request(const ChannelId& channel, const std::string& mark) {
  return {channel, Content{"words"}, BelfryRef{mark}, {}};
}

/// All pages from the newest on.
std::vector<sync::PostPage> pages(sync::MattermostApi& api, const ChannelId& channel) {
  std::vector<sync::PostPage> all;
  do {
    const auto page = api.posts_page(channel, static_cast<int>(all.size()));
    BOOST_REQUIRE(page.has_value());
    all.push_back(*page);
  } while (!all.back().is_last && all.size() < 100);
  return all;
}

std::size_t standing(sync::MattermostApi& api, const ChannelId& channel, const std::string& mark) {
  std::size_t found = 0;
  for (const sync::PostPage& page : pages(api, channel)) {
    for (const sync::PostSummary& post : page.posts) found += post.mark.text() == mark ? 1U : 0U;
  }
  return found;
}

BOOST_AUTO_TEST_SUITE(mattermost_fakes)

BOOST_AUTO_TEST_CASE_TEMPLATE(the_channel_with_a_person_is_always_the_same, Subject, Subjects) {
  Subject subject;

  BOOST_TEST(channel(subject).text() == channel(subject).text());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(those_who_exist_are_told_when_many_are_asked_for, Subject, Subjects) {
  Subject subject;
  const std::vector<MattermostUserId> ids = {MattermostUserId{"nobody"}, subject.person()};

  const auto people = subject.api().users(ids);
  const auto none = subject.api().users({});

  BOOST_REQUIRE(people.has_value() && none.has_value());
  BOOST_REQUIRE_EQUAL(people->size(), 1U);
  BOOST_TEST(people->front().id.text() == subject.person().text());
  BOOST_TEST(people->front().reading.locale == "en");
  BOOST_TEST(people->front().reading.time_zone == "Europe/Berlin");
  BOOST_TEST(none->empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_post_is_read_back_by_its_mark_patched_and_deleted_once, Subject,
                              Subjects) {
  Subject subject;
  sync::MattermostApi& api = subject.api();

  const auto post = api.create_post(request(channel(subject), "mark"));
  BOOST_REQUIRE(post.has_value());
  BOOST_TEST(api.post(post->id)->mark.text() == "mark");
  BOOST_TEST(api.patch_post(post->id, Content{"other words"}).has_value());
  BOOST_TEST(api.delete_post(post->id).has_value());

  BOOST_TEST((api.post(post->id).error().kind == ErrorKind::gone));
  BOOST_TEST((api.delete_post(post->id).error().kind == ErrorKind::gone));
  // As the server says it: only a GET tells whether a refused patch means that the post is gone.
  BOOST_TEST((api.patch_post(post->id, Content{"x"}).error().kind == ErrorKind::forbidden));
  BOOST_TEST(standing(api, channel(subject), "mark") == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_post_whose_answer_is_lost_is_in_doubt_and_stands_to_be_found,
                              Subject, Subjects) {
  Subject subject;
  const ChannelId dm = channel(subject);
  subject.lose_next_answer();

  const auto posted = subject.api().create_post(request(dm, "lost"));
  subject.end_of_fault();

  BOOST_REQUIRE(!posted.has_value());
  BOOST_TEST((posted.error().kind == ErrorKind::in_doubt));
  const auto page = subject.api().posts_page(dm, 0);
  BOOST_TEST((sync::find_mark(*page, BelfryRef{"lost"}) != nullptr));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_post_that_was_not_carried_out_is_not_found_and_can_be_posted,
                              Subject, Subjects) {
  Subject subject;
  const ChannelId dm = channel(subject);
  subject.refuse_next();

  const auto failed = subject.api().create_post(request(dm, "never"));
  subject.end_of_fault();

  BOOST_REQUIRE(!failed.has_value());
  const bool may_be_repeated =
      failed.error().kind == ErrorKind::in_doubt || failed.error().kind == ErrorKind::transient;
  BOOST_TEST(may_be_repeated);
  BOOST_TEST(standing(subject.api(), dm, "never") == 0U);
  BOOST_TEST(subject.api().create_post(request(dm, "never")).has_value());
  BOOST_TEST(standing(subject.api(), dm, "never") == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(throttling_is_told_as_such_and_nothing_was_done, Subject, Subjects) {
  Subject subject;
  const ChannelId dm = channel(subject);
  subject.throttle_next();

  const auto throttled = subject.api().create_post(request(dm, "slow"));
  subject.end_of_fault();

  BOOST_REQUIRE(!throttled.has_value());
  BOOST_TEST((throttled.error().kind == ErrorKind::throttled));
  BOOST_TEST(throttled.error().status == 429);
  BOOST_TEST(standing(subject.api(), dm, "slow") == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_marked_post_repeated_within_half_a_minute_is_the_first_one, Subject,
                              Subjects) {
  Subject subject;
  const ChannelId dm = channel(subject);

  const auto first = subject.api().create_post(request(dm, "once"));
  const auto second = subject.api().create_post(request(dm, "once"));
  BOOST_REQUIRE(first.has_value() && second.has_value());
  BOOST_TEST(first->id.text() == second->id.text());
  BOOST_TEST(standing(subject.api(), dm, "once") == 1U);

  // A help, not a guarantee: a little later it would stand twice.
  subject.wait(std::chrono::seconds{40});
  BOOST_REQUIRE(subject.api().create_post(request(dm, "once")).has_value());
  BOOST_TEST(standing(subject.api(), dm, "once") == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(posts_without_a_mark_are_each_their_own, Subject, Subjects) {
  Subject subject;
  const ChannelId dm = channel(subject);

  const auto first = subject.api().create_post(request(dm, ""));
  const auto second = subject.api().create_post(request(dm, ""));

  BOOST_REQUIRE(first.has_value() && second.has_value());
  BOOST_TEST(first->id.text() != second->id.text());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pages_show_every_post_once_the_newest_first, Subject, Subjects) {
  Subject subject;
  const ChannelId dm = channel(subject);
  constexpr int k_posts = 210;
  for (int i = 0; i < k_posts; ++i) {
    BOOST_REQUIRE(subject.api().create_post(request(dm, "mark-" + std::to_string(i))).has_value());
    subject.wait(std::chrono::milliseconds{10});
  }

  const auto all = pages(subject.api(), dm);

  BOOST_TEST(all.size() > 1U);
  std::vector<std::string> marks;
  std::optional<WallTime> last;
  for (const sync::PostPage& page : all) {
    BOOST_REQUIRE(page.oldest.has_value());
    BOOST_TEST((*page.oldest == page.posts.back().created));
    for (const sync::PostSummary& post : page.posts) {
      BOOST_TEST((!last || post.created <= *last));
      last = post.created;
      marks.push_back(post.mark.text());
    }
  }
  BOOST_TEST(marks.size() == std::size_t{k_posts});
  BOOST_TEST(std::set<std::string>(marks.begin(), marks.end()).size() == std::size_t{k_posts});
  BOOST_TEST(marks.front() == "mark-209");
  BOOST_TEST(marks.back() == "mark-0");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_channel_is_one_page_without_an_oldest, Subject, Subjects) {
  Subject subject;

  const auto page = subject.api().posts_page(channel(subject), 0);

  BOOST_REQUIRE(page.has_value());
  BOOST_TEST(page->posts.empty());
  BOOST_TEST(page->is_last);
  BOOST_TEST(!page->oldest.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::contract
