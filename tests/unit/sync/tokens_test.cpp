#include "sync/tokens.h"

#include <boost/test/unit_test.hpp>

#include "tests/kit/fake_clock.h"
#include "tests/kit/fake_identity.h"
#include "tests/kit/faulty_stores.h"
#include "tests/kit/recording_journal.h"
#include "tests/kit/seeded_random.h"
#include "tests/sim/model/model_store.h"

namespace belfry::sync {
namespace {

using kit::FakeIdentity;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct TokensFixture {
  kit::FakeClock clock;
  kit::FakeIdentity identity;
  sim::ModelStore model;
  kit::FaultyAccountStore store{model};
  kit::SeededRandom random;
  kit::RecordingJournal journal;
  Tokens tokens{store, identity, random, journal};
  const MattermostUserId anna{"anna"};
  const MattermostUserId ben{"ben"};

  TokensFixture() {
    connect(anna);
    connect(ben);
  }

  /// With an access token that is over already.
  void connect(const MattermostUserId& user) {
    Account account;
    account.user = user;
    account.teams_user = TeamsUserId{"teams-" + user.text()};
    const AccountTokens given{Secret{"old access"}, clock.now().wall,
                              identity.refresh_token_of(user.text()), "Chat.Read"};
    BOOST_REQUIRE(model.connect(account, given));
  }
  Tokens::State state(const MattermostUserId& user) { return tokens.user(user, clock.now()); }
  Tokens::State app() { return tokens.app(clock.now()); }
  bool refresh(const MattermostUserId& user) {
    return tokens.refresh_user(user, clock.now()).has_value();
  }
  bool refresh_app() { return tokens.refresh_app(clock.now()).has_value(); }
  /// What a worker does until it has the token or has to wait.
  Tokens::State obtained(const MattermostUserId& user) {
    if (needs_refresh(state(user))) static_cast<void>(refresh(user));
    return state(user);
  }
  bool is_connected(const MattermostUserId& user) {
    return model.account(user)->value().state == Account::State::connected;
  }
  [[nodiscard]] Duration waits(const Tokens::State& state) const {
    BOOST_REQUIRE(std::holds_alternative<Tokens::Wait>(state));
    return std::get<Tokens::Wait>(state).until - clock.now().steady;
  }
  static Secret access(const Tokens::State& state) {
    BOOST_REQUIRE(std::holds_alternative<Tokens::Ready>(state));
    return std::get<Tokens::Ready>(state).access;
  }
  static bool needs_refresh(const Tokens::State& state) {
    return std::holds_alternative<Tokens::NeedsRefresh>(state);
  }
  static bool is_ready(const Tokens::State& state) {
    return std::holds_alternative<Tokens::Ready>(state);
  }
  static bool is_unavailable(const Tokens::State& state) {
    return std::holds_alternative<Tokens::Unavailable>(state);
  }
};

BOOST_FIXTURE_TEST_SUITE(tokens, TokensFixture)

BOOST_AUTO_TEST_CASE(a_token_that_holds_is_used_without_a_call) {
  BOOST_TEST(needs_refresh(app()));
  BOOST_TEST(refresh_app());
  BOOST_TEST(needs_refresh(state(anna)));
  BOOST_TEST(refresh(anna));

  clock.advance(minutes{69});

  BOOST_TEST(identity.owner_of(access(app())) == "app");
  BOOST_TEST(identity.owner_of(access(state(anna))) == "anna");
  BOOST_TEST(identity.script.calls().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_token_is_renewed_five_minutes_before_it_ends) {
  BOOST_TEST(refresh_app());
  const Secret first = access(app());

  clock.advance(minutes{70});

  BOOST_TEST(needs_refresh(app()));
  BOOST_TEST(refresh_app());
  BOOST_TEST(!(access(app()) == first));
}

BOOST_AUTO_TEST_CASE(a_short_lived_token_is_not_renewed_at_once_again) {
  identity.lifetime = minutes{4};
  BOOST_TEST(refresh_app());

  BOOST_TEST(is_ready(app()));
  clock.advance(minutes{3});
  BOOST_TEST(needs_refresh(app()));
}

BOOST_AUTO_TEST_CASE(a_stored_token_survives_a_restart) {
  BOOST_TEST(is_ready(obtained(anna)));
  const Secret kept = access(state(anna));
  Tokens after_restart(store, identity, random, journal);

  const auto found = after_restart.user(anna, clock.now());

  BOOST_TEST((access(found) == kept));
  BOOST_TEST(identity.script.count("refresh") == 1U);
}

BOOST_AUTO_TEST_CASE(one_worker_refreshes_while_the_others_wait_without_a_call) {
  static_cast<void>(state(anna));
  Tokens::State meanwhile;
  bool second_refresh = false;
  identity.script.during("refresh", [&] {
    meanwhile = state(anna);
    second_refresh = refresh(anna);
  });

  BOOST_TEST(refresh(anna));

  BOOST_TEST((waits(meanwhile) == milliseconds{100}));
  BOOST_TEST(second_refresh);
  BOOST_TEST(identity.script.count("refresh") == 1U);
  BOOST_TEST(is_ready(state(anna)));
}

BOOST_AUTO_TEST_CASE(people_do_not_wait_for_one_another) {
  static_cast<void>(state(anna));
  Tokens::State other;
  identity.script.during("refresh", [&] { other = state(ben); });

  BOOST_TEST(refresh(anna));

  BOOST_TEST(needs_refresh(other));
}

BOOST_AUTO_TEST_CASE(a_token_that_still_holds_is_used_while_it_is_renewed_ahead) {
  BOOST_TEST(is_ready(obtained(anna)));
  const Secret old = access(state(anna));
  clock.advance(minutes{71});
  Tokens::State meanwhile;
  identity.script.during("refresh", [&] { meanwhile = state(anna); });

  BOOST_TEST(refresh(anna));

  BOOST_TEST((access(meanwhile) == old));
  BOOST_TEST(!(access(state(anna)) == old));
}

BOOST_AUTO_TEST_CASE(a_token_that_still_holds_is_used_when_its_renewal_fails) {
  BOOST_TEST(refresh_app());
  clock.advance(minutes{71});
  identity.script.fail("app_token", ErrorKind::transient);

  BOOST_TEST(!refresh_app());

  BOOST_TEST(is_ready(app()));
}

BOOST_AUTO_TEST_CASE(a_new_token_is_stored_before_it_is_used) {
  static_cast<void>(state(anna));
  store.script.fail("store_tokens", ErrorKind::transient);

  BOOST_TEST(!refresh(anna));

  BOOST_TEST(!is_ready(state(anna)));
  BOOST_TEST(journal.count<StoreTrouble>() == 1U);
  clock.advance(seconds{2});
  BOOST_TEST(is_ready(obtained(anna)));
  BOOST_TEST((model.tokens(anna)->value().access == access(state(anna))));
}

BOOST_AUTO_TEST_CASE(the_rotated_refresh_token_replaces_the_old_one) {
  const Secret first = model.tokens(anna)->value().refresh;
  BOOST_TEST(is_ready(obtained(anna)));

  const Secret second = model.tokens(anna)->value().refresh;

  BOOST_TEST(!(second == first));
  clock.advance(hours{2});
  BOOST_TEST(is_ready(obtained(anna)));
  BOOST_TEST(!(model.tokens(anna)->value().refresh == second));
}

BOOST_AUTO_TEST_CASE(without_a_new_refresh_token_the_old_one_goes_on) {
  const Secret first = model.tokens(anna)->value().refresh;
  identity.rotates = false;

  BOOST_TEST(is_ready(obtained(anna)));

  BOOST_TEST((model.tokens(anna)->value().refresh == first));
}

BOOST_AUTO_TEST_CASE(a_dead_grant_disconnects_its_account_and_nobody_else) {
  identity.revoke("anna");

  BOOST_TEST(is_unavailable(obtained(anna)));

  BOOST_TEST(!is_connected(anna));
  BOOST_TEST(is_connected(ben));
  const auto told = journal.all<AccountDisconnected>();
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].by == "entra");
  BOOST_TEST(is_ready(obtained(ben)));
  BOOST_TEST(is_unavailable(obtained(anna)));
  BOOST_TEST(identity.script.count("refresh") == 2U);
}

BOOST_AUTO_TEST_CASE(an_hour_of_trouble_at_entra_disconnects_nobody_and_hammers_nobody) {
  identity.script.fail_always("refresh", ErrorKind::transient);
  const Instant end = clock.now().steady + hours{1};

  while (clock.now().steady < end) {
    const auto now = obtained(anna);
    clock.advance(is_ready(now) ? seconds{1} : std::max<Duration>(waits(now), milliseconds{1}));
  }

  BOOST_TEST(is_connected(anna));
  BOOST_TEST(identity.script.count("refresh") < 40U);
  identity.script.heal();
  BOOST_TEST(is_ready(obtained(anna)));
}

BOOST_AUTO_TEST_CASE(retry_after_is_obeyed) {
  Error throttled{ErrorKind::throttled, "AADSTS90055", seconds{77}, 429, {}};
  identity.script.fail("app_token", throttled);

  BOOST_TEST(!refresh_app());

  BOOST_TEST((waits(app()) >= seconds{77}));
}

BOOST_AUTO_TEST_CASE(a_broken_registration_is_told_once_and_asked_every_few_minutes) {
  identity.script.fail_always("app_token", FakeIdentity::client_misconfigured());
  identity.script.fail_always("refresh", FakeIdentity::client_misconfigured());

  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(needs_refresh(app()));
    BOOST_TEST(!refresh_app());
    BOOST_TEST((waits(app()) == minutes{3}));
    BOOST_TEST(!is_ready(obtained(anna)));
    clock.advance(minutes{3});
  }

