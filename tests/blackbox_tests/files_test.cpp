#include "tests/blackbox/staffed_office.h"
#include "tests/sandbox/mattermost/byte_sink.h"

namespace belfry::blackbox {
namespace {

using sandbox::DriveFile;
using sandbox::MessageOptions;
using std::chrono::seconds;

constexpr std::uint64_t k_mebibyte = 1U << 20U;
/// On two slow cores that others use as well.
constexpr seconds k_patience{60};

struct FileOffice : StaffedOffice {
  /// Cleo says something with files.
  void say_with(const std::string& words, const std::vector<DriveFile>& files) {
    MessageOptions options;
    for (const DriveFile& file : files) options.files.push_back(graph().add_file(cleo.teams, file));
    graph().post_message(chat, cleo.teams, "<p>" + words + "</p>", options);
  }
  static DriveFile small(const std::string& name, const std::string& bytes) {
    DriveFile file;
    file.name = name;
    file.bytes = bytes;
    return file;
  }

  bool comes(const std::string& words) { return eventually_posted(anna, words, 1, k_patience); }
  /// Files of the only post that holds `words`, in its order.
  std::vector<sandbox::mattermost::FileRecord> files_of(const std::string& words) {
    std::vector<sandbox::mattermost::FileRecord> found;
    for (const auto& post : mattermost().posts_in_direct_channel(anna.mattermost)) {
      if (post.message.find(words) == std::string::npos) continue;
      for (const std::string& id : post.file_ids) {
        for (const auto& file : mattermost().files()) {
          if (file.id == id) found.push_back(file);
        }
      }
    }
    return found;
  }
  /// Where each download began.
  [[nodiscard]] std::vector<std::uint64_t> ranges() {
    std::vector<std::uint64_t> begins;
    for (const auto& request : world().log().entries()) {
      for (const auto& [name, value] : request.headers) {
        if (name == "Range") begins.push_back(std::stoull(value.substr(value.find('=') + 1)));
      }
    }
    return begins;
  }
  [[nodiscard]] std::uint64_t asked(const std::string& operation) {
    return world().log().count(operation);
  }
};

BOOST_FIXTURE_TEST_SUITE(files, FileOffice)

BOOST_AUTO_TEST_CASE(a_shared_file_and_an_inline_picture_come_with_their_post) {
  MessageOptions options;
  options.files = {
      graph().add_file(cleo.teams, small("the plan (v2) – größer.docx", "plan bytes"))};
  options.hosted = {{.id = {}, .content_type = "image/png", .bytes = "not really pixels"}};

  graph().post_message(chat, cleo.teams, "<p>look <img src=\"hosted:0\" alt=\"image\"></p>",
                       options);

  BOOST_REQUIRE_MESSAGE(comes("look"), log());
  BOOST_TEST(wait_until_quiet());
  const auto files = files_of("look");
  BOOST_REQUIRE_EQUAL(files.size(), 2U);
  BOOST_TEST(files[0].name == "image.png");
  BOOST_TEST(files[0].content == "not really pixels");
  BOOST_TEST(files[1].name == "the plan (v2) – größer.docx");
  BOOST_TEST(files[1].content == "plan bytes");
  BOOST_TEST(posts_to(anna, "📎").empty());
  BOOST_TEST(posts_to(anna, "look").size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_token_reaches_a_download_address) {
  say_with("with a file", {small("a.txt", "bytes")});

  BOOST_REQUIRE_MESSAGE(comes("with a file"), log());
  bool was_downloaded = false;
  for (const auto& request : world().log().entries()) {
    if (request.path.find("/_download/") == std::string::npos) continue;
    was_downloaded = true;
    for (const auto& [name, value] : request.headers) BOOST_TEST(name != "Authorization");
  }
  BOOST_TEST(was_downloaded);
}

BOOST_AUTO_TEST_CASE(a_large_file_survives_a_kill_and_no_part_goes_up_or_down_twice) {
  DriveFile film;
  film.name = "film.mp4";
  film.generated = 20 * k_mebibyte;
  sandbox::FaultRule full;
  full.operation = "mattermost.upload_data";
  full.action = sandbox::FaultAction::answer;
  full.status = 503;
  full.first = 3;
  world().mattermost_faults().add(full);

  say_with("a film", {film});
  BOOST_REQUIRE_MESSAGE(
      eventually(k_patience, [&] { return asked("mattermost.upload_data") >= 3; }), log());
  kill();
  BOOST_TEST(posts_to(anna, "a film").empty());
  world().mattermost_faults().clear();
  const std::size_t downloads_before = ranges().size();
  start();

  BOOST_REQUIRE_MESSAGE(comes("a film"), log());
  const auto files = files_of("a film");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].size == static_cast<std::int64_t>(film.generated));
  sandbox::mattermost::ByteSink whole;
  whole.take(film.part(0, static_cast<std::size_t>(film.generated)));
  BOOST_TEST(files[0].sha256 == whole.sha256());
  const auto all = ranges();
  BOOST_TEST(all.size() >= downloads_before + 2);
  for (std::size_t i = downloads_before; i < all.size(); ++i) BOOST_TEST(all[i] >= 12 * k_mebibyte);
  BOOST_TEST(asked("mattermost.create_upload") == 1U);
  BOOST_TEST(asked("mattermost.get_upload") >= 1U);
  std::uint64_t sent = 0;
  for (const auto& request : world().log().entries()) {
    if (request.operation != "mattermost.upload_data" || request.status / 100 != 2) continue;
    for (const auto& [name, value] : request.headers) {
      if (name == "Content-Length") sent += std::stoull(value);
    }
  }
  BOOST_TEST(sent <= film.generated);
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "a film").size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_microsoft_refuses_is_named_with_a_link_and_the_reason) {
  DriveFile secret = small("secret.docx", "not for Anna");
  secret.error = 403;
  DriveFile lost = small("lost.docx", "moved away");
  lost.error = 404;
  DriveFile harmful = small("harmful.exe", "bad");
  harmful.error = 423;
  DriveFile folder = small("a folder", "");
  folder.folder = true;

  say_with("five files",
           {secret, lost, harmful, folder, small("empty.txt", ""), small("good.txt", "good")});

  BOOST_REQUIRE_MESSAGE(comes("five files"), log());
  const std::string text = posts_to(anna, "five files").at(0);
  for (const char* line : {"secret.docx](https://contoso-my.sharepoint.com/personal/cleo",
                           "(you have no access to it)", "[lost.docx](", "(it is no longer there)",
                           "[harmful.exe](", "(it is locked or held to be harmful)", "[a folder](",
                           "(it is a folder)", "[empty.txt](", "(it is empty)"}) {
    BOOST_TEST(text.find(line) != std::string::npos, line << " in " << text);
  }
  BOOST_TEST(text.find("good.txt") == std::string::npos);
  const auto files = files_of("five files");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].content == "good");
}

