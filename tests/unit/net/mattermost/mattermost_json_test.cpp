#include "net/mattermost/mattermost_json.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/net/mattermost/mattermost_fixture.h"

namespace belfry::net {
namespace {

using tests::k_anna;
using tests::k_bot;
using tests::k_channel;
using tests::mattermost_fixture;

constexpr std::size_t k_page = 200;

std::string page_of(const std::string& order, const std::string& posts,
                    const std::string& previous = {}) {
  return R"({"order":[)" + order + R"(],"posts":{)" + posts + R"(},"prev_post_id":")" + previous +
         R"("})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mattermost_json)

BOOST_AUTO_TEST_CASE(people_are_read_whether_active_hidden_or_bots) {
  const auto anna = read_user(mattermost_fixture("user"));
  const auto carl = read_user(mattermost_fixture("user_deactivated"));
  const auto hidden = read_user(mattermost_fixture("user_email_hidden"));
  const auto bot = read_user(mattermost_fixture("user_me_bot"));

  BOOST_REQUIRE(anna.has_value());
  BOOST_TEST(anna->id.text() == k_anna);
  BOOST_TEST(anna->username == "anna.kowalska");
  BOOST_TEST(anna->mail == "anna.kowalska@example.com");
  BOOST_TEST(anna->reading.locale == "en");
  BOOST_TEST(anna->reading.time_zone == "Europe/Berlin");
  BOOST_TEST(anna->is_active);
  BOOST_TEST(!anna->is_bot);
  BOOST_TEST(!carl->is_active);
  BOOST_TEST(hidden->mail.empty());
  BOOST_TEST(bot->is_bot);
  BOOST_TEST(bot->id.text() == k_bot);
}

BOOST_AUTO_TEST_CASE(the_time_zone_in_force_is_read_and_the_other_where_it_was_never_set) {
  const auto zone_of = [](const std::string& settings) {
    return read_user(R"({"id":"x","timezone":)" + settings + "}")->reading.time_zone;
  };
  const std::string both = R"("automaticTimezone":"Asia/Tokyo","manualTimezone":"Europe/Rome")";

  BOOST_TEST(zone_of(R"({"useAutomaticTimezone":"true",)" + both + "}") == "Asia/Tokyo");
  BOOST_TEST(zone_of(R"({"useAutomaticTimezone":"false",)" + both + "}") == "Europe/Rome");
  BOOST_TEST(zone_of(R"({"useAutomaticTimezone":"false","automaticTimezone":"Asia/Tokyo",)"
                     R"("manualTimezone":""})") == "Asia/Tokyo");
  BOOST_TEST(zone_of(R"({"automaticTimezone":"","manualTimezone":"Europe/Rome"})") ==
             "Europe/Rome");
  BOOST_TEST(zone_of("{}").empty());
  BOOST_TEST(zone_of("null").empty());
  BOOST_TEST(zone_of(R"({"automaticTimezone":")" + std::string(65, 'x') + R"("})").empty());
}

BOOST_AUTO_TEST_CASE(a_list_of_people_is_read_whole_or_not_at_all) {
  const auto people = read_users(mattermost_fixture("users_by_ids"));
  BOOST_REQUIRE(people.has_value());
  BOOST_TEST(people->size() > 1U);

  BOOST_TEST(read_users("[]")->empty());
  for (const char* body : {"{}", "", R"([{"id":"x"},{}])", R"([{"id":"x"},7])"})
    BOOST_TEST(!read_users(body).has_value(), body);
}