  BOOST_TEST(journal.count<AdministratorNeeded>() == 1U);
  BOOST_TEST(journal.count<TokenRefreshed>() == 10U);
  BOOST_TEST(is_connected(anna));
}

BOOST_AUTO_TEST_CASE(a_registration_that_broke_again_is_told_again) {
  identity.script.fail("app_token", FakeIdentity::client_misconfigured());
  BOOST_TEST(!refresh_app());
  clock.advance(minutes{3});
  BOOST_TEST(refresh_app());
  clock.advance(hours{2});
  identity.script.fail("app_token", FakeIdentity::client_misconfigured());

  BOOST_TEST(!refresh_app());

  BOOST_TEST(journal.count<AdministratorNeeded>() == 2U);
}

BOOST_AUTO_TEST_CASE(a_refused_token_is_void_once) {
  BOOST_TEST(is_ready(obtained(anna)));
  const Secret refused = access(state(anna));

  tokens.reject_user(anna, refused);
  BOOST_TEST(is_ready(obtained(anna)));
  const Secret next = access(state(anna));
  tokens.reject_user(anna, refused);

  BOOST_TEST(!(next == refused));
  BOOST_TEST((access(state(anna)) == next));
}

BOOST_AUTO_TEST_CASE(a_token_refused_while_it_is_renewed_is_not_used_meanwhile) {
  BOOST_TEST(is_ready(obtained(anna)));
  const Secret old = access(state(anna));
  clock.advance(minutes{71});
  Tokens::State meanwhile;
  identity.script.during("refresh", [&] {
    tokens.reject_user(anna, old);
    meanwhile = state(anna);
  });

  BOOST_TEST(refresh(anna));

  BOOST_TEST((waits(meanwhile) == milliseconds{100}));
  BOOST_TEST(is_ready(state(anna)));
}

