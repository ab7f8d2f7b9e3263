#include "sync/connect.h"

#include <set>

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_graph.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/fake_mattermost.h"
#include "tests/kit/faulty_stores.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct ConnectFixture {
  kit::FakeClock clock;
  kit::FakeIdentity identity;
  kit::FakeGraph graph{clock};
  kit::FakeMattermost mattermost{clock};
  sim::ModelStore model;
  kit::FaultyAccountStore store{model};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  Tokens tokens{store, identity, random, journal};
  ServerTime server_time;
  Connect connect = with({});
  const MattermostUserId anna = mattermost.hire("anna");
  const MattermostUserId ben = mattermost.hire("ben");

  Connect with(ConnectPolicy policy) {
    policy.public_url = "https://belfry.test/b";
    return Connect({store, graph, identity, mattermost, random, journal, server_time}, tokens,
                   policy);
  }

  std::string ticket_for(const MattermostUserId& user, Connect& service) {
    return kit::parameter_of(service.link_for(user, clock.now()), "ticket");
  }
  std::string ticket_for(const MattermostUserId& user) { return ticket_for(user, connect); }
  Connect::Begun begun(const MattermostUserId& user, Connect& service) {
    const auto result = service.begin(ticket_for(user, service), clock.now());
    BOOST_REQUIRE(std::holds_alternative<Connect::Begun>(result));
    return std::get<Connect::Begun>(result);
  }
  Connect::Begun begun(const MattermostUserId& user) { return begun(user, connect); }

  /// The browser comes back with a code of this person at Microsoft.
  Connect::Answer answer(const Connect::Begun& sign_in, const std::string& person) {
    return {kit::parameter_of(sign_in.authorize_url, "state"),
            Secret{identity.sign_in(sign_in.authorize_url, person)}, "", "", sign_in.browser};
  }
  /// The way back, with what /me will say of the token that the code is redeemed for.
  std::variant<Connect::Connected, ConnectRefusal> finish(const Connect::Answer& answer,
                                                          Connect& service) {
    // The fake numbers what it gives: the next access token follows the last code.
    const std::string code = answer.code.reveal();
    if (code.starts_with("code-")) {
      const int number = std::stoi(code.substr(5)) + 1;
      graph.profiles["access-" + std::to_string(number)] = profile;
    }
    return service.finish(answer, clock.now());
  }
  std::variant<Connect::Connected, ConnectRefusal> finish(const Connect::Answer& answer) {
    return finish(answer, connect);
  }
  std::variant<Connect::Connected, ConnectRefusal> whole_way(const MattermostUserId& user,
                                                             const std::string& person,
                                                             Connect& service) {
    profile = {TeamsUserId{"teams-" + person}, "Dr. " + person, person + "@example.com"};
    return finish(answer(begun(user, service), person), service);
  }
  std::variant<Connect::Connected, ConnectRefusal> whole_way(const MattermostUserId& user,
                                                             const std::string& person) {
    return whole_way(user, person, connect);
  }
  static bool is(const std::variant<Connect::Connected, ConnectRefusal>& result,
                 ConnectRefusal refusal) {
    return result == std::variant<Connect::Connected, ConnectRefusal>(refusal);
  }
  static bool is_connected(const std::variant<Connect::Connected, ConnectRefusal>& result) {
    return std::holds_alternative<Connect::Connected>(result);
  }

  TeamsProfile profile{TeamsUserId{"teams-anna"}, "Dr. anna", "anna@example.com"};
};

bool is_link_used(const std::variant<Connect::Begun, ConnectRefusal>& result) {
  const auto* refusal = std::get_if<ConnectRefusal>(&result);
  return refusal != nullptr && *refusal == ConnectRefusal::link_used_or_old;
}

BOOST_FIXTURE_TEST_SUITE(connect_flow, ConnectFixture)