BOOST_AUTO_TEST_CASE(files_of_one_name_and_of_names_that_are_none_all_come) {
  const std::string folder = "https://contoso.sharepoint.com/sites/x/";
  std::string longest;
  while (longest.size() + 3 + 5 <= 255) longest += "本";
  const std::vector<std::pair<std::string, std::string>> names = {
      {"same.txt", "same.txt"},
      {"same.txt", "same.txt"},
      {"../../etc/passwd", "passwd"},
      {"COM1.log", "_COM1.log"},
      {"..", "file"},
      {"tab\there\x07.txt. ", "tab here.txt"},
      {longest + ".docx", longest.substr(0, 195) + ".docx"},
      {std::string(251, 'x') + ".pdf", std::string(196, 'x') + ".pdf"}};
  std::vector<DriveFile> files;
  for (const auto& [name, shown] : names) {
    files.push_back(small(name, "content " + std::to_string(files.size())));
    files.back().content_url = folder + std::to_string(files.size());
  }

  say_with("odd names", files);

  BOOST_REQUIRE_MESSAGE(comes("odd names"), log());
  const auto came = files_of("odd names");
  BOOST_REQUIRE_EQUAL(came.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    BOOST_TEST(came[i].name == names[i].second);
    BOOST_TEST(came[i].content == "content " + std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(a_link_that_has_to_be_redeemed_is) {
  DriveFile linked = small("linked.txt", "by a link");
  linked.needs_redemption = true;

  say_with("by link", {linked});

  BOOST_REQUIRE_MESSAGE(comes("by link"), log());
  const auto files = files_of("by link");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].content == "by a link");
}

BOOST_AUTO_TEST_CASE(what_mattermost_leaves_out_is_named_once_also_across_a_kill) {
  mattermost().leave_out_files(1);
  sandbox::FaultRule full;
  full.operation = "mattermost.patch_post";
  full.action = sandbox::FaultAction::answer;
  full.status = 503;
  world().mattermost_faults().add(full);

  say_with("two files", {small("lost.txt", "lost"), small("kept.txt", "kept")});
  BOOST_REQUIRE_MESSAGE(eventually(k_patience, [&] { return asked("mattermost.patch_post") >= 1; }),
                        log());
  kill();
  world().mattermost_faults().clear();
  start();

  BOOST_REQUIRE_MESSAGE(comes("(it could not be attached)"), log());
  BOOST_TEST(wait_until_quiet());
  const auto texts = posts_to(anna, "two files");
  BOOST_REQUIRE_EQUAL(texts.size(), 1U);
  const auto first = texts[0].find("[lost.txt](https://");
  BOOST_TEST(first != std::string::npos, texts[0]);
  BOOST_TEST(texts[0].rfind("[lost.txt](") == first);
  BOOST_TEST(texts[0].find("kept.txt") == std::string::npos);
  const auto files = files_of("two files");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].content == "kept");
}

