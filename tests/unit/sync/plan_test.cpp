#include "sync/plan.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "sync/render/text.h"
#include "tests/kit/plain_signer.h"

namespace belfry::sync {
namespace {

Account account_of(const std::string& name) {
  Account account;
  account.user = MattermostUserId{"user-of-" + name};
  account.username = name;
  account.teams_user = TeamsUserId{"teams-id-of-" + name};
  return account;
}

Mention mention_of(int id, const std::string& name) {
  return {id, Content{name}, Mention::Target::user, TeamsUserId{"teams-id-of-" + name}};
}

ResolvedChange change_saying(const std::string& html) {
  ResolvedChange change;
  change.ref = {ChatId{"19:a@thread.v2"}, MessageId{"1772439330417"}};
  change.message.ref = change.ref;
  change.message.sender = Sender{Sender::Kind::user, TeamsUserId{"teams-id-of-mira"}, "Mira"};
  change.message.body = {MessageBody::Type::html, Content{html}};
  return change;
}

BOOST_AUTO_TEST_SUITE(plan)

BOOST_AUTO_TEST_CASE(members_with_an_account_are_mentioned_by_username_others_by_name) {
  ResolvedChange change = change_saying("<p><at id=\"0\">Yuna</at> and <at id=\"1\">Rui</at></p>");
  change.message.mentions = {mention_of(0, "yuna"), mention_of(1, "rui")};
  const Account tomas = account_of("tomas");
  const Audience audience{{tomas}, {tomas, account_of("yuna")}};

  const auto deliveries = plan_deliveries(change, audience, {}, {}, kit::PlainSigner{});

  BOOST_REQUIRE_EQUAL(deliveries.size(), 1U);
  const std::string text = deliveries[0].text.reveal();
  BOOST_TEST(text.ends_with("\n> @yuna and **Rui**"), text);
}

BOOST_AUTO_TEST_CASE(no_post_is_longer_than_the_server_takes) {
  const ResolvedChange change = change_saying("<p>" + std::string(20'000, 'x') + "</p>");
  const Audience audience{{account_of("tomas")}, {}};
  PlanPolicy policy;
  policy.max_post_runes = 4000;

  const auto deliveries = plan_deliveries(change, audience, {}, policy, kit::PlainSigner{});

  const std::size_t runes = render::count_runes(deliveries[0].text.reveal());
  BOOST_TEST(runes <= policy.max_post_runes);
  BOOST_TEST(runes > policy.max_post_runes / 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