BOOST_AUTO_TEST_CASE(the_whole_way_ends_in_a_stored_account_and_a_welcome) {
  const auto done = whole_way(anna, "anna");

  BOOST_REQUIRE(is_connected(done));
  BOOST_TEST(std::get<Connect::Connected>(done).mail == "anna@example.com");
  const auto account = model.account(anna)->value();
  BOOST_TEST(account.username == "anna");
  BOOST_TEST(account.teams_user.text() == "teams-anna");
  BOOST_TEST(account.teams_name == "Dr. anna");
  BOOST_TEST((account.connected_at == clock.now().wall));
  BOOST_TEST((account.direct_channel == mattermost.channel_of(anna)));
  BOOST_TEST((account.state == Account::State::connected));
  BOOST_TEST((account.reading == Reading{"en", "Europe/Berlin"}));
  BOOST_TEST(identity.owner_of(model.tokens(anna)->value().access) == "anna");
  const auto posts = mattermost.texts_to(anna);
  BOOST_REQUIRE(posts.size() == 1U);
  BOOST_TEST(posts[0].find("connected to Microsoft Teams as **anna@example.com**") !=
             std::string::npos);
  BOOST_TEST(posts[0].find("`disconnect`") != std::string::npos);
  BOOST_TEST(journal.count<AccountConnected>() == 1U);
}

BOOST_AUTO_TEST_CASE(tickets_states_and_cookies_cannot_be_guessed) {
  const std::string ticket = ticket_for(anna);
  const Connect::Begun sign_in = begun(anna);
  const std::string state = kit::parameter_of(sign_in.authorize_url, "state");

  const std::set<std::string> all{ticket, state, sign_in.browser};

  BOOST_TEST(all.size() == 3U);
  // 128 bits are 22 characters of base64url.
  for (const std::string& secret : all) BOOST_TEST(secret.size() >= 22U);
}

BOOST_AUTO_TEST_CASE(the_verifier_has_the_form_that_pkce_wants) {
  const Connect::Begun sign_in = begun(anna);

  const std::string challenge = kit::parameter_of(sign_in.authorize_url, "code_challenge");

  const std::string verifier = challenge.substr(std::string("challenge-of-").size());
  BOOST_TEST(verifier.size() >= 43U);
  BOOST_TEST(verifier.size() <= 128U);
  BOOST_TEST(kit::parameter_of(sign_in.authorize_url, "redirect_uri") ==
             "https://belfry.test/b/oauth-redirect");
}

BOOST_AUTO_TEST_CASE(when_somebody_connected_is_told_by_the_clock_that_messages_bear) {
  server_time.heard(clock.now().wall - minutes{20}, clock.now());

  static_cast<void>(finish(answer(begun(anna), "anna")));

  const auto account = model.account(anna);
  BOOST_REQUIRE(account->has_value());
  BOOST_TEST(((*account)->connected_at == clock.now().wall - minutes{20}));
}

BOOST_AUTO_TEST_CASE(a_ticket_works_once) {
  const std::string ticket = ticket_for(anna);

  BOOST_TEST(!is_link_used(connect.begin(ticket, clock.now())));

  BOOST_TEST(is_link_used(connect.begin(ticket, clock.now())));
  BOOST_TEST(is_link_used(connect.begin("", clock.now())));
  BOOST_TEST(is_link_used(connect.begin("made up", clock.now())));
}

BOOST_AUTO_TEST_CASE(a_ticket_is_good_for_ten_minutes) {
  const std::string in_time = ticket_for(anna);
  const std::string late = ticket_for(anna);

  clock.advance(minutes{10} - seconds{1});
  BOOST_TEST(!is_link_used(connect.begin(in_time, clock.now())));
  clock.advance(seconds{1});
  BOOST_TEST(is_link_used(connect.begin(late, clock.now())));
}

BOOST_AUTO_TEST_CASE(a_sign_in_is_good_for_ten_minutes) {
  const auto sign_in = begun(anna);

  clock.advance(minutes{10});

  BOOST_TEST(is(finish(answer(sign_in, "anna")), ConnectRefusal::link_used_or_old));
  BOOST_TEST(identity.script.calls().empty());
}

BOOST_AUTO_TEST_CASE(a_state_works_once_whatever_came_of_it) {
  const auto sign_in = begun(anna);
  auto first = answer(sign_in, "anna");
  first.error = "access_denied";

  BOOST_TEST(is(finish(first), ConnectRefusal::declined));

  BOOST_TEST(is(finish(answer(sign_in, "anna")), ConnectRefusal::link_used_or_old));
  BOOST_TEST(!model.account(anna)->has_value());
}

BOOST_AUTO_TEST_CASE(a_code_that_was_used_before_is_refused) {
  const auto first = begun(anna);
  const auto given = answer(first, "anna");
  BOOST_TEST(is_connected(finish(given)));
  auto again = answer(begun(anna), "anna");
  again.code = given.code;

  BOOST_TEST(is(finish(again), ConnectRefusal::sign_in_failed));
}

