#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>
#include <sstream>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/sandbox/mattermost/pending_posts.h"
#include "tests/sandbox_tests/mattermost_kit.h"

using namespace belfry::sandbox;
using namespace belfry::sandbox::mattermost_kit;

namespace {

const std::string k_pending = R"(,"pending_post_id":"bot:one")";

std::string id_of(const Response& response) {
  return response.text("id");
}

std::vector<std::string> order_of(const Response& list) {
  std::vector<std::string> out;
  const auto json = list.json();
  const auto order = json->getArray("order");
  for (const auto& id : *order) out.push_back(id.convert<std::string>());
  return out;
}

}  // namespace

// Making, reading, changing and deleting posts.
BOOST_AUTO_TEST_SUITE(mattermost_simulator)

BOOST_AUTO_TEST_CASE(a_bots_post_is_marked_and_stands_in_the_channel) {
  Mattermost mattermost;

  const auto made = mattermost.as_bot().post(
      "/posts?set_online=false",
      mattermost.draft("hello *Anna* #release", R"(,"props":{"belfry_ref":"r1"})" + k_pending));

  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.text("pending_post_id") == "bot:one");
  BOOST_TEST(made.json()->getObject("props")->getValue<std::string>("from_bot") == "true");
  BOOST_TEST(made.json()->getObject("props")->getValue<std::string>("belfry_ref") == "r1");
  BOOST_TEST(made.text("hashtags") == "#release");
  const auto posts = mattermost.simulator.posts_in_direct_channel(mattermost.anna);
  BOOST_TEST(posts.size() == 1U);
  BOOST_TEST(posts[0].message == "hello *Anna* #release");
  BOOST_TEST(posts[0].prop("belfry_ref") == "r1");
}

BOOST_AUTO_TEST_CASE(the_sample_with_buttons_comes_back_without_integrations) {
  Mattermost mattermost;
  std::ifstream file(BELFRY_FIXTURES "/mattermost/post_buttons_request.json");
  std::ostringstream text;
  text << file.rdbuf();
  auto request = parse_object(text.str());
  request->set("channel_id", mattermost.channel);
  std::ostringstream body;
  request->stringify(body);

  const auto made = mattermost.as_bot().post("/posts", body.str());

  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.body.find("integration") == std::string::npos);
  BOOST_TEST(made.body.find("belfry.example.com") == std::string::npos);
  BOOST_TEST(made.body.find(R"("fallback":"")") != std::string::npos);
  BOOST_TEST(made.body.find(R"("embeds":[{"type":"message_attachment"}])") != std::string::npos);
  const auto post = mattermost.simulator.all_posts().at(0);
  BOOST_TEST(post.actions.size() == 2U);
  BOOST_TEST(post.actions[0].url == "https://belfry.example.com/action");
}

BOOST_AUTO_TEST_CASE(a_pending_post_id_is_remembered_for_thirty_seconds) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const auto first = bot.post("/posts", mattermost.draft("first", k_pending));

  mattermost.clock.advance(std::chrono::milliseconds{29'999});
  const auto second = bot.post("/posts", mattermost.draft("quite another text", k_pending));
  mattermost.clock.advance(std::chrono::milliseconds{1});
  const auto third = bot.post("/posts", mattermost.draft("first", k_pending));

  BOOST_TEST(second.status == 201);
  BOOST_TEST(id_of(second) == id_of(first));
  BOOST_TEST(second.text("message") == "first");
  BOOST_TEST(second.text("pending_post_id").empty());
  BOOST_TEST(!second.json()->has("metadata"));
  BOOST_TEST(id_of(third) != id_of(first));
  BOOST_TEST(third.json()->has("metadata"));
  BOOST_TEST(mattermost.simulator.posts_created() == 2U);
}

BOOST_AUTO_TEST_CASE(a_restart_forgets_pending_post_ids) {
  Mattermost mattermost;
  const auto first = mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending));

  mattermost.simulator.restart();

  const auto second = mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending));
  BOOST_TEST(id_of(second) != id_of(first));
}