BOOST_AUTO_TEST_CASE(tokens_that_are_refused_one_after_the_other_are_asked_for_ever_more_seldom) {
  BOOST_TEST(refresh_app());
  tokens.reject_app(access(app()));
  BOOST_TEST(needs_refresh(app()));
  BOOST_TEST(refresh_app());

  tokens.reject_app(access(app()));
  BOOST_TEST((waits(app()) == seconds{30}));
  clock.advance(seconds{30});
  BOOST_TEST(refresh_app());
  tokens.reject_app(access(app()));
  BOOST_TEST((waits(app()) == seconds{60}));

  clock.advance(seconds{60});
  BOOST_TEST(refresh_app());
  clock.advance(minutes{71});
  BOOST_TEST(refresh_app());
  tokens.reject_app(access(app()));
  BOOST_TEST(needs_refresh(app()));
}

BOOST_AUTO_TEST_CASE(nobody_has_a_token_without_an_account) {
  BOOST_TEST(is_unavailable(state(MattermostUserId{"nobody"})));
  BOOST_TEST(refresh(MattermostUserId{"nobody"}));
  tokens.reject_user(MattermostUserId{"nobody"}, Secret{"x"});

  BOOST_TEST(identity.script.calls().empty());
}

BOOST_AUTO_TEST_CASE(a_store_in_trouble_is_asked_again_and_a_damaged_record_is_not) {
  store.script.fail("tokens", ErrorKind::transient);
  BOOST_TEST((waits(state(anna)) == seconds{1}));
  BOOST_TEST(needs_refresh(state(anna)));

  store.script.fail("tokens", ErrorKind::damaged);
  BOOST_TEST(is_unavailable(state(ben)));
}