BOOST_AUTO_TEST_CASE(a_code_of_another_sign_in_is_refused) {
  const auto mine = begun(anna);
  const auto others = begun(ben);
  auto mixed = answer(mine, "anna");
  mixed.code = Secret{identity.sign_in(others.authorize_url, "ben")};

  BOOST_TEST(is(finish(mixed), ConnectRefusal::sign_in_failed));
}

BOOST_AUTO_TEST_CASE(only_the_browser_that_began_can_finish) {
  auto stolen = answer(begun(anna), "mallory");
  stolen.browser = begun(ben).browser;
  auto without = answer(begun(anna), "mallory");
  without.browser.clear();

  BOOST_TEST(is(finish(stolen), ConnectRefusal::other_browser));
  BOOST_TEST(is(finish(without), ConnectRefusal::other_browser));
  BOOST_TEST(identity.script.count("redeem_code") == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_without_state_or_code_is_refused) {
  auto without_state = answer(begun(anna), "anna");
  without_state.state.clear();
  auto without_code = answer(begun(anna), "anna");
  without_code.code = Secret{};

  BOOST_TEST(is(finish(without_state), ConnectRefusal::link_used_or_old));
  BOOST_TEST(is(finish(without_code), ConnectRefusal::sign_in_failed));
  BOOST_TEST(identity.script.count("redeem_code") == 0U);
}

BOOST_AUTO_TEST_CASE(what_entra_says_on_the_way_back_has_its_words) {
  const std::vector<std::tuple<std::string, std::string, ConnectRefusal>> cases = {
      {"access_denied", "AADSTS65004: declined", ConnectRefusal::declined},
      {"access_denied", "AADSTS90094: administrator", ConnectRefusal::consent_needed},
      {"access_denied", "AADSTS90095: administrator", ConnectRefusal::consent_needed},
      {"consent_required", "", ConnectRefusal::consent_needed},
      {"server_error", "", ConnectRefusal::try_again},
      {"temporarily_unavailable", "", ConnectRefusal::try_again},
      {"invalid_request", "", ConnectRefusal::sign_in_failed},
      {"whatever comes next", "", ConnectRefusal::sign_in_failed}};
  for (const auto& [error, description, expected] : cases) {
    auto back = answer(begun(anna), "anna");
    back.error = error;
    back.error_description = description;

    BOOST_TEST(is(finish(back), expected), error << " " << description);
  }
}

BOOST_AUTO_TEST_CASE(mail_addresses_are_compared_without_case) {
  mattermost.people[anna].mail = "Anna@Example.COM";

  BOOST_TEST(is_connected(whole_way(anna, "anna")));
}

BOOST_AUTO_TEST_CASE(another_mail_address_is_not_connected_unless_allowed) {
  BOOST_TEST(is(whole_way(anna, "ben"), ConnectRefusal::mail_differs));
  BOOST_TEST(!model.account(anna)->has_value());

  Connect lenient = with({.require_same_email = false});
  BOOST_TEST(is_connected(whole_way(anna, "ben", lenient)));
}

BOOST_AUTO_TEST_CASE(a_hidden_mail_address_is_named_as_the_reason) {
  mattermost.people[anna].mail.clear();

  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::mail_hidden));
}