BOOST_AUTO_TEST_CASE(a_post_that_is_being_made_is_an_error_for_its_repetition) {
  Mattermost mattermost;
  mattermost.simulator.set_post_delays(std::chrono::seconds{3}, {});
  std::jthread slow(
      [&] { mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending)); });
  BOOST_REQUIRE(eventually([&] { return mattermost.simulator.pending_posts() == 1; }));

  const auto second = mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending));
  slow.join();

  BOOST_TEST(second.status == 500);
  BOOST_TEST(second.text("id") == "api.post.deduplicate_create_post.pending");
  BOOST_TEST(mattermost.simulator.posts_created() == 1U);
}

BOOST_AUTO_TEST_CASE(a_first_try_slower_than_thirty_seconds_is_forgotten_meanwhile) {
  Mattermost mattermost;
  mattermost.simulator.set_post_delays(std::chrono::seconds{1}, {});
  std::jthread slow(
      [&] { mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending)); });
  BOOST_REQUIRE(eventually([&] { return mattermost.simulator.pending_posts() == 1; }));

  mattermost.clock.advance(std::chrono::seconds{30});
  const auto second = mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending));
  slow.join();

  BOOST_TEST(second.status == 201);
  BOOST_TEST(mattermost.simulator.posts_created() == 2U);
}

BOOST_AUTO_TEST_CASE(a_failure_after_saving_makes_the_retry_a_second_post) {
  Mattermost mattermost;
  mattermost.simulator.fail_posts_after_save(1);
  const Client bot = mattermost.as_bot();

  const auto failed = bot.post("/posts", mattermost.draft("first", k_pending));
  const auto retried = bot.post("/posts", mattermost.draft("first", k_pending));

  BOOST_TEST(failed.status == 500);
  BOOST_TEST(retried.status == 201);
  BOOST_TEST(mattermost.simulator.posts_created() == 2U);
}

BOOST_AUTO_TEST_CASE(a_failure_before_saving_leaves_nothing) {
  Mattermost mattermost;
  mattermost.simulator.fail_posts_before_save(1);

  const auto failed = mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending));

  BOOST_TEST(failed.status == 500);
  BOOST_TEST(mattermost.simulator.posts_created() == 0U);
  BOOST_TEST(mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending)).status ==
             201);
}

BOOST_AUTO_TEST_CASE(the_pending_id_used_longest_ago_gives_way) {
  SandboxClock clock(0);
  mattermost::PendingPosts pending(clock);
  for (int i = 0; i < 25'000; ++i) pending.store(std::to_string(i), "post");
  BOOST_TEST(pending.find("0").has_value());

  pending.store("one more", "post");

  BOOST_TEST(pending.size() == 25'000U);
  BOOST_TEST(pending.find("0").has_value());
  BOOST_TEST(!pending.find("1").has_value());
}

BOOST_AUTO_TEST_CASE(somebody_elses_pending_id_is_a_new_post) {
  Mattermost mattermost;
  const std::string zoe = mattermost.simulator.add_user({.username = "zoe"});
  const std::string other = mattermost.simulator.direct_channel(zoe, mattermost.admin);
  mattermost.as_bot().post("/posts", mattermost.draft("first", k_pending));

  const auto made =
      mattermost.as(mattermost.simulator.token_of(zoe))
          .post("/posts", R"({"channel_id":")" + other + R"(","message":"mine")" + k_pending + "}");

  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.text("message") == "mine");
}

BOOST_AUTO_TEST_CASE(the_limit_of_a_message_counts_runes) {
  Mattermost mattermost;
  mattermost.simulator.set_config("MaxPostSize", "4");

  const auto fits = mattermost.as_bot().post("/posts", mattermost.draft("äöü🔔"));
  const auto over = mattermost.as_bot().post("/posts", mattermost.draft("äöü🔔!"));

  BOOST_TEST(fits.status == 201);
  BOOST_TEST(over.status == 400);
  BOOST_TEST(over.text("id") == "model.post.is_valid.message_length.app_error");
}

BOOST_AUTO_TEST_CASE(what_a_post_must_not_bring_is_refused) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const auto refusal = [&](const std::string& more) {
    return bot.post("/posts", mattermost.draft("x", more)).text("id");
  };

  BOOST_TEST(refusal(R"(,"id":"p7g3xwdk9fmo1rhnytq5uzbs6e")") ==
             "app.post.save.existing.app_error");
  BOOST_TEST(refusal(R"(,"type":"system_join_channel")") == "api.context.invalid_param.app_error");
  BOOST_TEST(refusal(R"(,"root_id":"p7g3xwdk9fmo1rhnytq5uzbs6e")") ==
             "api.post.create_post.root_id.app_error");
  BOOST_TEST(refusal(R"(,"props":"text")") == "api.context.invalid_body_param.app_error");
  BOOST_TEST(refusal(R"(,"metadata":{"priority":{"requested_ack":true}})") ==
             "license_error.feature_unavailable");
  BOOST_TEST(bot.post("/posts", "{").status == 400);
  BOOST_TEST(
      bot.post("/posts", R"({"channel_id":"0000000000000000000000000z","message":"x"})").status ==
      403);
  std::string eleven;
  for (int i = 0; i < 11; ++i) eleven += fmt::format(R"({}"{:026}")", i > 0 ? "," : "", i);
  BOOST_TEST(refusal(R"(,"file_ids":[)" + eleven + "]") ==
             "model.post.is_valid.file_ids.app_error");
  BOOST_TEST(mattermost.simulator.posts_created() == 0U);
}

