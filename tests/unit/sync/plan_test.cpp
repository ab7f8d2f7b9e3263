#include "sync/plan.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "sync/render/text.h"
#include "tests/kit/fake_time_zones.h"
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

BOOST_AUTO_TEST_CASE(two_readers_of_one_message_have_their_own_language_and_time) {
  const kit::FakeTimeZones zones;
  PlanPolicy policy;
  policy.zones = &zones;
  ResolvedChange change = change_saying("<p>hi</p>");
  change.message.created = *parse_iso8601("2026-07-01T12:00:00Z");
  Account tomas = account_of("tomas");
  tomas.reading = {"de-AT", "Europe/Berlin"};
  Account yuna = account_of("yuna");
  yuna.reading = {"ja", "Asia/Tokyo"};
  Account rui = account_of("rui");
  rui.reading = {"", "Atlantis/Poseidonis"};
  const Audience audience{{tomas, yuna, rui}, {}};

  const auto deliveries = plan_deliveries(change, audience, *parse_iso8601("2026-07-01T13:00:00Z"),
                                          policy, kit::PlainSigner{});

  BOOST_REQUIRE_EQUAL(deliveries.size(), 3U);
  const auto line = [&](std::size_t i) {
    const std::string text = deliveries[i].text.reveal();
    return text.substr(0, text.find('\n'));
  };
  BOOST_TEST(line(0).starts_with("**Mira** hat Ihnen geschrieben"), line(0));
  BOOST_TEST(line(0).ends_with("gesendet 14:00"), line(0));
  BOOST_TEST(line(1).starts_with("**Mira** さんから"), line(1));
  BOOST_TEST(line(1).ends_with("送信 21:00"), line(1));
  BOOST_TEST(line(2).starts_with("**Mira** messaged you"), line(2));
  BOOST_TEST(line(2).ends_with("sent 12:00 UTC"), line(2));
  BOOST_TEST(deliveries[0].language == "de-AT");
}

BOOST_AUTO_TEST_CASE(deletions_and_summaries_are_told_in_the_readers_language) {
  const kit::FakeTimeZones zones;
  PlanPolicy policy;
  policy.zones = &zones;
  Account tomas = account_of("tomas");
  tomas.reading = {"fr", "America/Phoenix"};
  const Audience audience{{tomas}, {}};
  const WallTime noon = *parse_iso8601("2026-07-01T12:00:00Z");
  ResolvedChange change = change_saying("");
  const auto told = [&](ChangeKind kind) {
    change.kind = kind;
    return plan_deliveries(change, audience, noon, policy, kit::PlainSigner{})[0].text.reveal();
  };
  change.missed = MissedMessages{3, noon - std::chrono::hours(6), noon - std::chrono::hours(4)};

  BOOST_TEST(told(ChangeKind::deleted).starts_with("*Ce message a été supprimé dans Teams.*"));
  const std::string summary = told(ChangeKind::summary);
  BOOST_TEST(summary.starts_with("**3 messages plus anciens**"), summary);
  BOOST_TEST(summary.ends_with("envoyé 30 juin 23:00 – 01:00"), summary);
}

BOOST_AUTO_TEST_CASE(files_are_named_in_the_readers_language) {
  ResolvedChange change = change_saying("<p><img src=\"../hostedContents/aWQ9/$value\"></p>");
  Account tomas = account_of("tomas");
  tomas.reading.locale = "de";
  Account yuna = account_of("yuna");
  yuna.reading.locale = "es";

  const auto deliveries = plan_deliveries(change, {{tomas, yuna}, {}}, {}, {}, kit::PlainSigner{});

  BOOST_REQUIRE_EQUAL(deliveries[0].files.size(), 1U);
  BOOST_TEST(deliveries[0].files[0].notice.reveal().find("[Bild](") != std::string::npos);
  BOOST_TEST(deliveries[1].files[0].notice.reveal().find("[imagen](") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
