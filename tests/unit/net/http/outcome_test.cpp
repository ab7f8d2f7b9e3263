#include "net/http/outcome.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "net/json/json_view.h"

namespace belfry::net {
namespace {

std::string fixture(const std::string& path) {
  std::ifstream file(std::string(BELFRY_FIXTURES) + "/" + path, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Graph's samples tell status, headers and body.
HttpAnswer graph_answer(const std::string& name) {
  const std::string text = fixture("graph/" + name + ".json");
  const auto sample = JsonView::parse(text);
  BOOST_REQUIRE(sample.has_value());
  HttpAnswer answer;
  answer.status = static_cast<int>((*sample)["status"].integer().value_or(0));
  for (const auto& [header, value] : (*sample)["headers"].members()) {
    answer.headers.emplace_back(header, value.text());
  }
  const JsonView body = (*sample)["body"];
  answer.body = body.is_missing() ? std::string() : std::string(body.raw());
  return answer;
}

HttpAnswer mattermost_answer(const std::string& name) {
  HttpAnswer answer;
  answer.body = fixture("mattermost/" + name + ".json");
  answer.status =
      static_cast<int>((*JsonView::parse(answer.body))["status_code"].integer().value_or(0));
  return answer;
}

std::optional<Duration> after(const std::string& retry_after_text, const std::string& date = {}) {
  HttpAnswer answer;
  answer.headers = {{"retry-after", retry_after_text}, {"Date", date}};
  return retry_after(answer);
}

/// So that a sample that comes later is not forgotten.
std::size_t samples_of_errors(const std::string& upstream) {
  std::size_t count = 0;
  const std::string folder = std::string(BELFRY_FIXTURES) + "/" + upstream;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    count += file.path().filename().string().starts_with("error_") ? 1U : 0U;
  }
  return count;
}

using K = ErrorKind;
struct Expected {
  ErrorKind kind;
  std::string code;
  std::optional<int> retry_after_s = std::nullopt;
};

void check(const std::string& name, const Error& error, const Expected& expected) {
  BOOST_TEST_CONTEXT(name) {
    BOOST_TEST(name_of(error.kind) == name_of(expected.kind));
    BOOST_TEST(error.code == expected.code);
    BOOST_TEST(error.retry_after.has_value() == expected.retry_after_s.has_value());
    if (error.retry_after && expected.retry_after_s) {
      BOOST_TEST(error.retry_after->count() == *expected.retry_after_s * 1000);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outcome)

BOOST_AUTO_TEST_CASE(each_sample_of_graphs_errors_asks_for_the_right_thing) {
  const std::map<std::string, Expected> samples = {
      {"error_400_bad_filter", {K::refused, "badrequest"}},
      {"error_400_lifecycle_url_required", {K::refused, "invalidrequest"}},
      {"error_400_subscription_validation", {K::refused, "validationerror"}},
      {"error_400_subscription_validation_timeout", {K::refused, "invalidrequest"}},
      {"error_400_sync_state_not_found", {K::refused, "syncstatenotfound"}},
      {"error_401_claims_challenge", {K::unauthorized, "invalidauthenticationtoken"}},
      {"error_401_invalid_token", {K::unauthorized, "invalidauthenticationtoken"}},
      {"error_402_evaluation_exceeded", {K::exhausted, "paymentrequired"}},
      {"error_402_license", {K::exhausted, "paymentrequired"}},
      {"error_402_no_billing", {K::exhausted, "paymentrequired"}},
      {"error_403_missing_role", {K::forbidden, "forbidden"}},
      {"error_403_not_member", {K::forbidden, "forbidden"}},
      {"error_403_protected_api", {K::forbidden, "forbidden"}},
      {"error_403_subscription_quota", {K::forbidden, "forbidden"}},
      {"error_404_message", {K::gone, "notfound"}},
      {"error_404_subscription", {K::gone, "resourcenotfound"}},
      {"error_409_subscription_exists", {K::refused, "conflict"}},
      {"error_410_resync_location", {K::gone, "resyncrequired"}},
      {"error_410_sync_state_not_found", {K::gone, "syncstatenotfound"}},
      {"error_412_delegated_context", {K::refused, "preconditionfailed"}},
      {"error_429_fractional", {K::throttled, "toomanyrequests", 3}},
      {"error_429_no_header", {K::throttled, "activitylimitreached"}},
      {"error_429_retry_after", {K::throttled, "toomanyrequests", 10}},
      {"error_500", {K::transient, "internalservererror"}},
      {"error_502_empty", {K::transient, "badgateway"}},
      {"error_503_retry_after", {K::transient, "servicenotavailable", 30}},
      {"error_504", {K::transient, "gatewaytimeout"}},
      {"error_nested_inner", {K::forbidden, "blockedbypolicy"}},
  };
  BOOST_TEST(samples.size() == samples_of_errors("graph"));
  for (const auto& [name, expected] : samples) {
    const HttpAnswer answer = graph_answer(name);
    const Error error = classify(answer, "read a message");
    check(name, error, expected);
    BOOST_TEST(error.status == answer.status);
    BOOST_TEST(error.text.find("bbea0d1c-150e-47a3-a8f4-06a7325e219b") != std::string::npos, name);
    BOOST_TEST(error.text.starts_with("read a message: status "), error.text);
  }
}

BOOST_AUTO_TEST_CASE(each_sample_of_mattermosts_errors_asks_for_the_right_thing) {
  const std::map<std::string, Expected> samples = {
      {"error_401", {K::unauthorized, "api.context.session_expired.app_error"}},
      {"error_403", {K::forbidden, "api.context.permissions.app_error"}},
      {"error_attachments_disabled", {K::forbidden, "api.file.attachments.disabled.app_error"}},
      {"error_body_too_large", {K::refused, "api.context.request_body_too_large.app_error"}},
      {"error_dm_no_common_team",
       {K::forbidden, "api.channel.create_channel.direct_channel.team_restricted_error"}},
      {"error_duplicate_trigger", {K::refused, "api.command.duplicate_trigger.app_error"}},
      {"error_edit_time_limit",
       {K::refused, "api.post.update_post.permissions_time_limit.app_error"}},
      {"error_email_hidden", {K::forbidden, "api.user.get_user_by_email.permissions.app_error"}},
      {"error_file_too_large", {K::refused, "api.file.upload_file.too_large_detailed.app_error"}},
      {"error_first_part_too_small",
       {K::refused, "app.upload.upload_data.first_part_too_small.app_error"}},
      {"error_hardened", {K::transient, ""}},
      {"error_image_too_large",
       {K::refused, "api.file.upload_file.large_image_detailed.app_error"}},
      {"error_message_too_long", {K::refused, "model.post.is_valid.message_length.app_error"}},
      {"error_post_missing", {K::gone, "app.post.get.app_error"}},
      {"error_post_pending", {K::transient, "api.post.deduplicate_create_post.pending"}},
      {"error_post_restricted_dm",
       {K::refused, "api.post.create_post.can_not_post_in_restricted_dm.error"}},
      {"error_trigger_expired", {K::refused, "interactive_message.decode_trigger_id.expired"}},
      {"error_user_missing", {K::gone, "app.user.missing_account.const"}},
  };
  BOOST_TEST(samples.size() == samples_of_errors("mattermost"));
  for (const auto& [name, expected] : samples) {
    const Error error = classify(mattermost_answer(name), "create_post");
    check(name, error, expected);
    BOOST_TEST(error.text.find("r1t6ukm8ybdh3qxznwfo5gp9ce") != std::string::npos, name);
  }
}

BOOST_AUTO_TEST_CASE(a_rate_limit_in_plain_text_is_understood) {
  std::istringstream sample(fixture("mattermost/rate_limited.txt"));
  HttpAnswer answer;
  std::string line;
  std::getline(sample, line);
  answer.status = std::stoi(line.substr(9, 3));
  while (std::getline(sample, line) && line.size() > 1) {
    const auto colon = line.find(": ");
    answer.headers.emplace_back(line.substr(0, colon),
                                line.substr(colon + 2, line.size() - colon - 3));
  }
  answer.body = std::string(std::istreambuf_iterator<char>(sample), {});

  check("rate_limited.txt", classify(answer, "create_post"), {K::throttled, "", 1});
}

BOOST_AUTO_TEST_CASE(a_request_that_does_harm_twice_is_in_doubt_after_any_failure_of_the_server) {
  HttpAnswer answer;
  for (const int status : {408, 500, 501, 502, 503, 504, 599}) {
    answer.status = status;
    BOOST_TEST((classify_in_doubt(answer, "create_post").kind == K::in_doubt), status);
  }
  answer.status = 429;
  BOOST_TEST((classify_in_doubt(answer, "create_post").kind == K::throttled));
  answer.status = 400;
  BOOST_TEST((classify_in_doubt(answer, "create_post").kind == K::refused));
  BOOST_TEST((classify_in_doubt(mattermost_answer("error_post_pending"), "create_post").kind ==
              K::in_doubt));
}

BOOST_AUTO_TEST_CASE(statuses_without_any_body_are_enough) {
  const std::map<int, ErrorKind> kinds = {
      {301, K::transient}, {308, K::transient}, {400, K::refused},   {404, K::gone},
      {405, K::refused},   {407, K::transient}, {408, K::transient}, {410, K::gone},
      {413, K::refused},   {423, K::transient}, {425, K::transient}, {429, K::throttled},
      {500, K::transient}, {501, K::refused},   {507, K::transient}, {509, K::transient}};
  for (const auto& [status, kind] : kinds) {
    HttpAnswer answer;
    answer.status = status;
    BOOST_TEST((classify(answer, "x").kind == kind), status);
  }
}

BOOST_AUTO_TEST_CASE(an_error_never_repeats_what_the_body_says) {
  HttpAnswer answer;
  answer.status = 400;
  answer.body =
      R"({"error":{"code":"see the message of Anna","message":"secret words","innerError":)"
      R"({"request-id":"<b>","code":"ok_code"}}})";
  BOOST_TEST(classify(answer, "x").text == "x: status 400 ok_code");
  for (const char* body : {"<html>secret words</html>", "", "[]", "\"x\"", "{\"id\":\"a b\"}",
                           "{\"error\":17}", "{\"error\":{\"code\":\"429\"}}"}) {
    answer.body = body;
    BOOST_TEST(classify(answer, "x").text == "x: status 400", body);
  }
}

BOOST_AUTO_TEST_CASE(the_errors_of_the_token_endpoint_have_a_code) {
  HttpAnswer answer;
  answer.status = 400;
  answer.body = R"({"error":"invalid_grant","error_codes":[70008]})";
  BOOST_TEST(classify(answer, "refresh").code == "invalid_grant");
}

BOOST_AUTO_TEST_CASE(retry_after_is_seconds_fractions_or_a_date) {
  BOOST_TEST(after("10")->count() == 10'000);
  BOOST_TEST(after("0")->count() == 0);
  BOOST_TEST(after("2.128")->count() == 3'000);
  BOOST_TEST(after("0.001")->count() == 1'000);
  BOOST_TEST(after("999999999999")->count() == 86'400'000);
  const std::string date = "Mon, 02 Mar 2026 08:15:30 GMT";
  BOOST_TEST(after("Mon, 02 Mar 2026 08:16:00 GMT", date)->count() == 30'000);
  BOOST_TEST(after("Mon, 02 Mar 2026 08:15:00 GMT", date)->count() == 0);
  BOOST_TEST(after("Mon, 02 Mar 2076 08:15:00 GMT", date)->count() == 86'400'000);
  for (const char* text :
       {"", "-1", "soon", "1e9x", "nan", "inf", "10 s", "Mon, 02 Mar 2026 08:16:00 GMT"}) {
    BOOST_TEST(!after(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_tells_when_it_was_given) {
  HttpAnswer answer;
  answer.headers = {{"date", "Mon, 02 Mar 2026 08:15:30 GMT"}};
  BOOST_TEST((date_of(answer) == parse_iso8601("2026-03-02T08:15:30Z")));
  for (const char* text : {"", "soon", "2026-03-02T08:15:30Z"}) {
    answer.headers = {{"Date", text}};
    BOOST_TEST(!date_of(answer), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