BOOST_AUTO_TEST_CASE(the_servers_limits_are_read_from_their_texts) {
  const auto facts = read_server(mattermost_fixture("config_client"));

  BOOST_REQUIRE(facts.has_value());
  BOOST_TEST(facts->server.version == "11.6.0");
  BOOST_TEST(facts->server.database == "postgres");
  BOOST_TEST(facts->server.max_post_runes == 16383U);
  BOOST_TEST(facts->server.max_file_bytes == 104857600U);
  BOOST_TEST(!facts->server.restricts_direct_messages);
  BOOST_TEST(facts->server.shows_mail_addresses);
  BOOST_TEST(facts->server.site_url == "https://chat.example.com");
  BOOST_TEST(!facts->is_cluster);

  const auto other = read_server(
      R"({"Version":"9.8.0","MaxPostSize":"4000","MaxFileSize":"x","RestrictDirectMessage":"team",)"
      R"("ShowEmailAddress":"false","EnableCluster":"true"})");
  BOOST_REQUIRE(other.has_value());
  BOOST_TEST(other->server.max_post_runes == 4000U);
  BOOST_TEST(other->server.max_file_bytes == 104857600U);
  BOOST_TEST(other->server.restricts_direct_messages);
  BOOST_TEST(!other->server.shows_mail_addresses);
  BOOST_TEST(other->is_cluster);
}

BOOST_AUTO_TEST_CASE(the_list_for_strangers_tells_that_the_token_is_not_known) {
  const auto facts = read_server(mattermost_fixture("config_client_anonymous"));

  BOOST_TEST((facts.error().kind == ErrorKind::unauthorized));
}

BOOST_AUTO_TEST_CASE(posts_are_read_with_their_mark_new_or_known_or_patched) {
  for (const char* name :
       {"post_create_response", "post_deduplicated_response", "post_patch_response"}) {
    const auto post = read_post(mattermost_fixture(name));
    BOOST_REQUIRE(post.has_value());
    BOOST_TEST(post->summary.id.text() == "p7g3xwdk9fmo1rhnytq5uzbs6e");
    BOOST_TEST(post->summary.mark.text() == "b4e1f0c2d7a94f8e93b1");
    BOOST_TEST(to_epoch_ms(post->summary.created) == 1775760780000);
    BOOST_TEST(post->author.text() == k_bot);
    BOOST_TEST(post->channel.text() == k_channel);
    BOOST_TEST(post->type.empty());
  }
  BOOST_TEST(read_post(mattermost_fixture("post_buttons_response")).has_value());
  BOOST_TEST(read_channel(mattermost_fixture("channel_direct"))->text() == k_channel);
}

BOOST_AUTO_TEST_CASE(a_page_brings_the_bots_own_posts_newest_first) {
  const auto page =
      read_post_page(mattermost_fixture("post_list"), MattermostUserId(k_bot), k_page);

  BOOST_REQUIRE(page.has_value());
  BOOST_REQUIRE(page->posts.size() == 2U);
  BOOST_TEST(page->posts[0].id.text() == "p7g3xwdk9fmo1rhnytq5uzbs6e");
  BOOST_TEST(page->posts[0].mark.text() == "b4e1f0c2d7a94f8e93b1");
  BOOST_TEST(page->posts[1].id.text() == "p9q5ukbm1xdz7whfnrsg3toy6c");
  BOOST_TEST(page->is_last);
  BOOST_REQUIRE(page->oldest.has_value());
  BOOST_TEST(to_epoch_ms(*page->oldest) == 1775760660000);
}

BOOST_AUTO_TEST_CASE(a_page_is_the_last_only_if_nothing_can_follow) {
  const std::string post = R"("a":{"id":"a","user_id":"b","create_at":5})";
  const MattermostUserId bot("b");

  BOOST_TEST(read_post_page(page_of("", ""), bot, 1)->is_last);
  BOOST_TEST(!read_post_page(page_of("", "", "x"), bot, 1)->posts.size());
  BOOST_TEST(!read_post_page(page_of(R"("a")", post), bot, 1)->is_last);
  BOOST_TEST(read_post_page(page_of(R"("a")", post), bot, 2)->is_last);
  BOOST_TEST(!read_post_page(page_of(R"("a")", post, "z"), bot, 2)->is_last);
}

