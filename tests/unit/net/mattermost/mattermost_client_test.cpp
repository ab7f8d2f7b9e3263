#include "net/mattermost/mattermost_client.h"

#include <boost/test/unit_test.hpp>

#include "tests/unit/net/http/loopback.h"
#include "tests/unit/net/mattermost/mattermost_fixture.h"

namespace belfry::net {
namespace {

using tests::k_anna;
using tests::k_bot;
using tests::k_channel;
using tests::mattermost_fixture;
using tests::ok;
using tests::Peer;
using tests::RealClock;
using tests::ScriptedServer;

class Observations : public RequestObserver {
 public:
  void observed(std::string_view upstream, std::string_view operation, int status,
                Duration /*took*/) override {
    const MutexLock lock(mutex_);
    lines_.push_back(std::string(upstream) + " " + std::string(operation) + " " +
                     std::to_string(status));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const MutexLock lock(mutex_);
    return lines_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
};

std::string answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// A text that the test sets and the server's thread reads.
class SharedText {
 public:
  SharedText() = default;
  explicit SharedText(std::string text) : text_(std::move(text)) {}
  SharedText& operator=(const std::string& text) {
    const MutexLock lock(mutex_);
    text_ = text;
    return *this;
  }
  [[nodiscard]] std::string get() const {
    const MutexLock lock(mutex_);
    return text_;
  }

