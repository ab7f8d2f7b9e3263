#include <vector>

#include <Poco/Net/StreamSocket.h>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "tests/kit/pictures.h"
#include "tests/sandbox/crypto.h"
#include "tests/sandbox_tests/mattermost_kit.h"

using namespace belfry::sandbox;
using namespace belfry::sandbox::mattermost_kit;

namespace {

constexpr std::size_t k_five_mib = 5U << 20U;
const NameValues k_raw{{"Content-Type", "application/octet-stream"}};

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

struct Uploading : Mattermost {
  [[nodiscard]] Response upload(const std::string& name, const std::string& bytes) const {
    return as_bot().call("POST", "/files?channel_id=" + channel + "&filename=" + name, bytes,
                         k_raw);
  }
  [[nodiscard]] std::string uploaded(const std::string& name, const std::string& bytes) const {
    return upload(name, bytes)
        .json()
        ->getArray("file_infos")
        ->getObject(0)
        ->getValue<std::string>("id");
  }
  [[nodiscard]] Response begin(const std::string& name, std::size_t size) const {
    return as_bot().post(
        "/uploads", fmt::format(R"({{"channel_id":"{}","filename":"{}","file_size":{}}})", channel,
                                name, size));
  }
  Response part(const std::string& id, const std::string& bytes) const {
    return as_bot().call("POST", "/uploads/" + id, bytes, k_raw);
  }
};

}  // namespace

// Files: uploaded whole, in parts, and used in posts.
BOOST_AUTO_TEST_SUITE(mattermost_simulator)