BOOST_AUTO_TEST_CASE(only_an_administrator_dates_a_post_back) {
  Mattermost mattermost;
  const std::string past = R"(,"create_at":1000)";
  const std::string channel =
      mattermost.simulator.direct_channel(mattermost.admin, mattermost.anna);

  const auto by_bot = mattermost.as_bot().post("/posts", mattermost.draft("x", past));
  const auto by_admin = mattermost.as_admin().post(
      "/posts", R"({"channel_id":")" + channel + R"(","message":"x")" + past + "}");

  BOOST_TEST(by_bot.number("create_at") == mattermost.clock.now_ms());
  BOOST_TEST(by_admin.number("create_at") == 1'000);
  BOOST_TEST(by_admin.number("update_at") == 1'000);
}

BOOST_AUTO_TEST_CASE(posting_shows_the_author_online_unless_told_not_to) {
  Mattermost mattermost;
  const auto status = [&] {
    return mattermost.as_anna().get("/users/" + mattermost.bot.user_id + "/status").text("status");
  };

  mattermost.as_bot().post("/posts?set_online=false", mattermost.draft("x"));
  BOOST_TEST(status() == "offline");
  mattermost.as_bot().post("/posts", mattermost.draft("x"));
  BOOST_TEST(status() == "online");
}

BOOST_AUTO_TEST_CASE(a_patch_replaces_what_it_brings_and_keeps_the_rest) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const auto made = bot.post("/posts", mattermost.draft("x", R"(,"props":{"belfry_ref":"r"})"));
  const std::string path = "/posts/" + id_of(made) + "/patch";

  mattermost.clock.advance(std::chrono::seconds{5});
  const auto text = bot.call("PUT", path, R"({"message":"y"})");
  mattermost.clock.advance(std::chrono::seconds{5});
  const auto props = bot.call("PUT", path, R"({"props":{"other":"1"}})");

  BOOST_TEST(text.status == 200);
  BOOST_TEST(text.text("message") == "y");
  BOOST_TEST(text.json()->getObject("props")->has("belfry_ref"));
  BOOST_TEST(text.number("edit_at") == text.number("update_at"));
  BOOST_TEST(props.number("edit_at") == text.number("edit_at"));
  BOOST_TEST(props.number("update_at") > text.number("update_at"));
  BOOST_TEST(!props.json()->getObject("props")->has("belfry_ref"));
  BOOST_TEST(!props.json()->getObject("props")->has("from_bot"));
}

BOOST_AUTO_TEST_CASE(a_patch_of_a_missing_post_is_forbidden) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const std::string gone = id_of(bot.post("/posts", mattermost.draft("x")));
  BOOST_TEST(bot.call("DELETE", "/posts/" + gone).status == 200);

  for (const std::string& id : {gone, std::string("p7g3xwdk9fmo1rhnytq5uzbs6e")}) {
    const auto patch = bot.call("PUT", "/posts/" + id + "/patch", R"({"message":"y"})");

    BOOST_TEST(patch.status == 403);
    BOOST_TEST(patch.text("id") == "api.context.permissions.app_error");
    BOOST_TEST(bot.get("/posts/" + id).status == 404);
    BOOST_TEST(bot.call("DELETE", "/posts/" + id).text("id") == "app.post.get.app_error");
  }
}