 private:
  mutable Mutex mutex_;
  std::string text_ GUARDED_BY(mutex_);
};

/// An answer that ends so ends too early.
const std::string k_cut = "{<cut>";

/// A Mattermost that knows its bot and says `next` to everything else. An empty `next` is an answer
/// that never comes.
struct Fixture {
  RealClock clock;
  Observations observed;
  SharedText next;
  SharedText bot_answer{ok(mattermost_fixture("user_me_bot"))};
  ScriptedServer server{[this](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty();
         request = peer.read_request()) {
      if (request.starts_with("GET /sub/api/v4/users/me ")) {
        peer.send(bot_answer.get());
        continue;
      }
      peer.note(request);
      const std::string said = next.get();
      if (said.empty()) return;
      peer.send(said);
      if (said.ends_with(k_cut)) return;
    }
  }};
  std::unique_ptr<HttpClient> http = [this] {
    auto opened = HttpClient::open({}, clock);
    BOOST_REQUIRE(opened.has_value());
    return std::move(*opened);
  }();
  MattermostClient client{
      *http,
      clock,
      observed,
      {server.url("/sub/"), Secret("token"), "https://b.test/action", Duration{30'000}}};

  [[nodiscard]] std::string asked() const {
    return server.noted().empty() ? std::string() : server.noted().back();
  }
  Result<sync::CreatedPost> post() {
    return client.create_post({ChannelId(k_channel), Content("text"), BelfryRef("mark"), {}});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mattermost_client, Fixture)

BOOST_AUTO_TEST_CASE(a_post_is_made_below_the_sub_path_with_the_bots_token) {
  next = answer(201, mattermost_fixture("post_create_response"));

  const auto posted = post();

  BOOST_REQUIRE(posted.has_value());
  BOOST_TEST(posted->id.text() == "p7g3xwdk9fmo1rhnytq5uzbs6e");
  BOOST_TEST(asked().starts_with("POST /sub/api/v4/posts?set_online=false HTTP/1.1\r\n"));
  BOOST_TEST(asked().find("Authorization: Bearer token\r\n") != std::string::npos);
  BOOST_TEST(asked().find("Content-Type: application/json\r\n") != std::string::npos);
  BOOST_TEST(asked().ends_with(
      R"({"channel_id":"c9f4rbm1ohz7ktwq6ysnxdg3ue","message":"text",)"
      R"("pending_post_id":"7h3kqx1m9ifr8g6uwnoz4tpeca:mark","props":{"belfry_ref":"mark"}})"));
}

BOOST_AUTO_TEST_CASE(a_duplicate_that_the_server_recognised_is_the_first_post) {
  next = answer(201, mattermost_fixture("post_deduplicated_response"));

  const auto posted = post();

  BOOST_REQUIRE(posted.has_value());
  BOOST_TEST(posted->id.text() == "p7g3xwdk9fmo1rhnytq5uzbs6e");
}

BOOST_AUTO_TEST_CASE(a_post_is_in_doubt_when_the_server_failed_or_never_answered) {
  for (const std::string& bad : {std::string(), answer(500, mattermost_fixture("error_hardened")),
                                 answer(502, "<html>bad gateway</html>"), answer(503, ""),
                                 answer(504, ""), answer(201, "<html>not a post</html>"),
                                 "HTTP/1.1 201 Created\r\nContent-Length: 999\r\n\r\n" + k_cut}) {
    next = bad;
    const auto posted = post();
    BOOST_REQUIRE(!posted.has_value());
    BOOST_TEST((posted.error().kind == ErrorKind::in_doubt), bad);
  }
}

BOOST_AUTO_TEST_CASE(a_post_whose_first_try_still_runs_is_in_doubt_for_a_second_at_least) {
  next = answer(500, mattermost_fixture("error_post_pending"));

  const auto posted = post();

  BOOST_TEST((posted.error().kind == ErrorKind::in_doubt));
  BOOST_REQUIRE(posted.error().retry_after.has_value());
  BOOST_TEST(posted.error().retry_after->count() >= 1000);
}

BOOST_AUTO_TEST_CASE(a_cluster_gets_time_before_its_lists_are_believed) {
  next = ok(R"({"Version":"11.6.0","MaxPostSize":"1","EnableCluster":"true"})");
  BOOST_REQUIRE(client.server().has_value());
  next = answer(500, mattermost_fixture("error_hardened"));

  const auto posted = post();

  BOOST_REQUIRE(posted.error().retry_after.has_value());
  BOOST_TEST(posted.error().retry_after->count() >= 2000);
}

BOOST_AUTO_TEST_CASE(a_post_that_was_refused_is_not_in_doubt) {
  const std::vector<std::tuple<int, std::string, ErrorKind>> refusals = {
      {400, "error_message_too_long", ErrorKind::refused},
      {400, "error_post_restricted_dm", ErrorKind::refused},
      {401, "error_401", ErrorKind::unauthorized},
      {403, "error_403", ErrorKind::forbidden},
      {413, "error_body_too_large", ErrorKind::refused}};
  for (const auto& [status, name, kind] : refusals) {
    next = answer(status, mattermost_fixture(name));
    BOOST_TEST((post().error().kind == kind), name);
  }
  next =
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 15\r\n\r\n"
      "limit exceeded\n";
  const auto limited = post();
  BOOST_TEST((limited.error().kind == ErrorKind::throttled));
  BOOST_TEST(limited.error().retry_after->count() == 1000);
}

BOOST_AUTO_TEST_CASE(a_post_is_not_in_doubt_while_the_bot_itself_is_unknown) {
  bot_answer = answer(500, "");

  const auto posted = post();

  BOOST_TEST((posted.error().kind == ErrorKind::transient));
  BOOST_TEST(server.noted().empty());
}

BOOST_AUTO_TEST_CASE(a_post_is_patched_deleted_and_read) {
  const PostId id("p7g3xwdk9fmo1rhnytq5uzbs6e");
  next = ok(mattermost_fixture("post_patch_response"));
  BOOST_TEST(client.patch_post(id, Content("new")).has_value());
  BOOST_TEST(asked().starts_with("PUT /sub/api/v4/posts/p7g3xwdk9fmo1rhnytq5uzbs6e/patch "));
  BOOST_TEST(asked().ends_with(R"({"message":"new"})"));

  next = ok(mattermost_fixture("status_ok"));
  BOOST_TEST(client.delete_post(id).has_value());
  BOOST_TEST(asked().starts_with("DELETE /sub/api/v4/posts/p7g3xwdk9fmo1rhnytq5uzbs6e "));

  next = ok(mattermost_fixture("post_create_response"));
  BOOST_TEST(client.post(id)->mark.text() == "b4e1f0c2d7a94f8e93b1");
  BOOST_TEST(asked().starts_with("GET /sub/api/v4/posts/p7g3xwdk9fmo1rhnytq5uzbs6e "));
}

BOOST_AUTO_TEST_CASE(a_missing_post_is_forbidden_to_patch_and_gone_to_others) {
  const PostId id("p7g3xwdk9fmo1rhnytq5uzbs6e");
  next = answer(403, mattermost_fixture("error_403"));
  BOOST_TEST((client.patch_post(id, Content("x")).error().kind == ErrorKind::forbidden));
  next = answer(404, mattermost_fixture("error_post_missing"));
  BOOST_TEST((client.post(id).error().kind == ErrorKind::gone));
  BOOST_TEST((client.delete_post(id).error().kind == ErrorKind::gone));
  next = answer(400, mattermost_fixture("error_edit_time_limit"));
  const auto late = client.patch_post(id, Content("x"));
  BOOST_TEST((late.error().kind == ErrorKind::refused));
  BOOST_TEST(late.error().code == sync::k_edit_time_over);
}

BOOST_AUTO_TEST_CASE(a_page_is_asked_for_by_number) {
  next = ok(mattermost_fixture("post_list"));

  const auto page = client.posts_page(ChannelId(k_channel), 3);

  BOOST_REQUIRE(page.has_value());
  BOOST_TEST(page->posts.size() == 2U);
  BOOST_TEST(asked().starts_with(
      "GET /sub/api/v4/channels/c9f4rbm1ohz7ktwq6ysnxdg3ue/posts?page=3&per_page=200 "));
}

BOOST_AUTO_TEST_CASE(people_channels_and_the_server_are_asked_for) {
  next = ok(mattermost_fixture("user"));
  BOOST_TEST(client.user(MattermostUserId(k_anna))->username == "anna.kowalska");
  BOOST_TEST(asked().starts_with("GET /sub/api/v4/users/w1s9yqk5tjbh7nmcfx3oe4rpza "));
  BOOST_TEST(client.user_by_name("anna.k/..").has_value());
  BOOST_TEST(asked().starts_with("GET /sub/api/v4/users/username/anna.k%2F.. "));

  next = ok(mattermost_fixture("users_by_ids"));
  const std::vector<MattermostUserId> ids = {MattermostUserId(k_anna), MattermostUserId("b\"")};
  BOOST_TEST(client.users(ids)->size() > 1U);
  BOOST_TEST(asked().starts_with("POST /sub/api/v4/users/ids "));
  BOOST_TEST(asked().ends_with("[\"" + k_anna + "\",\"b\\\"\"]"));

  next = answer(201, mattermost_fixture("channel_direct"));
  BOOST_TEST(client.direct_channel(MattermostUserId(k_anna))->text() == k_channel);
  BOOST_TEST(asked().starts_with("POST /sub/api/v4/channels/direct "));
  BOOST_TEST(asked().ends_with("[\"" + k_bot + "\",\"" + k_anna + "\"]"));

  next = ok(mattermost_fixture("config_client"));
  BOOST_TEST(client.server()->version == "11.6.0");
  BOOST_TEST(asked().starts_with("GET /sub/api/v4/config/client?format=old "));

  BOOST_TEST(client.bot()->is_bot);
}

BOOST_AUTO_TEST_CASE(an_empty_id_asks_nothing) {
  BOOST_TEST((client.user({}).error().kind == ErrorKind::refused));
  BOOST_TEST((client.user_by_name({}).error().kind == ErrorKind::refused));
  BOOST_TEST((client.post({}).error().kind == ErrorKind::refused));
  BOOST_TEST((client.delete_post({}).error().kind == ErrorKind::refused));
  BOOST_TEST((client.patch_post({}, Content("x")).error().kind == ErrorKind::refused));
  BOOST_TEST(server.noted().empty());
}

BOOST_AUTO_TEST_CASE(a_success_of_somebody_else_is_transient) {
  next = ok("<html>please log in</html>");

  BOOST_TEST((client.user(MattermostUserId(k_anna)).error().kind == ErrorKind::transient));
  BOOST_TEST((client.server().error().kind == ErrorKind::transient));
  BOOST_TEST((client.posts_page(ChannelId(k_channel), 0).error().kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_CASE(each_request_is_observed_by_its_name) {
  next = answer(201, mattermost_fixture("post_create_response"));
  BOOST_REQUIRE(post().has_value());
  next = answer(502, "");
  BOOST_REQUIRE(!post().has_value());
  next = "";
  BOOST_REQUIRE(!post().has_value());

  const std::vector<std::string> expected = {"mattermost bot 200", "mattermost create_post 201",
                                             "mattermost create_post 502",
                                             "mattermost create_post 0"};
  BOOST_TEST(observed.lines() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_error_tells_the_token_or_what_people_wrote) {
  for (const std::string& bad :
       {std::string(), answer(400, R"({"id":"x.y","message":"secret text of Anna"})")}) {
    next = bad;
    const auto posted =
        client.create_post({ChannelId(k_channel), Content("secret text"), BelfryRef("m"), {}});
    BOOST_TEST(posted.error().text.find("secret") == std::string::npos);
    BOOST_TEST(posted.error().text.find("token") == std::string::npos);
    BOOST_TEST(posted.error().text.find("create_post") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_large_file_has_the_time_that_mattermost_gives_it) {
  using std::chrono::seconds;
  BOOST_TEST((upload_timeout(0) == seconds{90}));
  BOOST_TEST((upload_timeout(std::uint64_t{400} << 20U) == seconds{190}));
  BOOST_TEST((upload_timeout(std::uint64_t{1} << 30U) == seconds{300}));
  BOOST_TEST((upload_timeout(std::uint64_t{1} << 50U) == seconds{300}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
