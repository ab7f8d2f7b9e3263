#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/contract/store/samples.h"
#include "tests/contract/store/subjects.h"

using namespace belfry;
using namespace belfry::contract;

namespace {

template <class T>
bool is(const Result<T>& result, ErrorKind kind) {
  return !result && result.error().kind == kind;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(account_store)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_connected_account_is_found_by_both_its_names, Subject, Subjects) {
  Subject subject;

  must(subject.store().connect(account(1), tokens(1)));
  must(subject.store().connect(account(1), tokens(1)));
  subject.cut_power();

  auto& store = subject.store();
  BOOST_CHECK(must(store.account(person(1))) == account(1));
  BOOST_CHECK(must(store.account_of(account(1).teams_user)) == account(1));
  BOOST_CHECK(!must(store.account(person(2))));
  BOOST_CHECK(!must(store.account_of(account(2).teams_user)));
  const auto kept = must(store.tokens(person(1)));
  BOOST_TEST_REQUIRE(kept.has_value());
  BOOST_CHECK(are_equal(*kept, tokens(1)));
  BOOST_TEST(store.connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_teams_user_belongs_to_one_mattermost_user, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  Account thief = account(2);
  thief.teams_user = account(1).teams_user;

  const auto taken = store.connect(thief, tokens(2));

  BOOST_CHECK(is(taken, ErrorKind::refused));
  BOOST_CHECK(must(store.account_of(account(1).teams_user)) == account(1));
  BOOST_CHECK(!must(store.account(person(2))));
  BOOST_CHECK(!must(store.tokens(person(2))));
  BOOST_TEST(store.connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_teams_user_whose_account_was_disconnected_can_move, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  must(store.mark_disconnected(person(1)));
  Account successor = account(2);
  successor.teams_user = account(1).teams_user;

  must(store.connect(successor, tokens(2)));
  must(store.remove_account(person(1)));
  const auto back = store.connect(account(1), tokens(1));

  BOOST_CHECK(must(store.account_of(successor.teams_user)) == successor);
  BOOST_CHECK(is(back, ErrorKind::refused));
  BOOST_TEST(store.connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_account_that_takes_another_teams_user_leaves_the_old_one, Subject,
                              Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  Account changed = account(1);
  changed.teams_user = account(7).teams_user;

  must(store.connect(changed, tokens(2)));

  BOOST_CHECK(!must(store.account_of(account(1).teams_user)));
  BOOST_CHECK(must(store.account_of(account(7).teams_user)) == changed);
  BOOST_TEST(store.connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_disconnected_account_is_kept_without_tokens, Subject, Subjects) {
  Subject subject;
  must(subject.store().connect(account(1), tokens(1)));

  must(subject.store().mark_disconnected(person(1)));
  must(subject.store().mark_disconnected(person(1)));
  must(subject.store().mark_disconnected(person(9)));
  subject.cut_power();

  auto& store = subject.store();
  BOOST_CHECK(must(store.account(person(1)))->state == Account::State::disconnected);
  BOOST_CHECK(must(store.account_of(account(1).teams_user)).has_value());
  BOOST_CHECK(!must(store.tokens(person(1))));
  BOOST_CHECK(!must(store.account(person(9))));
  BOOST_TEST(store.connected_accounts() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_disconnected_account_connects_again, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  must(store.mark_disconnected(person(1)));

  must(store.connect(account(1), tokens(2)));

  BOOST_CHECK(must(store.account(person(1)))->state == Account::State::connected);
  BOOST_CHECK(are_equal(*must(store.tokens(person(1))), tokens(2)));
  BOOST_TEST(store.connected_accounts() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_update_changes_the_person_not_the_link, Subject, Subjects) {
  Subject subject;
  must(subject.store().connect(account(1), tokens(1)));
  must(subject.store().mark_disconnected(person(1)));
  Account changed = account(2);  // as read before somebody disconnected
  changed.user = person(1);

  must(subject.store().update_account(changed));
  subject.cut_power();

  const auto stored = must(subject.store().account(person(1)));
  BOOST_TEST_REQUIRE(stored.has_value());
  BOOST_TEST(stored->username == changed.username);
  BOOST_CHECK(stored->preferences == changed.preferences);
  BOOST_CHECK(stored->direct_channel == changed.direct_channel);
  BOOST_CHECK(stored->teams_user == account(1).teams_user);
  BOOST_CHECK(stored->connected_at == account(1).connected_at);
  BOOST_CHECK(stored->state == Account::State::disconnected);
  BOOST_CHECK(!must(subject.store().tokens(person(1))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(how_a_person_reads_is_written_when_it_changed_and_nothing_else,
                              Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  const Reading french{"fr", "Europe/Paris"};

  BOOST_TEST(!must(store.set_reading(person(1), account(1).reading)));
  BOOST_TEST(must(store.set_reading(person(1), french)));
  BOOST_TEST(!must(store.set_reading(person(1), french)));
  BOOST_CHECK(is(store.set_reading(person(2), french), ErrorKind::gone));

  Account expected = account(1);
  expected.reading = french;
  BOOST_CHECK(must(store.account(person(1))) == expected);
  BOOST_CHECK(are_equal(*must(store.tokens(person(1))), tokens(1)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_update_leaves_how_a_person_reads, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  const Reading french{"fr", "Europe/Paris"};
  must(store.set_reading(person(1), french));

  must(store.update_account(account(1)));  // as read before
  subject.cut_power();

  BOOST_CHECK(must(subject.store().account(person(1)))->reading == french);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(new_tokens_replace_the_old_durably, Subject, Subjects) {
  Subject subject;
  must(subject.store().connect(account(1), tokens(1)));

  must(subject.store().store_tokens(person(1), tokens(2)));
  subject.cut_power();

  BOOST_CHECK(are_equal(*must(subject.store().tokens(person(1))), tokens(2)));
  BOOST_CHECK(must(subject.store().account(person(1))) == account(1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_is_stored_for_an_account_that_is_gone, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  must(store.connect(account(1), tokens(1)));
  must(store.connect(account(2), tokens(2)));
  must(store.mark_disconnected(person(1)));
  must(store.remove_account(person(2)));

  BOOST_CHECK(is(store.store_tokens(person(1), tokens(3)), ErrorKind::gone));
  BOOST_CHECK(is(store.store_tokens(person(2), tokens(3)), ErrorKind::gone));
  BOOST_CHECK(is(store.update_account(account(2)), ErrorKind::gone));

  BOOST_CHECK(!must(store.tokens(person(1))));
  BOOST_CHECK(!must(store.account(person(2))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_removed_account_leaves_nothing, Subject, Subjects) {
  Subject subject;
  must(subject.store().connect(account(1), tokens(1)));

  must(subject.store().remove_account(person(1)));
  must(subject.store().remove_account(person(1)));
  subject.cut_power();

  auto& store = subject.store();
  BOOST_CHECK(!must(store.account(person(1))));
  BOOST_CHECK(!must(store.account_of(account(1).teams_user)));
  BOOST_CHECK(!must(store.tokens(person(1))));
  BOOST_TEST(store.connected_accounts() == 0U);
  Account successor = account(2);
  successor.teams_user = account(1).teams_user;
  BOOST_CHECK(store.connect(successor, tokens(2)).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(accounts_are_listed_in_order_and_in_parts, Subject, Subjects) {
  Subject subject;
  auto& store = subject.store();
  for (const int number : {3, 1, 2}) must(store.connect(account(number), tokens(number)));
  must(store.mark_disconnected(person(2)));

  const auto first = must(store.accounts(MattermostUserId{}, 2));
  const auto rest = must(store.accounts(first.back().user, 2));

  BOOST_TEST_REQUIRE(first.size() == 2U);
  BOOST_TEST_REQUIRE(rest.size() == 1U);
  BOOST_CHECK(first[0] == account(1));
  BOOST_CHECK(first[1].user == person(2));
  BOOST_CHECK(rest[0] == account(3));
  BOOST_TEST(store.connected_accounts() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