BOOST_AUTO_TEST_CASE(after_the_edit_time_limit_only_props_may_change) {
  Mattermost mattermost;
  mattermost.simulator.set_config("PostEditTimeLimit", "60");
  const Client bot = mattermost.as_bot();
  const std::string path = "/posts/" + id_of(bot.post("/posts", mattermost.draft("x"))) + "/patch";

  mattermost.clock.advance(std::chrono::seconds{61});

  const auto text = bot.call("PUT", path, R"({"message":"y"})");
  BOOST_TEST(text.status == 400);
  BOOST_TEST(text.text("id") == "api.post.update_post.permissions_time_limit.app_error");
  BOOST_TEST(bot.call("PUT", path, R"({"props":{"a":"b"}})").status == 200);
}

BOOST_AUTO_TEST_CASE(nobody_changes_what_others_wrote) {
  Mattermost mattermost;
  const std::string id = id_of(mattermost.as_bot().post("/posts", mattermost.draft("x")));

  BOOST_TEST(
      mattermost.as_anna().call("PUT", "/posts/" + id + "/patch", R"({"message":"y"})").status ==
      403);
  BOOST_TEST(mattermost.as_anna().call("DELETE", "/posts/" + id).status == 403);
  BOOST_TEST(mattermost.as_anna().get("/posts/" + id).status == 200);
}

BOOST_AUTO_TEST_CASE(a_channels_posts_come_in_pages_newest_first) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  std::vector<std::string> made;
  for (int i = 0; i < 205; ++i) {
    mattermost.clock.advance(std::chrono::milliseconds{1});
    made.push_back(
        id_of(bot.post("/posts", mattermost.draft(std::to_string(i),
                                                  fmt::format(R"(,"pending_post_id":"{}")", i)))));
  }
  std::reverse(made.begin(), made.end());
  const std::string path = "/channels/" + mattermost.channel + "/posts";
  const auto slice = [&](std::size_t from, std::size_t count) {
    return std::vector<std::string>(made.begin() + static_cast<std::ptrdiff_t>(from),
                                    made.begin() + static_cast<std::ptrdiff_t>(from + count));
  };

  BOOST_TEST(order_of(bot.get(path)) == slice(0, 60), boost::test_tools::per_element());
  const auto first = bot.get(path + "?page=0&per_page=1000");
  BOOST_TEST(order_of(first) == slice(0, 200), boost::test_tools::per_element());
  BOOST_TEST(first.text("prev_post_id") == made[200]);
  BOOST_TEST(first.text("next_post_id").empty());
  const auto last = bot.get(path + "?page=1&per_page=200");
  BOOST_TEST(order_of(last) == slice(200, 5), boost::test_tools::per_element());
  BOOST_TEST(last.text("next_post_id") == made[199]);
  BOOST_TEST(order_of(bot.get(path + "?per_page=3&before=" + made[10])) == slice(11, 3),
             boost::test_tools::per_element());
  BOOST_TEST(order_of(bot.get(path + "?per_page=3&after=" + made[10])) == slice(7, 3),
             boost::test_tools::per_element());
  BOOST_TEST(first.json()->getObject("posts")->getObject(made[0])->getValue<std::string>(
                 "pending_post_id") == "");
}