BOOST_AUTO_TEST_CASE(a_large_picture_that_mattermost_cannot_read_comes_as_bytes) {
  DriveFile photo;
  photo.name = "photo.heic";
  photo.generated = 7 * k_mebibyte;

  say_with("a photo", {photo});

  BOOST_REQUIRE_MESSAGE(comes("a photo"), log());
  const auto files = files_of("a photo");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].name == "photo.heic.bin");
  BOOST_TEST(files[0].size == static_cast<std::int64_t>(photo.generated));
  BOOST_TEST(posts_to(anna, "📎").empty());
}

BOOST_AUTO_TEST_CASE(a_file_over_mattermosts_limit_is_named) {
  mattermost().set_config("MaxFileSize", "1000");
  stop();
  start();
  BOOST_REQUIRE_MESSAGE(wait_until_ready(), log());

  say_with("too much", {small("big.bin", std::string(1001, 'x'))});

  BOOST_REQUIRE_MESSAGE(comes("too much"), log());
  BOOST_TEST(posts_to(anna, "too much").at(0).find("(it is too large)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_twelve_files_ten_come_and_two_are_named) {
  std::vector<DriveFile> twelve;
  for (int i = 1; i <= 12; ++i) {
    twelve.push_back(small("file" + std::to_string(i) + ".txt", "content " + std::to_string(i)));
  }

  say_with("a dozen", twelve);

  BOOST_REQUIRE_MESSAGE(comes("a dozen"), log());
  const auto files = files_of("a dozen");
  BOOST_REQUIRE_EQUAL(files.size(), 10U);
  for (std::size_t i = 0; i < files.size(); ++i)
    BOOST_TEST(files[i].content == "content " + std::to_string(i + 1));
  const std::string text = posts_to(anna, "a dozen").at(0);
  BOOST_TEST(text.find("[file11.txt](") != std::string::npos);
  BOOST_TEST(text.find("[file12.txt](") != std::string::npos);
  BOOST_TEST(text.find("file10.txt") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_edit_keeps_the_files) {
  MessageOptions options;
  options.files = {graph().add_file(cleo.teams, small("kept.txt", "kept"))};
  const auto message = graph().post_message(chat, cleo.teams, "<p>first words</p>", options);
  BOOST_REQUIRE_MESSAGE(comes("first words"), log());

  graph().edit_message(chat, message, "<p>better words</p>");

  BOOST_REQUIRE_MESSAGE(comes("better words"), log());
  const auto files = files_of("better words");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].content == "kept");
  BOOST_TEST(posts_to(anna, "📎").empty());
}

BOOST_AUTO_TEST_CASE(an_edit_takes_a_file_off_the_post_and_names_a_new_one) {
  MessageOptions options;
  const auto first = graph().add_file(cleo.teams, small("first.txt", "first"));
  options.files = {first, graph().add_file(cleo.teams, small("second.txt", "second"))};
  const auto message = graph().post_message(chat, cleo.teams, "<p>two files</p>", options);
  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "two files"), log());

  graph().edit_without_file(chat, message, "<p>one file</p>", first);
  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "one file"), log());
  auto files = files_of("one file");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].content == "second");
  graph().edit_with_file(chat, message, "<p>a third file</p>",
                         graph().add_file(cleo.teams, small("third.txt", "third")));

  BOOST_REQUIRE_MESSAGE(eventually_posted(anna, "a third file"), log());
  files = files_of("a third file");
  BOOST_REQUIRE_EQUAL(files.size(), 1U);
  BOOST_TEST(files[0].content == "second");
  BOOST_TEST(posts_to(anna, "[third.txt](").size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_its_author_deleted_goes_with_its_files) {
  MessageOptions options;
  options.files = {graph().add_file(cleo.teams, small("secret.txt", "secret"))};
  const auto message = graph().post_message(chat, cleo.teams, "<p>secret words</p>", options);
  BOOST_REQUIRE_MESSAGE(comes("secret words"), log());

  graph().delete_message(chat, message);

  BOOST_REQUIRE_MESSAGE(
      eventually(k_patience, [&] { return posts_to(anna, "secret words").empty(); }), log());
  BOOST_TEST(wait_until_quiet());
  for (const auto& post : mattermost().posts_in_direct_channel(anna.mattermost)) {
    BOOST_TEST(post.file_ids.empty());
  }
}

