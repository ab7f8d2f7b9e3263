#include <fstream>
#include <set>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/sandbox/graph/odd_answers.h"
#include "tests/sandbox/time_text.h"
#include "tests/sandbox_tests/graph_fixture.h"

/// Reading: chats, messages, exports, files, presence, limits.
namespace belfry::sandbox::test {

namespace {

std::vector<std::string> ids_of(const Response& page) {
  std::vector<std::string> out;
  const auto rows = page.json()->getArray("value");
  for (unsigned i = 0; i < rows->size(); ++i)
    out.push_back(rows->getObject(i)->getValue<std::string>("id"));
  return out;
}

std::string link_of(const Response& page, const std::string& name = "@odata.nextLink") {
  return page.json()->optValue<std::string>(name, "");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(graph_simulator, GraphFixture)

BOOST_AUTO_TEST_CASE(without_a_token_with_a_strange_one_or_an_expired_one_the_answer_is_401) {
  BOOST_TEST(get(url("/me")).status == 401);
  BOOST_TEST(get(url("/me"), "not.a.token").status == 401);
  const std::string mira = user_token(company.mira);
  BOOST_TEST(get(url("/me"), mira).status == 200);

  sandbox.tokens().expire_all();

  const Response late = get(url("/me"), mira);
  BOOST_TEST(late.status == 401);
  BOOST_TEST(late.graph_code() == "InvalidAuthenticationToken");
}

BOOST_AUTO_TEST_CASE(a_challenged_token_is_answered_with_insufficient_claims) {
  const std::string mira = user_token(company.mira);

  sandbox.tokens().challenge_tokens_of(company.mira);

  const Response answer = get(url("/me"), mira);
  BOOST_TEST(answer.status == 401);
  BOOST_TEST(answer.header("WWW-Authenticate").find("insufficient_claims") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_is_read_in_graphs_shape_and_by_the_name_of_its_notification) {
  unlimited();
  const std::string id = graph().post_message(company.mira_tomas, company.tomas, "<p>Lunch?</p>");

  const Response slashes = get_as_app(chat_path(company.mira_tomas) + "/messages/" + id);
  const Response quotes =
      get_as_app(fmt::format("/chats('{}')/messages('{}')", company.mira_tomas, id));

  BOOST_TEST(slashes.status == 200);
  BOOST_TEST(slashes.body == quotes.body);
  const auto json = slashes.json();
  BOOST_TEST(json->getValue<std::string>("messageType") == "message");
  BOOST_TEST(json->getValue<std::string>("etag") == id);
  BOOST_TEST(json->getValue<std::string>("chatId") == company.mira_tomas);
  BOOST_TEST(json->isNull("lastEditedDateTime"));
  const auto user = json->getObject("from")->getObject("user");
  BOOST_TEST(user->getValue<std::string>("displayName") == "Tomas Okoye");
}

BOOST_AUTO_TEST_CASE(message_ids_of_one_chat_rise_even_when_time_stands_still) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.insert(graph().post_message(company.coffee, company.mira, fmt::format("{}", i)));

  BOOST_TEST(ids.size() == 100U);
}

BOOST_AUTO_TEST_CASE(who_is_not_a_member_is_refused_and_the_app_needs_its_role) {
  unlimited();
  const std::string path = chat_path(company.mira_tomas) + "/messages";
  BOOST_TEST(get(url(path), user_token(company.mira)).status == 200);
  BOOST_TEST(get(url(path), user_token(company.yuna)).status == 403);

  sandbox.directory().set_app_roles({"Presence.Read.All"});
  const std::string weak = sandbox.tokens().issue_app_token(3'600).token;

  BOOST_TEST(get(url(path), weak).status == 403);
  BOOST_TEST(get_as_app("/chats/19%3Aunknown%40thread.v2/messages").status == 404);
}

BOOST_AUTO_TEST_CASE(a_chat_of_another_tenant_is_readable_by_a_member_but_not_by_the_app) {
  unlimited();
  const std::string chat = graph().create_chat({.kind = ChatKind::group,
                                                .topic = "Abroad",
                                                .members = {company.mira, company.rui},
                                                .id = "19:abroad@thread.v2",
                                                .tenant = "b2a40d77-6c18-4f3e-9a5b-0d1e2f3a4b5c"});

  BOOST_TEST(get_as_app(chat_path(chat)).status == 403);
  BOOST_TEST(get(url(chat_path(chat)), user_token(company.mira)).status == 200);
}

BOOST_AUTO_TEST_CASE(an_edit_a_reaction_and_a_deletion_move_what_they_move_in_reality) {
  unlimited();
  const std::string id = graph().post_message(company.coffee, company.mira, "<p>Tea</p>");
  const auto now = [&] { return get_as_app(chat_path(company.coffee) + "/messages/" + id).json(); };

  advance(std::chrono::seconds{10});
  graph().react(company.coffee, id, company.tomas, "👍");
  const auto reacted = now();
  graph().edit_message(company.coffee, id, "<p>Coffee</p>");
  const auto edited = now();
  graph().delete_message(company.coffee, id);
  const auto deleted = now();

  BOOST_TEST(reacted->getValue<std::string>("etag") != id);
  BOOST_TEST(reacted->isNull("lastEditedDateTime"));
  BOOST_TEST(reacted->getArray("reactions")->size() == 1U);
  BOOST_TEST(!edited->isNull("lastEditedDateTime"));
  BOOST_TEST(!deleted->isNull("deletedDateTime"));
  BOOST_TEST(deleted->getObject("body")->getValue<std::string>("content").empty());
}

BOOST_AUTO_TEST_CASE(system_events_hide_unless_unknown_members_are_asked_for) {
  unlimited();
  graph().add_member(company.release_crew, company.ada, company.mira);
  const std::string path = url(chat_path(company.release_crew) + "/messages");
  const auto type = [](const Response& page) {
    return page.json()->getArray("value")->getObject(0)->getValue<std::string>("messageType");
  };

  BOOST_TEST(type(get(path, app)) == "unknownFutureValue");
  BOOST_TEST(type(request("GET", path,
                          {{"Authorization", "Bearer " + app},
                           {"Prefer", "include-unknown-enum-members"}})) == "systemEventMessage");
}

BOOST_AUTO_TEST_CASE(pages_of_messages_come_newest_change_first_and_do_not_shift) {
  unlimited();
  std::vector<std::string> posted;
  for (int i = 0; i < 7; ++i)
    posted.push_back(graph().post_message(company.coffee, company.mira, fmt::format("{}", i)));

  const Response first = get_as_app(chat_path(company.coffee) + "/messages?$top=3");
  graph().post_message(company.coffee, company.mira, "late");
  const Response second = get(link_of(first), app);
  const Response third = get(link_of(second), app);

  BOOST_TEST(ids_of(first) == (std::vector{posted[6], posted[5], posted[4]}),
             boost::test_tools::per_element());
  BOOST_TEST(ids_of(second) == (std::vector{posted[3], posted[2], posted[1]}),
             boost::test_tools::per_element());
  BOOST_TEST(ids_of(third) == (std::vector{posted[0]}), boost::test_tools::per_element());
  BOOST_TEST(link_of(third).empty());
}

BOOST_AUTO_TEST_CASE(a_filter_is_silently_ignored_without_an_order_on_the_same_property) {
  unlimited();
  graph().post_message(company.coffee, company.mira, "old");
  advance(std::chrono::minutes{1});
  const std::string since = time_text(sandbox.clock().now_ms() - 1);
  graph().post_message(company.coffee, company.mira, "new");
  const std::string filter = "?$filter=lastModifiedDateTime%20gt%20" + since;
  const std::string path = chat_path(company.coffee) + "/messages" + filter;

  BOOST_TEST(ids_of(get_as_app(path)).size() == 2U);
  BOOST_TEST(ids_of(get_as_app(path + "&$orderby=createdDateTime%20desc")).size() == 2U);
  BOOST_TEST(ids_of(get_as_app(path + "&$orderby=lastModifiedDateTime%20desc")).size() == 1U);
  BOOST_TEST(get_as_app(path + "&$orderby=lastModifiedDateTime%20asc").status == 400);
  BOOST_TEST(get_as_app(chat_path(company.coffee) + "/messages?$top=51").status == 400);
}

BOOST_AUTO_TEST_CASE(a_filter_by_both_ends_counts_with_an_order_on_the_same_property) {
  unlimited();
  const std::string first = time_text(sandbox.clock().now_ms());
  std::vector<std::string> posted;
  for (int i = 0; i < 3; ++i) {
    posted.push_back(graph().post_message(company.coffee, company.mira, fmt::format("{}", i)));
    advance(std::chrono::minutes{i < 2 ? 1 : 0});
  }
  const std::string last = time_text(sandbox.clock().now_ms());
  const std::string path = chat_path(company.coffee) +
                           "/messages?$filter=lastModifiedDateTime%20gt%20" + first +
                           "%20and%20lastModifiedDateTime%20lt%20" + last;

  BOOST_TEST(ids_of(get_as_app(path)).size() == 3U);
  BOOST_TEST(ids_of(get_as_app(path + "&$orderby=createdDateTime%20desc")).size() == 3U);
  BOOST_TEST(
      ids_of(get_as_app(path + "&$orderby=lastModifiedDateTime%20desc")) == std::vector{posted[1]},
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(chats_are_listed_by_their_last_message_with_a_viewpoint_for_users_only) {
  unlimited();
  graph().post_message(company.mira_tomas, company.tomas, "first");
  advance(std::chrono::seconds{1});
  graph().post_message(company.coffee, company.tomas, "second");
  graph().mark_read(company.coffee, company.mira);
  const std::string query =
      "/chats?$expand=lastMessagePreview&$orderby=lastMessagePreview/createdDateTime%20desc&$top=1";

  const Response by_app = get_as_app("/users/" + company.mira + query);
  const Response by_mira = get(url("/me" + query), user_token(company.mira));
  const Response next = get(link_of(by_app), app);

  BOOST_TEST(ids_of(by_app).front() == company.coffee);
  BOOST_TEST(ids_of(next).front() == company.mira_tomas);
  BOOST_TEST(by_app.json()->getArray("value")->getObject(0)->isNull("viewpoint"));
  const auto viewpoint = by_mira.json()->getArray("value")->getObject(0)->getObject("viewpoint");
  BOOST_TEST(viewpoint->getValue<std::string>("lastMessageReadDateTime") ==
             time_text(sandbox.clock().now_ms()));
}

BOOST_AUTO_TEST_CASE(members_come_in_pages_and_a_guest_without_an_account_has_no_user_id) {
  unlimited();
  graph().add_anonymous_guest(company.mira_tomas, "Visitor");
  graph().change_settings([](GraphSettings& s) {
    s.members_page = 2;
    s.expanded_members = 2;
  });

  const Response first = get_as_app(chat_path(company.mira_tomas) + "/members");
  const Response second = get(link_of(first), app);
  const Response cut = get_as_app(chat_path(company.mira_tomas) + "?$expand=members");

  BOOST_TEST(ids_of(first).size() == 2U);
  const auto guest = second.json()->getArray("value")->getObject(0);
  BOOST_TEST(guest->getValue<std::string>("displayName") == "Visitor");
  BOOST_TEST(!guest->has("userId"));
  BOOST_TEST(cut.json()->getArray("members")->size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_chat_takes_one_request_a_second_and_the_tenant_twenty) {
  const auto messages = [&](const std::string& chat) {
    return get_as_app(chat_path(chat) + "/messages");
  };
  BOOST_TEST(messages(company.coffee).status == 200);

  const Response second = messages(company.coffee);
  BOOST_TEST(second.status == 429);
  BOOST_TEST(second.header("Retry-After") == "1");
  advance(std::chrono::milliseconds{1'001});
  BOOST_TEST(messages(company.coffee).status == 200);

  advance(std::chrono::seconds{5});
  std::vector<std::string> chats;
  for (int i = 0; i < 21; ++i)
    chats.push_back(graph().create_chat(ChatKind::group, fmt::format("{}", i), {company.mira}));
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(messages(chats[static_cast<std::size_t>(i)]).status == 200);
  BOOST_TEST(messages(chats[20]).status == 429);
}

BOOST_AUTO_TEST_CASE(a_window_can_be_shorter_for_what_arrives_unevenly) {
  graph().change_settings([](GraphSettings& s) { s.rate_slack_ms = 300; });
  const std::string messages = chat_path(company.coffee) + "/messages";
  BOOST_TEST(get_as_app(messages).status == 200);

  advance(std::chrono::milliseconds{701});

  BOOST_TEST(get_as_app(messages).status == 200);
  BOOST_TEST(get_as_app(messages).status == 429);
}

BOOST_AUTO_TEST_CASE(a_users_chats_are_listed_five_times_a_second) {
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(get_as_app("/users/" + company.mira + "/chats").status == 200);

  BOOST_TEST(get_as_app("/users/" + company.mira + "/chats").status == 429);
  BOOST_TEST(get_as_app("/users/" + company.tomas + "/chats").status == 200);
}

BOOST_AUTO_TEST_CASE(presence_comes_for_many_and_strangers_are_unknown) {
  const Response answer =
      post_json(url("/communications/getPresencesByUserId"), app,
                fmt::format(R"({{"ids":["{}","{}","00000000-0000-0000-0000-000000000000"]}})",
                            company.mira, company.rui));

  BOOST_TEST(answer.status == 200);
  const auto rows = answer.json()->getArray("value");
  BOOST_TEST(rows->size() == 2U);
  BOOST_TEST(rows->getObject(0)->getValue<std::string>("availability") == "Available");
  BOOST_TEST(rows->getObject(1)->getValue<std::string>("availability") == "PresenceUnknown");
  BOOST_TEST(post_json(url("/communications/getPresencesByUserId"), user_token(company.mira),
                       R"({"ids":["x"]})")
                 .status == 403);
}

BOOST_AUTO_TEST_CASE(export_is_for_apps_only_counts_messages_and_ends_with_402) {
  for (int i = 0; i < 3; ++i) graph().post_message(company.mira_tomas, company.mira, "x");
  const std::string path = "/users/" + company.mira + "/chats/getAllMessages";

  BOOST_TEST(get(url(path), user_token(company.mira)).status == 412);
  BOOST_TEST(get_as_app(path).status == 200);
  BOOST_TEST(graph().spent("export") == 3);
  BOOST_TEST(get_as_app("/users/" + company.jonas + "/chats/getAllMessages").status == 200);
  BOOST_TEST(graph().spent("export") == 4);

  graph().spend("export", 496);
  const Response over = get_as_app(path);
  BOOST_TEST(over.status == 402);
  BOOST_TEST(over.graph_code() == "PaymentRequired");
  BOOST_TEST(get_as_app(path + "?model=B").status == 200);
}

BOOST_AUTO_TEST_CASE(delta_brings_each_change_once_and_a_lost_state_is_410) {
  const std::string path = "/users/" + company.mira + "/chats/getAllMessages/delta";
  graph().post_message(company.mira_tomas, company.tomas, "before");
  const Response round = get_as_app(path);
  BOOST_TEST(ids_of(round).size() == 1U);
  const std::string link = link_of(round, "@odata.deltaLink");
  BOOST_TEST(!link.empty());

  const std::string id = graph().post_message(company.coffee, company.ada, "after");
  const Response next = get(link, app);
  BOOST_TEST(ids_of(next) == std::vector{id}, boost::test_tools::per_element());
  BOOST_TEST(ids_of(get(link_of(next, "@odata.deltaLink"), app)).empty());

  advance(std::chrono::hours{1});
  graph().expire_delta_links();
  const Response lost = get(link, app);
  BOOST_TEST(lost.status == 410);
  BOOST_TEST(lost.graph_code() == "syncStateNotFound");
}

BOOST_AUTO_TEST_CASE(a_link_of_delta_keeps_the_payment_model_that_it_was_made_with) {
  const std::string path = "/users/" + company.mira + "/chats/getAllMessages/delta";
  const std::string of_evaluation = link_of(get_as_app(path), "@odata.deltaLink");
  const std::string of_b = link_of(get_as_app(path + "?model=B"), "@odata.deltaLink");

  graph().spend("export", 500);

  BOOST_TEST(get(of_evaluation, app).status == 402);
  const Response paid = get(of_b, app);
  BOOST_TEST(paid.status == 200);
  BOOST_TEST(get(link_of(paid, "@odata.deltaLink"), app).status == 200);
  graph().change_settings([](GraphSettings& s) { s.billing = false; });
  BOOST_TEST(get(of_b, app).status == 402);
}

BOOST_AUTO_TEST_CASE(answers_are_dated_by_the_clock_by_which_months_are_counted) {
  advance(std::chrono::hours{40 * 24});

  const Response answer = get(url("/me/chats"), user_token(company.mira));

  constexpr std::size_t k_date = 16;  // Mon, 02 Mar 2026
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.header("Date").substr(0, k_date) ==
             time_text_of_http(sandbox.clock().now_ms()).substr(0, k_date));
}

BOOST_AUTO_TEST_CASE(a_shared_file_is_downloaded_without_a_token_in_parts_for_five_minutes) {
  const std::string content_url = graph().add_file(
      company.mira,
      {.name = "Draft plan.txt", .content_type = "text/plain", .bytes = "0123456789"});
  const std::string share = "/shares/u!" + base64url(content_url) + "/driveItem";
  const std::string mira = user_token(company.mira);

  const Response item = get(url(share), mira);
  const auto download = item.json()->getValue<std::string>("@microsoft.graph.downloadUrl");

  BOOST_TEST(item.json()->getValue<int>("size") == 10);
  BOOST_TEST(get(download).body == "0123456789");
  const Response part = request("GET", download, {{"Range", "bytes=2-4"}});
  BOOST_TEST(part.status == 206);
  BOOST_TEST(part.body == "234");
  BOOST_TEST(part.header("Content-Range") == "bytes 2-4/10");
  BOOST_TEST(get(download, mira).status == 401);
  BOOST_TEST(get(url(share + "/content"), mira).status == 302);
  advance(std::chrono::minutes{5} + std::chrono::seconds{1});
  BOOST_TEST(get(download).status == 401);
}

BOOST_AUTO_TEST_CASE(a_large_file_is_generated_while_it_is_read) {
  const std::string content_url =
      graph().add_file(company.mira, {.name = "film.bin", .generated = 3'000'000});
  const Response item =
      get(url("/shares/u!" + base64url(content_url) + "/driveItem"), user_token(company.mira));

  const auto download = item.json()->getValue<std::string>("@microsoft.graph.downloadUrl");
  const Response whole = get(download);
  const Response tail = request("GET", download, {{"Range", "bytes=2999990-"}});

  BOOST_TEST(whole.body.size() == 3'000'000U);
  BOOST_TEST(tail.status == 206);
  BOOST_TEST(tail.body == whole.body.substr(2'999'990));
}

BOOST_AUTO_TEST_CASE(hosted_contents_are_named_in_the_text_and_read_by_members) {
  unlimited();
  MessageOptions options;
  options.hosted = {{.content_type = "image/png", .bytes = "PNG bytes"}};
  const std::string id =
      graph().post_message(company.coffee, company.mira, R"(<img src="hosted:0">)", options);
  const std::string mira = user_token(company.mira);

  const Response message = get(url(chat_path(company.coffee) + "/messages/" + id), mira);
  const auto content = message.json()->getObject("body")->getValue<std::string>("content");
  const std::string address = content.substr(10, content.rfind('"') - 10);
  const Response image = get(address, mira);

  BOOST_TEST(image.body == "PNG bytes");
  BOOST_TEST(image.header("Content-Type") == "image/png");
  BOOST_TEST(
      ids_of(get(url(chat_path(company.coffee) + "/messages/" + id + "/hostedContents"), mira))
          .size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_batch_answers_each_part_by_itself_and_in_another_order) {
  const std::string message = chat_path(company.coffee) + "/messages";
  const Response answer = post_json(
      url("/$batch"), app,
      fmt::format(
          R"({{"requests":[{{"id":"1","method":"GET","url":"{0}"}},{{"id":"2","method":"GET","url":"{0}"}},{{"id":"3","method":"GET","url":"/me","dependsOn":["2"]}}]}})",
          message));

  BOOST_TEST(answer.status == 200);
  const auto parts = answer.json()->getArray("responses");
  BOOST_TEST(parts->getObject(0)->getValue<int>("status") == 424);
  BOOST_TEST(parts->getObject(1)->getValue<int>("status") == 429);
  BOOST_TEST(parts->getObject(2)->getValue<int>("status") == 200);
}

BOOST_AUTO_TEST_CASE(odd_answers_can_be_had_through_the_fault_plan) {
  unlimited();
  sandbox.graph_faults().add(throttled_without_retry_after("graph.list_messages"));
  sandbox.graph_faults().add(redirected_without_location("graph.get_chat"));

  const Response throttled = get_as_app(chat_path(company.coffee) + "/messages");
  const Response redirected = get_as_app(chat_path(company.coffee));

  BOOST_TEST(throttled.status == 429);
  BOOST_TEST(throttled.header("Retry-After").empty());
  BOOST_TEST(redirected.status == 308);
  BOOST_TEST(redirected.header("Location").empty());

  sandbox.graph_faults().clear();
  graph().post_message(company.coffee, company.mira, "x");
  graph().change_settings([](GraphSettings& s) { s.empty_page_with_next = true; });
  const Response empty = get_as_app(chat_path(company.coffee) + "/messages");
  BOOST_TEST(ids_of(empty).empty());
  BOOST_TEST(get(link_of(empty), app).status == 500);
}

BOOST_AUTO_TEST_CASE(faults_of_the_wire_are_what_they_are_called) {
  unlimited();
  const std::string path = "/users/" + company.mira + "/chats";
  const auto with = [&](FaultAction action) {
    sandbox.graph_faults().clear();
    sandbox.graph_faults().add({.operation = "graph.list_chats", .times = 1, .action = action});
    return get_as_app(path);
  };
  const Response good = get_as_app(path);

  BOOST_TEST(with(FaultAction::drop).status == 0);
  BOOST_TEST(with(FaultAction::lose_answer).status == 0);
  BOOST_TEST(with(FaultAction::reset_mid_body).body.size() < good.body.size());
  BOOST_TEST(with(FaultAction::short_length).body.size() == good.body.size() / 2);
  BOOST_TEST(with(FaultAction::answer_twice).body == good.body);
  BOOST_TEST(get_as_app(path).body == good.body);
  BOOST_TEST(sandbox.log().count("graph.list_chats") == 7U);
}

BOOST_AUTO_TEST_CASE(a_rule_strikes_from_the_nth_to_the_mth_request) {
  unlimited();
  FaultRule rule = graph_answers("graph.list_chats", 503, "serviceNotAvailable");
  rule.first = 2;
  rule.last = 3;
  sandbox.graph_faults().add(rule);

  std::vector<int> seen;
  for (int i = 0; i < 4; ++i)
    seen.push_back(get_as_app("/users/" + company.mira + "/chats").status);

  BOOST_TEST(seen == (std::vector{200, 503, 503, 200}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::sandbox::test
