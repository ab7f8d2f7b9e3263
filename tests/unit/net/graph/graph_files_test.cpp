#include "net/graph/graph_files.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "net/crypto/base64.h"
#include "tests/unit/net/graph/scripted_upstream.h"

using namespace belfry;       // NOLINT
using namespace belfry::net;  // NOLINT
using belfry::tests::ScriptedAnswer;

namespace {

const Secret k_bearer("bearer-token");
const Content k_address("https://contoso.sharepoint.com/sites/x/a plan \xC3\xBC.docx");
const MessageRef k_ref{ChatId{"19:a@thread.v2"}, MessageId{"17"}};

struct FilesWorld : belfry::tests::UpstreamWorld {
  GraphFiles files{http("graph"), *entropy, cloud()};
  const Secret download_url{upstream.url() + "/_download/abc"};

  void will_tell(const std::string& item) { upstream.will_answer(ScriptedAnswer{200, item}); }
  void will_give(int status, const std::string& bytes, const HttpHeaders& headers = {}) {
    upstream.will_answer(ScriptedAnswer{status, bytes, headers});
  }
  /// The address leads nowhere that may be asked.
  bool is_refused(const std::string& address) {
    const auto part = files.download(Secret{address}, {0, 10});
    return !part && part.error().kind == ErrorKind::refused;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(graph_files, FilesWorld)

BOOST_AUTO_TEST_CASE(a_shared_file_is_asked_for_by_its_address_as_a_token_and_redeems_its_link) {
  will_tell(R"({"name":"plan.docx","size":7,"cTag":"v1","@microsoft.graph.downloadUrl":")" +
            download_url.reveal() + R"("})");

  const auto file = files.shared_file(k_bearer, k_address);