BOOST_AUTO_TEST_CASE(roots_of_replies_do_not_count_and_holes_are_noticed) {
  const std::string root = R"("r":{"id":"r","user_id":"b","create_at":1})";
  const std::string post = R"("a":{"id":"a","user_id":"b","create_at":5})";

  const auto page = read_post_page(page_of(R"("a")", post + "," + root), MattermostUserId("b"), 9);
  const auto hole = read_post_page(page_of(R"("a","gone")", post), MattermostUserId("b"), 9);

  BOOST_TEST(page->posts.size() == 1U);
  BOOST_TEST(to_epoch_ms(*page->oldest) == 5);
  // A post that cannot be seen might be the very one: "not there" would be a lie.
  BOOST_TEST(!hole.has_value());
}

BOOST_AUTO_TEST_CASE(a_post_is_written_with_its_mark_and_nothing_that_the_api_does_not_name) {
  const sync::PostRequest request{
      ChannelId(k_channel), Content("say \"hi\" > ü"), BelfryRef("m1"), {}};

  BOOST_TEST(write_post(request, MattermostUserId(k_bot), "https://b/action") ==
             R"({"channel_id":"c9f4rbm1ohz7ktwq6ysnxdg3ue","message":"say \"hi\" > ü",)"
             R"("pending_post_id":"7h3kqx1m9ifr8g6uwnoz4tpeca:m1","props":{"belfry_ref":"m1"}})");
}

BOOST_AUTO_TEST_CASE(buttons_are_written_as_the_sample_has_them) {
  sync::PostRequest request{ChannelId(k_channel), Content("x"), BelfryRef(), {}};
  request.buttons = {{"mutechat", "Mute this chat", "v1.9f2c"}, {"b", "B", "v1.b"}};

  const std::string text =
      write_post(request, MattermostUserId(k_bot), "https://belfry.example.com/action");
  const auto post = JsonView::parse(text);
  const auto sample_text = mattermost_fixture("post_buttons_request");
  const auto sample = JsonView::parse(sample_text);

  BOOST_REQUIRE(post.has_value());
  BOOST_TEST((*post)["pending_post_id"].is_missing());
  BOOST_TEST((*post)["props"]["belfry_ref"].is_missing());
  const auto first_action = [](const JsonView& view) {
    return *(*view["props"]["attachments"].begin())["actions"].begin();
  };
  const JsonView ours = first_action(*post);
  const JsonView theirs = first_action(*sample);
  for (const char* key : {"id", "type", "name", "style"}) {
    BOOST_TEST(ours[key].text() == theirs[key].text(), key);
  }
  BOOST_TEST(ours["integration"]["url"].text() == theirs["integration"]["url"].text());
  BOOST_TEST(ours["integration"]["context"]["k"].text() == "v1.9f2c");
}

BOOST_AUTO_TEST_CASE(a_patch_replaces_the_text_alone) {
  BOOST_TEST(write_patch(Content("new \\ text")) == R"({"message":"new \\ text"})");
}

BOOST_AUTO_TEST_CASE(a_patch_that_names_files_leaves_only_these) {
  BOOST_TEST(write_patch(Content("text"), {}) == R"({"message":"text","file_ids":[]})");
  BOOST_TEST(write_patch(Content("text"), {FileId("a"), FileId("b")}) ==
             R"({"message":"text","file_ids":["a","b"]})");
}

BOOST_AUTO_TEST_CASE(what_is_something_else_is_refused) {
  for (const char* body : {"", "<html>", "{}", "[]", "{\"id\":5}", "null"}) {
    BOOST_TEST(!read_user(body).has_value(), body);
    BOOST_TEST(!read_server(body).has_value(), body);
    BOOST_TEST(!read_channel(body).has_value(), body);
    BOOST_TEST(!read_post(body).has_value(), body);
    BOOST_TEST(!read_post_page(body, MattermostUserId("b"), 1).has_value(), body);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