BOOST_AUTO_TEST_CASE(a_deleted_post_is_gone_from_pages_but_told_by_since) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const std::string path = "/channels/" + mattermost.channel + "/posts";
  const std::string kept = id_of(bot.post("/posts", mattermost.draft("kept")));
  const std::string gone = id_of(bot.post("/posts", mattermost.draft("gone")));
  const auto since = std::to_string(mattermost.clock.now_ms());
  mattermost.clock.advance(std::chrono::seconds{1});

  bot.call("DELETE", "/posts/" + gone);

  BOOST_TEST(order_of(bot.get(path)) == std::vector<std::string>{kept},
             boost::test_tools::per_element());
  const auto changed = bot.get(path + "?since=" + since);
  BOOST_TEST(order_of(changed) == std::vector<std::string>{gone}, boost::test_tools::per_element());
  BOOST_TEST(
      changed.json()->getObject("posts")->getObject(gone)->getValue<std::int64_t>("delete_at") > 0);
  BOOST_TEST(bot.get(path + "?include_deleted=true").status == 403);
  BOOST_TEST(mattermost.simulator.posts_in_direct_channel(mattermost.anna).size() == 2U);
}

BOOST_AUTO_TEST_CASE(since_gives_a_thousand_rows_in_no_promised_order) {
  Mattermost mattermost;
  for (int i = 0; i < 1'001; ++i)
    BOOST_REQUIRE(
        !mattermost.simulator.write_as(mattermost.bot.user_id, mattermost.anna, "x").empty());

  const auto rows =
      order_of(mattermost.as_bot().get("/channels/" + mattermost.channel + "/posts?since=1"));

  BOOST_TEST(rows.size() == 1'000U);
  const auto made = mattermost.simulator.posts_in_direct_channel(mattermost.anna);
  BOOST_TEST(!std::equal(rows.begin(), rows.end(), made.begin(),
                         [](const std::string& id, const auto& post) { return id == post.id; }));
}

BOOST_AUTO_TEST_CASE(an_unchanged_list_is_not_sent_twice) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const std::string path = "/channels/" + mattermost.channel + "/posts";
  const std::string etag = bot.get(path).header("ETag");

  BOOST_TEST(bot.call("GET", path, "", {{"If-None-Match", etag}}).status == 304);
  bot.post("/posts", mattermost.draft("x"));
  BOOST_TEST(bot.call("GET", path, "", {{"If-None-Match", etag}}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_reply_brings_its_root_along_but_not_into_the_order) {
  Mattermost mattermost;
  const Client bot = mattermost.as_bot();
  const std::string root = id_of(bot.post("/posts", mattermost.draft("root")));
  const std::string reply =
      id_of(bot.post("/posts", mattermost.draft("reply", R"(,"root_id":")" + root + "\"")));

  const auto page = bot.get("/channels/" + mattermost.channel + "/posts?per_page=1");

  BOOST_TEST(order_of(page) == std::vector<std::string>{reply}, boost::test_tools::per_element());
  BOOST_TEST(page.json()->getObject("posts")->has(root));
  BOOST_TEST(bot.get("/posts/" + root).number("reply_count") == 1);
}

BOOST_AUTO_TEST_CASE(ephemeral_posts_are_for_administrators) {
  Mattermost mattermost;
  const std::string body =
      R"({"user_id":")" + mattermost.anna + R"(","post":)" + mattermost.draft("psst") + "}";

  BOOST_TEST(mattermost.as_bot().post("/posts/ephemeral", body).status == 403);
  BOOST_TEST(mattermost.as_admin().post("/posts/ephemeral", body).status == 201);
  BOOST_TEST(mattermost.simulator.ephemeral_messages(mattermost.anna).size() == 1U);
  BOOST_TEST(mattermost.simulator.posts_created() == 0U);
}

BOOST_AUTO_TEST_CASE(many_clients_post_at_once_and_nothing_is_lost) {
  Mattermost mattermost;
  std::atomic<int> made{0};
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 8; ++client)
      clients.emplace_back([&, client] {
        for (int i = 0; i < 50; ++i)
          if (mattermost.as_bot()
                  .post("/posts", mattermost.draft(
                                      "x", fmt::format(R"(,"pending_post_id":"{}:{}")", client, i)))
                  .status == 201)
            ++made;
      });
  }

  BOOST_TEST(made.load() == 400);
  const auto posts = mattermost.simulator.all_posts();
  BOOST_TEST(posts.size() == 400U);
  std::set<std::string> ids;
  for (const auto& post : posts) ids.insert(post.id);
  BOOST_TEST(ids.size() == 400U);
}

BOOST_AUTO_TEST_SUITE_END()
