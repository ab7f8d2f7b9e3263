#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "net/mattermost/mattermost_client.h"
#include "tests/kit/pictures.h"
#include "tests/kit/real_clock.h"
#include "tests/kit/unobserved.h"
#include "tests/sandbox/clock.h"
#include "tests/sandbox/fault.h"
#include "tests/sandbox/mattermost/mattermost_simulator.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"

/// What the engine relies on where files go to Mattermost, said of our client and the simulated
/// server together.
namespace belfry::net {
namespace {

constexpr std::size_t k_five_mib = std::size_t{5} << 20U;

struct Fixture {
  sandbox::SandboxClock time;
  sandbox::RequestLog log;
  sandbox::FaultPlan faults;
  sandbox::MattermostSimulator mattermost{time, log};
  sandbox::SimulatorServer server{mattermost, faults, log};

  kit::RealClock clock;
  kit::Unobserved observer;
  std::unique_ptr<HttpClient> http = std::move(*HttpClient::open({}, clock));
  sandbox::MattermostSimulator::NewBot bot = mattermost.create_bot("belfry");
  sandbox::MattermostSimulator::NewBot other = mattermost.create_bot("other");
  std::string anna = mattermost.add_user({"anna", "anna@example.com", "Anna", "K"});
  MattermostClient api{*http, clock, observer, {server.url(), Secret(bot.token), ""}};
  MattermostClient others{*http, clock, observer, {server.url(), Secret(other.token), ""}};
  const ChannelId channel = api.direct_channel(MattermostUserId(anna)).value();

  UploadId begin(const std::string& name, std::size_t size) {
    return api.begin_upload({channel, Content(name), size}).value();
  }
  sandbox::mattermost::FileRecord file(const FileId& id) const {
    const auto all = mattermost.files();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id.text(); });
    BOOST_REQUIRE(found != all.end());
    return *found;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mattermost_files_contract, Fixture)

BOOST_AUTO_TEST_CASE(a_whole_file_keeps_its_name_whatever_it_is) {
  for (const std::string name : {"plan.docx", "größer & 100 %?#.txt", "本.txt", "a+b;c=d.txt"}) {
    const auto id = api.upload_file(channel, Content(name), Content("bytes"));

    BOOST_REQUIRE(id.has_value());
    BOOST_TEST(file(*id).name == name);
    BOOST_TEST(file(*id).content == "bytes");
  }
}

BOOST_AUTO_TEST_CASE(a_session_goes_on_from_its_offset_and_ends_in_a_file) {
  const UploadId upload = begin("größer.bin", k_five_mib + 3);

  const auto first = api.continue_upload({upload, Content(std::string(k_five_mib, 'a')), 0});
  const auto offset = api.upload_offset(upload);
  const auto last = api.continue_upload({upload, Content("end"), k_five_mib + 3});

  BOOST_REQUIRE(first.has_value() && offset.has_value() && last.has_value());
  BOOST_TEST(!first->has_value());
  BOOST_TEST(*offset == k_five_mib);
  BOOST_REQUIRE(last->has_value());
  BOOST_TEST(file(**last).name == "größer.bin");
  BOOST_TEST(file(**last).size == static_cast<std::int64_t>(k_five_mib + 3));
  BOOST_TEST((api.upload_offset(upload).error().kind == ErrorKind::gone));
  BOOST_TEST((api.continue_upload({upload, {}, k_five_mib + 3}).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(a_session_that_has_all_is_made_a_file_by_a_part_without_bytes) {
  const std::string bytes = kit::png(100, 100);
  mattermost.set_config("MaxImageResolution", "10");
  const UploadId upload = begin("a.png", bytes.size());
  BOOST_REQUIRE(!api.continue_upload({upload, Content(bytes), bytes.size()}));
  BOOST_TEST(api.upload_offset(upload).value() == bytes.size());
  mattermost.set_config("MaxImageResolution", "10000");

  const auto made = api.continue_upload({upload, {}, bytes.size()});

  BOOST_REQUIRE(made.has_value() && made->has_value());
  BOOST_TEST(file(**made).width == 100);
}

BOOST_AUTO_TEST_CASE(a_picture_that_cannot_be_read_is_named_in_a_session_and_taken_whole) {
  const UploadId upload = begin("photo.heic", 3);

  const auto made = api.continue_upload({upload, Content("abc"), 3});

  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind == ErrorKind::transient));
  BOOST_TEST(made.error().code == sync::k_unreadable_picture);
  BOOST_TEST(api.upload_file(channel, Content("photo.heic"), Content("abc")).has_value());
  const UploadId as_bytes = begin("photo.heic.bin", 3);
  BOOST_TEST(api.continue_upload({as_bytes, Content("abc"), 3}).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_session_is_its_bots_alone) {
  const UploadId upload = begin("a.bin", 3);

  BOOST_TEST((others.upload_offset(upload).error().kind == ErrorKind::forbidden));
  BOOST_TEST(
      (others.continue_upload({upload, Content("abc"), 3}).error().kind == ErrorKind::forbidden));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused_and_what_is_too_large_says_so) {
  mattermost.set_config("MaxFileSize", "10");
  const UploadId upload = begin("a.bin", 3);

  BOOST_TEST(
      (api.continue_upload({upload, Content("abcd"), 3}).error().kind == ErrorKind::refused));
  BOOST_TEST(api.begin_upload({channel, Content("a.bin"), 11}).error().status == 413);
  BOOST_TEST(api.upload_file(channel, Content("a.bin"), Content("12345678901")).error().status ==
             413);
  BOOST_TEST(
      (api.upload_file(channel, Content("a.bin"), Content{}).error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(files_that_a_post_does_not_show_are_missing_from_the_answer_and_the_list) {
  const FileId used = api.upload_file(channel, Content("a.txt"), Content("a")).value();
  const FileId foreign = others
                             .upload_file(others.direct_channel(MattermostUserId(anna)).value(),
                                          Content("b.txt"), Content("b"))
                             .value();
  const FileId own = api.upload_file(channel, Content("c.txt"), Content("c")).value();
  BOOST_REQUIRE(api.create_post({channel, Content("x"), BelfryRef("1"), {}, {used}, {}}));
  const sync::PostRequest request{channel, Content("y"),         BelfryRef("2"),
                                  {},      {used, own, foreign}, {}};

  const auto made = api.create_post(request);
  const auto again = api.create_post(request);
  const auto page = api.posts_page(channel, 0);

  BOOST_REQUIRE(made.has_value() && again.has_value() && page.has_value());
  BOOST_CHECK(made->files == std::vector<FileId>{own});
  BOOST_CHECK(again->files == std::vector<FileId>{own});
  BOOST_CHECK(page->posts.at(0).files == std::vector<FileId>{own});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belfry::net