BOOST_AUTO_TEST_CASE(there_are_no_more_accounts_than_allowed) {
  Connect one = with({.max_connected = 1});
  BOOST_TEST(is_connected(whole_way(anna, "anna", one)));

  BOOST_TEST(is(whole_way(ben, "ben", one), ConnectRefusal::full));

  BOOST_TEST(model.connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE(two_who_finish_at_once_do_not_both_take_the_last_place) {
  Connect one = with({.max_connected = 1});
  std::variant<Connect::Connected, ConnectRefusal> other;
  store.script.during("connect", [&] { other = whole_way(ben, "ben", one); });

  BOOST_TEST(is_connected(whole_way(anna, "anna", one)));

  BOOST_TEST(is(other, ConnectRefusal::full));
  BOOST_TEST(model.connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE(whoever_was_connected_may_come_back_when_there_is_no_place) {
  BOOST_TEST(is_connected(whole_way(anna, "anna")));
  auto account = model.account(anna)->value();
  account.preferences.notifications = false;
  account.reconnect_asked = true;
  BOOST_REQUIRE(model.update_account(account));
  BOOST_REQUIRE(model.mark_disconnected(anna));
  Connect closed = with({.max_connected = 0});

  BOOST_TEST(is_connected(whole_way(anna, "anna", closed)));
  BOOST_TEST(is(whole_way(ben, "ben", closed), ConnectRefusal::full));

  const auto back = model.account(anna)->value();
  BOOST_TEST((back.state == Account::State::connected));
  BOOST_TEST(!back.reconnect_asked);
  BOOST_TEST(!back.preferences.notifications);
}

BOOST_AUTO_TEST_CASE(a_teams_account_belongs_to_one_mattermost_user) {
  Connect lenient = with({.require_same_email = false});
  BOOST_TEST(is_connected(whole_way(anna, "anna", lenient)));

  BOOST_TEST(is(whole_way(ben, "anna", lenient), ConnectRefusal::taken));

  BOOST_TEST(!model.account(ben)->has_value());
}

BOOST_AUTO_TEST_CASE(the_new_tokens_are_used_at_once) {
  BOOST_TEST(is_connected(whole_way(anna, "anna")));
  const auto old = tokens.user(anna, clock.now());

  BOOST_TEST(is_connected(whole_way(anna, "anna")));

  const auto now = tokens.user(anna, clock.now());
  BOOST_TEST(!(std::get<Tokens::Ready>(old).access == std::get<Tokens::Ready>(now).access));
}

BOOST_AUTO_TEST_CASE(a_sign_in_without_a_refresh_token_is_refused) {
  identity.gives_refresh_tokens = false;

  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::sign_in_failed));
}

BOOST_AUTO_TEST_CASE(what_fails_in_passing_says_so_and_stores_nothing) {
  identity.script.fail("redeem_code", ErrorKind::transient);
  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::try_again));
  graph.script.fail("me", ErrorKind::throttled);
  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::try_again));
  mattermost.script.fail("user", ErrorKind::transient);
  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::try_again));
  store.script.fail("account", ErrorKind::transient);
  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::try_again));
  store.script.fail("connect", ErrorKind::transient);
  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::try_again));

  BOOST_TEST(!model.account(anna)->has_value());
  BOOST_TEST(mattermost.posts.empty());
  BOOST_TEST(is_connected(whole_way(anna, "anna")));
}

BOOST_AUTO_TEST_CASE(a_broken_registration_is_a_matter_for_the_administrator) {
  identity.script.fail("redeem_code", kit::FakeIdentity::client_misconfigured());

  BOOST_TEST(is(whole_way(anna, "anna"), ConnectRefusal::sign_in_failed));

  BOOST_TEST(journal.count<AdministratorNeeded>() == 1U);
  const auto refused = journal.all<ConnectRefused>();
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST(refused[0].why.find("AADSTS7000222") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_welcome_that_cannot_be_posted_disconnects_nobody) {
  mattermost.script.fail("create_post", ErrorKind::in_doubt);
  BOOST_TEST(is_connected(whole_way(anna, "anna")));
  mattermost.script.fail("direct_channel", ErrorKind::forbidden);
  BOOST_TEST(is_connected(whole_way(ben, "ben")));

  BOOST_TEST(journal.count<NoticeFailed>() == 2U);
  BOOST_TEST(model.connected_accounts() == 2U);
}

BOOST_AUTO_TEST_CASE(who_asks_without_end_takes_nobodys_link) {
  const std::string of_ben = ticket_for(ben);
  const std::string first_of_anna = ticket_for(anna);
  for (int i = 0; i < 20'000; ++i) static_cast<void>(connect.link_for(anna, clock.now()));

  BOOST_TEST(!is_link_used(connect.begin(of_ben, clock.now())));
  BOOST_TEST(is_link_used(connect.begin(first_of_anna, clock.now())));
}

BOOST_AUTO_TEST_CASE(pending_links_are_bounded_the_oldest_go_first) {
  Connect small = with({.most_pending = 3});
  const std::string oldest = ticket_for(anna, small);
  std::string newest;
  for (int i = 0; i < 3; ++i) {
    clock.advance(seconds{1});
    newest = ticket_for(mattermost.hire("person" + std::to_string(i)), small);
  }

  BOOST_TEST(is_link_used(small.begin(oldest, clock.now())));
  BOOST_TEST(!is_link_used(small.begin(newest, clock.now())));
}

BOOST_AUTO_TEST_CASE(every_refusal_has_words) {
  for (int i = 0; i <= static_cast<int>(ConnectRefusal::try_again); ++i)
    BOOST_TEST(say(static_cast<ConnectRefusal>(i)).size() > 20U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