  BOOST_REQUIRE(file);
  BOOST_TEST(file->name.reveal() == "plan.docx");
  BOOST_TEST(file->size == 7U);
  BOOST_TEST(file->version == "v1");
  const auto request = upstream.only();
  BOOST_TEST(request.target.starts_with("/v1.0/shares/u!" + base64url(k_address.reveal()) +
                                        "/driveItem?$select="));
  BOOST_TEST(request.header("Authorization") == "Bearer bearer-token");
  BOOST_TEST(request.header("Prefer") == "redeemSharingLinkIfNecessary");
}

BOOST_AUTO_TEST_CASE(a_folder_and_malware_need_no_address) {
  will_tell(R"({"name":"pictures","size":0,"folder":{"childCount":3}})");
  will_tell(R"({"name":"bad.exe","size":9,"malware":{"description":"bad"}})");

  BOOST_TEST(files.shared_file(k_bearer, k_address).value().is_folder);
  BOOST_TEST(files.shared_file(k_bearer, k_address).value().has_malware);
}

BOOST_AUTO_TEST_CASE(no_token_goes_with_a_download) {
  will_give(206, "0123", {{"Content-Range", "bytes 10-13/40"}, {"ETag", "\"{1},2\""}});

  const auto part = files.download(download_url, {10, 4});

  BOOST_REQUIRE(part);
  BOOST_TEST(part->bytes.reveal() == "0123");
  BOOST_TEST(part->total == 40U);
  BOOST_TEST(part->version == "\"{1},2\"");
  const auto request = upstream.only();
  BOOST_TEST(request.header("Range") == "bytes=10-13");
  BOOST_TEST(request.header("Authorization").empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_answers_with_everything_is_believed_at_the_start_only) {
  will_give(200, "0123456789");
  will_give(200, "0123456789");
  will_give(200, std::string(std::size_t{1} << 20U, 'x'));

  const auto whole = files.download(download_url, {0, 20});
  const auto within = files.download(download_url, {4, 4});
  const auto far = files.download(download_url, {4, 4});

  BOOST_REQUIRE(whole);
  BOOST_TEST(whole->total == 10U);
  BOOST_TEST((within.error().kind == ErrorKind::transient));
  BOOST_TEST((far.error().kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_CASE(what_gives_no_parts_and_is_larger_than_one_is_too_large) {
  will_give(200, std::string(std::size_t{1} << 20U, 'x'));

  const auto part = files.download(download_url, {0, 100});

  BOOST_REQUIRE(!part);
  BOOST_TEST((part.error().kind == ErrorKind::refused));
  BOOST_TEST(part.error().code == sync::k_file_too_large);
}

BOOST_AUTO_TEST_CASE(bytes_from_elsewhere_in_the_file_are_not_taken) {
  will_give(206, "0123", {{"Content-Range", "bytes 0-3/40"}});
  will_give(206, "0123456789", {{"Content-Range", "bytes 10-19/40"}});
  will_give(206, "0123", {});
  will_give(206, "0123", {{"Content-Range", "bytes 10-13/12"}});

  for (int i = 0; i < 4; ++i)
    BOOST_TEST((files.download(download_url, {10, 4}).error().kind == ErrorKind::transient));
}

BOOST_AUTO_TEST_CASE(a_range_beyond_the_end_and_an_address_that_grew_old_are_told_apart) {
  will_give(416, "");
  for (const int status : {401, 403, 404, 410}) will_give(status, "");

  BOOST_TEST(files.download(download_url, {10, 4}).error().status == sync::k_nothing_there);
  for (const ErrorKind kind :
       {ErrorKind::unauthorized, ErrorKind::forbidden, ErrorKind::gone, ErrorKind::gone})
    BOOST_TEST((files.download(download_url, {10, 4}).error().kind == kind));
}

BOOST_AUTO_TEST_CASE(a_redirection_is_not_followed) {
  will_give(302, "", {{"Location", upstream.url() + "/elsewhere"}});
  will_give(302, "", {{"Location", upstream.url() + "/elsewhere"}});

  BOOST_TEST(!files.download(download_url, {0, 4}));
  BOOST_TEST(!files.hosted_content(k_bearer, k_ref, Content{"c"}, 100));
  BOOST_TEST(upstream.received().size() == 2U);
}

BOOST_AUTO_TEST_CASE(only_a_public_host_by_https_may_be_downloaded_from) {
  const std::string graph = "https://graph.microsoft.com";
  BOOST_TEST(may_download_from("https://contoso-my.sharepoint.com/x?tempauth=1", graph));
  for (const char* address :
       {"http://contoso-my.sharepoint.com/x", "https://127.0.0.1/x", "https://localhost/x",
        "https://a.localhost/x", "https://[::1]/x", "https://169.254.169.254/latest",
        "https://10.0.0.1:8443/x", "https://2130706433/x", "https://0x7f.0.0.1/x",
        "https://intranet/x", "https://host./x", "http://127.0.0.1/x", "file:///etc/passwd",
        "ftp://contoso.sharepoint.com/x", "https://user@contoso.sharepoint.com/x", ""}) {
    BOOST_TEST(!may_download_from(address, graph), address);
  }
  // Where Graph itself is tried out on this machine, its files are too, and nobody else's.
  BOOST_TEST(may_download_from("http://127.0.0.1:9/x", "http://127.0.0.1:1"));
  BOOST_TEST(!may_download_from("http://192.168.0.1/x", "http://127.0.0.1:1"));
}

BOOST_AUTO_TEST_CASE(an_address_that_may_not_be_fetched_is_asked_by_nobody) {
  will_tell(R"({"name":"x","size":7,"@microsoft.graph.downloadUrl":"https://10.0.0.1/x"})");
  will_tell(R"({"name":"x","size":7})");

  BOOST_TEST((files.shared_file(k_bearer, k_address).error().kind == ErrorKind::refused));
  BOOST_TEST((files.shared_file(k_bearer, k_address).error().kind == ErrorKind::refused));
  BOOST_TEST(is_refused("https://10.0.0.1/x"));
}

BOOST_AUTO_TEST_CASE(a_content_is_asked_for_below_graphs_own_address) {
  will_give(200, "pixels", {{"Content-Type", "image/png; charset=binary"}});

  const auto content = files.hosted_content(k_bearer, k_ref, Content{"a/../b?c"}, 100);

  BOOST_REQUIRE(content);
  BOOST_TEST(content->bytes.reveal() == "pixels");
  BOOST_TEST(content->content_type == "image/png");
  const auto request = upstream.only();
  BOOST_TEST(request.target ==
             "/v1.0/chats/19%3Aa%40thread.v2/messages/17/hostedContents/a%2F..%2Fb%3Fc/$value");
  BOOST_TEST(request.header("Authorization") == "Bearer bearer-token");
}

BOOST_AUTO_TEST_CASE(a_content_beyond_the_limit_is_named_as_such) {
  will_give(200, std::string(101, 'x'));

  const auto content = files.hosted_content(k_bearer, k_ref, Content{"c"}, 100);

  BOOST_REQUIRE(!content);
  BOOST_TEST(content.error().code == sync::k_file_too_large);
}

BOOST_AUTO_TEST_CASE(a_locked_file_keeps_its_status_and_errors_name_no_file) {
  upstream.will_answer(ScriptedAnswer{
      423, R"({"error":{"code":"resourceLocked","message":"a plan.docx is locked"}})"});

  const auto file = files.shared_file(k_bearer, k_address);

  BOOST_REQUIRE(!file);
  BOOST_TEST(file.error().status == 423);
  BOOST_TEST(file.error().text.find("plan") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