BOOST_AUTO_TEST_CASE(a_grant_that_was_replaced_meanwhile_is_not_overwritten) {
  static_cast<void>(state(anna));
  const AccountTokens anew{Secret{"new access"}, clock.now().wall + hours{1},
                           identity.refresh_token_of("anna"), "Chat.Read"};
  identity.script.during("refresh", [&] {
    const auto replaced =
        tokens.replace(anna, [&] { return model.connect(model.account(anna)->value(), anew); });
    BOOST_TEST(replaced.has_value());
  });

  BOOST_TEST(refresh(anna));

  BOOST_TEST((model.tokens(anna)->value().refresh == anew.refresh));
  BOOST_TEST((access(state(anna)) == anew.access));
}

BOOST_AUTO_TEST_CASE(a_grant_that_was_replaced_meanwhile_is_not_disconnected) {
  static_cast<void>(state(anna));
  identity.revoke("anna");
  identity.script.during("refresh", [&] {
    const AccountTokens anew{Secret{"new access"}, clock.now().wall + hours{1},
                             identity.refresh_token_of("someone"), "Chat.Read"};
    const auto replaced =
        tokens.replace(anna, [&] { return model.connect(model.account(anna)->value(), anew); });
    BOOST_TEST(replaced.has_value());
  });
  identity.script.fail("refresh", FakeIdentity::grant_dead());

  static_cast<void>(refresh(anna));

  BOOST_TEST(is_connected(anna));
  BOOST_TEST(journal.count<AccountDisconnected>() == 0U);
}

BOOST_AUTO_TEST_CASE(an_account_is_not_replaced_while_its_tokens_are_being_stored) {
  static_cast<void>(state(anna));
  bool was_called = false;
  bool was_replaced = true;
  store.script.during("store_tokens", [&] {
    was_replaced = tokens
                       .replace(anna,
                                [&]() -> Result<> {
                                  was_called = true;
                                  return {};
                                })
                       .has_value();
  });

  BOOST_TEST(refresh(anna));

  BOOST_TEST(!was_replaced);
  BOOST_TEST(!was_called);
}

BOOST_AUTO_TEST_CASE(what_was_read_before_an_account_was_removed_is_not_believed) {
  store.script.before_answer("tokens", [&] {
    const auto removed = tokens.replace(anna, [&] { return model.remove_account(anna); });
    BOOST_TEST(removed.has_value());
  });

  static_cast<void>(state(anna));

  BOOST_TEST(is_unavailable(state(anna)));
}

BOOST_AUTO_TEST_CASE(an_account_that_was_removed_elsewhere_is_unavailable) {
  static_cast<void>(state(anna));
  BOOST_REQUIRE(model.remove_account(anna));

  BOOST_TEST(!refresh(anna));

  BOOST_TEST(is_unavailable(state(anna)));
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_by_what_the_store_can_give_again) {
  Tokens small(store, identity, random, journal, TokenPolicy{.most_held = 1});
  static_cast<void>(small.user(anna, clock.now()));
  BOOST_TEST(small.refresh_user(anna, clock.now()).has_value());

  static_cast<void>(small.user(ben, clock.now()));
  BOOST_TEST(small.refresh_user(ben, clock.now()).has_value());

  BOOST_TEST(is_ready(small.user(ben, clock.now())));
  BOOST_TEST(is_ready(small.user(anna, clock.now())));
  BOOST_TEST(identity.script.count("refresh") == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