BOOST_AUTO_TEST_CASE(an_edit_after_mattermosts_time_limit_is_told_beside_the_post) {
  const auto message = graph().post_message(chat, cleo.teams, "<p>first words</p>");
  BOOST_REQUIRE_MESSAGE(comes("first words"), log());
  mattermost().set_config("PostEditTimeLimit", "5");
  world().clock().advance(seconds{10});

  graph().edit_message(chat, message, "<p>better words</p>");

  BOOST_REQUIRE_MESSAGE(comes("better words"), log());
  BOOST_TEST(wait_until_quiet());
  BOOST_TEST(posts_to(anna, "first words").size() == 1U);
  std::size_t answers = 0;
  for (const auto& post : mattermost().posts_in_direct_channel(anna.mattermost)) {
    if (!post.root_id.empty()) ++answers;
  }
  BOOST_TEST(answers == 1U);
}

BOOST_AUTO_TEST_CASE(the_code_of_a_snippet_stands_in_the_post) {
  MessageOptions options;
  options.hosted = {{.id = "code1", .content_type = "text/plain", .bytes = "print('hello')"}};
  options.attachments_json =
      R"([{"id":"s1","contentType":"application/vnd.microsoft.card.codesnippet","name":"try.py",)"
      R"("content":"{\"language\":\"python\",)"
      R"(\"codeSnippetUrl\":\"../hostedContents/code1/$value\"}"}])";

  graph().post_message(chat, cleo.teams, "<p>look</p><attachment id=\"s1\"></attachment>", options);

  BOOST_REQUIRE_MESSAGE(comes("print('hello')"), log());
  BOOST_TEST(posts_to(anna, "print('hello')").at(0).find("```") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::blackbox