BOOST_AUTO_TEST_CASE(a_raw_file_is_stored_with_size_hash_and_the_type_of_its_name) {
  const Uploading mattermost;
  const std::string bytes(200'000, 'x');

  const auto response = mattermost.upload("logs/build.log", bytes);

  BOOST_TEST(response.status == 201);
  const auto info = response.json()->getArray("file_infos")->getObject(0);
  BOOST_TEST(info->getValue<std::string>("name") == "build.log");
  BOOST_TEST(info->getValue<std::string>("mime_type") == "text/plain; charset=utf-8");
  BOOST_TEST(!info->has("post_id"));
  const auto file = mattermost.simulator.files().at(0);
  BOOST_TEST(file.size == 200'000);
  BOOST_TEST(file.sha256 == hex(sha256(bytes)));
  BOOST_TEST(file.content.empty());
}

BOOST_AUTO_TEST_CASE(a_multipart_file_is_stored_as_well) {
  const Uploading mattermost;
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"channel_id\"\r\n\r\n" + mattermost.channel +
      "\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nhello"
      "\r\n--b--\r\n";

  const auto response = mattermost.as_bot().call(
      "POST", "/files", body, {{"Content-Type", "multipart/form-data; boundary=b"}});

  BOOST_TEST(response.status == 201);
  BOOST_TEST(mattermost.simulator.files().at(0).content == "hello");
}

BOOST_AUTO_TEST_CASE(a_chunked_file_needs_no_length) {
  const Uploading mattermost;
  Poco::Net::HTTPClientSession session("127.0.0.1", mattermost.server.port());
  Poco::Net::HTTPRequest request(
      "POST", "/api/v4/files?channel_id=" + mattermost.channel + "&filename=a.bin", "HTTP/1.1");
  request.set("Authorization", "Bearer " + mattermost.bot.token);
  request.setChunkedTransferEncoding(true);
  session.sendRequest(request) << std::string(100'000, 'y');

  Poco::Net::HTTPResponse response;
  session.receiveResponse(response);

  BOOST_TEST(response.getStatus() == 201);
  BOOST_TEST(mattermost.simulator.files().at(0).size == 100'000);
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_refused) {
  const Uploading mattermost;

  BOOST_TEST(mattermost.upload("a.txt", "").status == 400);
}

BOOST_AUTO_TEST_CASE(a_file_over_the_limit_is_refused_while_the_client_still_sends) {
  Uploading mattermost;
  mattermost.simulator.set_config("MaxFileSize", "1000000");

  const auto response = mattermost.upload("a.bin", std::string(3'000'000, 'x'));

  BOOST_TEST(response.status == 413);
  BOOST_TEST(response.text("id") == "api.file.upload_file.too_large_detailed.app_error");
  BOOST_TEST(mattermost.upload("a.bin", std::string(1'000'000, 'x')).status == 201);
}

BOOST_AUTO_TEST_CASE(attachments_that_are_off_are_a_403_here_and_a_501_there) {
  Uploading mattermost;
  mattermost.simulator.set_config("EnableFileAttachments", "false");

  BOOST_TEST(mattermost.upload("a.txt", "x").status == 403);
  BOOST_TEST(mattermost.begin("a.txt", 1).status == 501);
}

BOOST_AUTO_TEST_CASE(a_picture_is_measured_and_must_not_be_too_large) {
  Uploading mattermost;

  const auto small = mattermost.upload("a.png", belfry::kit::png(1600, 900));
  const auto large = mattermost.upload("b.png", belfry::kit::png(8000, 8000));

  const auto info = small.json()->getArray("file_infos")->getObject(0);
  BOOST_TEST(info->getValue<int>("width") == 1600);
  BOOST_TEST(info->getValue<int>("height") == 900);
  BOOST_TEST(large.status == 400);
  BOOST_TEST(large.text("id") == "api.file.upload_file.large_image_detailed.app_error");
  BOOST_TEST(mattermost.upload("broken.png", "no picture").status == 201);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_attached_are_dropped_without_a_word) {
  Uploading mattermost;
  const std::string own = mattermost.uploaded("a.txt", "x");
  const std::string used = mattermost.uploaded("b.txt", "x");
  const auto with_files = [&](const std::string& ids) {
    return mattermost.as_bot().post("/posts",
                                    mattermost.draft("x", R"(,"file_ids":[)" + ids + "]"));
  };
  with_files("\"" + used + "\"");

  const auto made =
      with_files(fmt::format(R"("{}","{}","0000000000000000000000000z","{}")", own, used, own));

  BOOST_TEST(made.status == 201);
  BOOST_TEST(made.json()->getArray("file_ids")->size() == 1U);
  BOOST_TEST(made.body.find(fmt::format(R"("file_ids":["{}"])", own)) != std::string::npos);
  BOOST_TEST(made.json()->getObject("metadata")->getArray("files")->size() == 1U);
  BOOST_TEST(mattermost.as_bot().get("/files/" + own + "/info").text("post_id") == made.text("id"));
}

BOOST_AUTO_TEST_CASE(a_file_without_a_post_is_its_uploaders_alone) {
  Uploading mattermost;
  const std::string id = mattermost.uploaded("a.txt", "x");

  BOOST_TEST(mattermost.as_anna().get("/files/" + id + "/info").status == 403);
  mattermost.as_bot().post("/posts", mattermost.draft("x", R"(,"file_ids":[")" + id + "\"]"));

  BOOST_TEST(mattermost.as_anna().get("/files/" + id + "/info").status == 200);
  BOOST_TEST(mattermost.as_anna().get("/files/" + id).body == "x");
}

BOOST_AUTO_TEST_CASE(an_upload_goes_on_where_it_stopped) {
  Uploading mattermost;
  const std::string first(k_five_mib, 'a');
  const std::string second(1'000, 'b');
  const std::string id = mattermost.begin("film.mp4", first.size() + second.size()).text("id");

  const auto half = mattermost.part(id, first);
  const auto state = mattermost.as_bot().get("/uploads/" + id);
  const auto whole = mattermost.part(id, second);

  BOOST_TEST(half.status == 204);
  BOOST_TEST(half.body.empty());
  BOOST_TEST(state.number("file_offset") == static_cast<std::int64_t>(k_five_mib));
  BOOST_TEST(whole.status == 200);
  BOOST_TEST(whole.text("mime_type") == "video/mp4");
  BOOST_TEST(mattermost.simulator.files().at(0).sha256 == hex(sha256(first + second)));
  BOOST_TEST(mattermost.as_bot().get("/uploads/" + id).status == 404);
}

BOOST_AUTO_TEST_CASE(a_first_part_below_five_mebibytes_is_thrown_away) {
  Uploading mattermost;
  const std::string id = mattermost.begin("film.mp4", 10 * k_five_mib).text("id");

  const auto small = mattermost.part(id, std::string(k_five_mib - 1, 'a'));

  BOOST_TEST(small.status == 400);
  BOOST_TEST(small.text("id") == "app.upload.upload_data.first_part_too_small.app_error");
  BOOST_TEST(mattermost.as_bot().get("/uploads/" + id).number("file_offset") == 0);
  BOOST_TEST(mattermost.part(id, std::string(k_five_mib, 'a')).status == 204);
}

BOOST_AUTO_TEST_CASE(a_small_file_may_be_uploaded_in_one_part) {
  Uploading mattermost;
  const std::string id = mattermost.begin("a.txt", 3).text("id");

  BOOST_TEST(mattermost.part(id, "abc").status == 200);
}

BOOST_AUTO_TEST_CASE(a_part_longer_than_the_rest_is_refused) {
  Uploading mattermost;
  const std::string id = mattermost.begin("a.txt", 3).text("id");

  const auto response = mattermost.part(id, "abcd");

  BOOST_TEST(response.status == 400);
  BOOST_TEST(response.text("id") == "api.upload.upload_data.invalid_content_length");
}

BOOST_AUTO_TEST_CASE(a_cut_connection_keeps_what_arrived) {
  Uploading mattermost;
  const std::string id = mattermost.begin("film.mp4", 4 * k_five_mib).text("id");
  mattermost.part(id, std::string(k_five_mib, 'a'));
  {
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", mattermost.server.port()));
    const std::string head = fmt::format(
        "POST /api/v4/uploads/{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
        "Content-Length: 2000000\r\n\r\n",
        id, mattermost.bot.token);
    const std::string bytes = head + std::string(1'000'000, 'b');
    for (std::size_t sent = 0; sent < bytes.size();)
      sent += static_cast<std::size_t>(
          socket.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent)));
    socket.shutdownSend();
    std::array<char, 1'024> answer{};
    while (socket.receiveBytes(answer.data(), static_cast<int>(answer.size())) > 0) {
    }
  }

  BOOST_TEST(mattermost.as_bot().get("/uploads/" + id).number("file_offset") ==
             static_cast<std::int64_t>(k_five_mib) + 1'000'000);
}

BOOST_AUTO_TEST_CASE(two_parts_at_a_time_are_one_too_many) {
  Uploading mattermost;
  const std::string id = mattermost.begin("film.mp4", 4 * k_five_mib).text("id");
  const std::string head = fmt::format(
      "POST /api/v4/uploads/{} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
      "Content-Length: {}\r\n\r\nbegin",
      id, mattermost.bot.token, k_five_mib);
  std::vector<Poco::Net::StreamSocket> slow;

  BOOST_TEST(eventually([&] {
    // Anew each time: where the short part below was faster, the slow one was the one too many.
    slow.emplace_back(Poco::Net::SocketAddress("127.0.0.1", mattermost.server.port()));
    slow.back().sendBytes(head.data(), static_cast<int>(head.size()));
    return mattermost.part(id, "x").text("id") == "app.upload.upload_data.concurrent.app_error";
  }));
}

BOOST_AUTO_TEST_CASE(uploads_belong_to_who_began_them) {
  Uploading mattermost;
  const std::string id = mattermost.begin("a.txt", 3).text("id");

  BOOST_TEST(mattermost.as_anna().get("/uploads/" + id).status == 403);
  BOOST_TEST(mattermost.as_anna().call("POST", "/uploads/" + id, "abc", k_raw).status == 403);
}

BOOST_AUTO_TEST_CASE(a_picture_that_cannot_be_decoded_ends_a_resumable_upload_in_500) {
  Uploading mattermost;
  const std::string id = mattermost.begin("photo.heic", 10).text("id");

  BOOST_TEST(mattermost.part(id, "0123456789").status == 500);
}

BOOST_AUTO_TEST_CASE(sizes_of_uploads_are_checked_when_they_begin) {
  Uploading mattermost;

  BOOST_TEST(mattermost.begin("a.bin", 104'857'601).status == 413);
  BOOST_TEST(mattermost.begin("a.bin", 0).status == 400);
  BOOST_TEST(mattermost.begin("a.bin", 104'857'600).status == 201);
}

BOOST_AUTO_TEST_SUITE_END()
