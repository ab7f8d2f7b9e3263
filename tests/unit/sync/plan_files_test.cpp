#include "sync/plan_files.h"

#include <boost/test/unit_test.hpp>

#include "sync/render/file_name.h"
#include "sync/render/file_notice.h"
#include "sync/render/text.h"

namespace belfry::sync {
namespace {

const MessageRef k_ref{ChatId{"19:team@thread.v2"}, MessageId{"1772439330417"}};

Message with_files(int count) {
  Message message;
  message.ref = k_ref;
  for (int i = 0; i < count; ++i) {
    const std::string name = "file " + std::to_string(i) + ".docx";
    message.attachments.push_back({"id-" + std::to_string(i),
                                   "reference",
                                   "https://contoso.sharepoint.com/" + name,
                                   {},
                                   Content{name}});
  }
  return message;
}

render::RenderContext context() {
  render::RenderContext context;
  context.message_link = "https://teams.microsoft.com/l/message/1";
  return context;
}

std::optional<HostedContent> hosted(const std::string& chat, const std::string& message,
                                    const std::string& id) {
  return HostedContent{{ChatId{chat}, MessageId{message}}, Content{id}};
}

BOOST_AUTO_TEST_SUITE(plan_files_of_a_message)

BOOST_AUTO_TEST_CASE(a_post_carries_ten_files_and_names_the_others) {
  const FilePlan plan = plan_files(with_files(12), context());

  BOOST_REQUIRE_EQUAL(plan.files.size(), 10U);
  BOOST_TEST(plan.files[9].name.reveal() == "file 9.docx");
  render::RenderContext shown = context();
  for (const PlannedFile& file : plan.files) shown.carried.insert(file.id.reveal());
  const std::string text = render::render_message(with_files(12), {}, shown).reveal();
  BOOST_TEST(text.find("file 9.docx") == std::string::npos);
  BOOST_TEST(text.find("[file 10.docx](https://contoso.sharepoint.com/file%2010.docx)") !=
             std::string::npos);
  BOOST_TEST(text.find("[file 11.docx]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(room_is_left_for_all_notices_with_any_reason) {
  const FilePlan plan = plan_files(with_files(10), context());

  std::string notices;
  for (const PlannedFile& file : plan.files) {
    Content all{notices};
    for (const char* language : {"en", "de", "fr", "es", "ja"}) {
      const Content line = render::notice_with_reason(
          file.notice, FileTrouble::no_access, render::Catalogue::built_in().phrases_for(language));
      BOOST_TEST(render::count_runes(line.reveal()) + 2 <= render::runes_of_notice(file.notice));
      all = render::with_notice(Content{notices}, line);
    }
    notices = all.reveal();
  }
  BOOST_TEST(render::count_runes(notices) <= plan.notice_runes);
}

BOOST_AUTO_TEST_CASE(links_that_would_fill_a_short_post_are_left_out) {
  Message message = with_files(10);
  for (Attachment& attachment : message.attachments)
    attachment.content_url += "?" + std::string(1500, 'x');
  render::RenderContext narrow = context();
  narrow.max_post_runes = 4000;

  const FilePlan plan = plan_files(message, narrow);

  BOOST_TEST(plan.notice_runes <= 2000U);
  BOOST_TEST(plan.files[0].notice.reveal().find("https://") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_name_cannot_pose_as_markdown_in_its_notice) {
  Message message = with_files(1);
  message.attachments[0].name = Content{"](https://evil.example) @all.docx"};

  const std::string notice = plan_files(message, context()).files[0].notice.reveal();

  BOOST_TEST(notice.find("](https://evil") == std::string::npos);
  BOOST_TEST(notice.find("@all") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_an_address_only_the_ids_count) {
  const std::string path =
      "/v1.0/chats/19%3Ateam%40thread.v2/messages/17/hostedContents/a%2Fb/$value";

  BOOST_CHECK(hosted_content("https://graph.microsoft.com" + path, k_ref) ==
              hosted("19:team@thread.v2", "17", "a/b"));
  BOOST_CHECK(hosted_content("https://evil.example" + path, k_ref) ==
              hosted("19:team@thread.v2", "17", "a/b"));
  BOOST_CHECK(hosted_content("../hostedContents/a/b/$value", k_ref) ==
              hosted(k_ref.chat.text(), k_ref.message.text(), "a/b"));
  BOOST_CHECK(hosted_content("../hostedContents/ab/$value", k_ref) ==
              hosted(k_ref.chat.text(), k_ref.message.text(), "ab"));
}

BOOST_AUTO_TEST_CASE(what_is_no_such_address_is_carried_by_nobody) {
  for (const char* address :
       {"", "https://graph.microsoft.com/v1.0/me/hostedContents/1/$value",
        "https://graph.microsoft.com/v1.0/teams/t/channels/c/messages/1/hostedContents/1/$value",
        "https://graph.microsoft.com/v1.0/chats/c/messages/1/hostedContents/",
        "https://graph.microsoft.com/v1.0/chats/c/messages/1/hostedContents/1/../../x",
        "https://graph.microsoft.com/v1.0/chats//messages/1/hostedContents/1/$value"}) {
    BOOST_TEST(!hosted_content(address, k_ref).has_value(), address);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(names_of_files)

BOOST_AUTO_TEST_CASE(a_path_loses_its_folders_and_dots) {
  BOOST_TEST(render::file_name("../../etc/passwd") == "passwd");
  BOOST_TEST(render::file_name("C:\\Users\\anna\\plan.docx") == "plan.docx");
  BOOST_TEST(render::file_name("..") == "");
  BOOST_TEST(render::file_name(".htaccess") == "htaccess");
  BOOST_TEST(render::file_name("a:b?c.txt") == "a_b_c.txt");
}

BOOST_AUTO_TEST_CASE(a_name_that_hides_its_extension_shows_it) {
  BOOST_TEST(render::file_name("invoice\xE2\x80\xAE"
                               "fdp.exe") == "invoicefdp.exe");
}

BOOST_AUTO_TEST_CASE(a_name_is_read_in_the_order_in_which_it_is_written) {
  BOOST_TEST(render::file_name("invoice\xE2\x80\x8F"
                               ".exe\xE2\x80\x8E.pdf\xD8\x9C") == "invoice.exe.pdf");
}

BOOST_AUTO_TEST_CASE(a_long_name_keeps_its_extension_and_its_letters_whole) {
  for (const char* letter : {"x", "ü", "本", "😀"}) {
    std::string name;
    while (name.size() + std::string_view(letter).size() + 5 <= 255) name += letter;

    const std::string cut = render::file_name(name + ".docx");

    BOOST_TEST(cut.size() <= 200U);
    BOOST_TEST(cut.size() > 190U);
    BOOST_TEST(cut.ends_with(std::string(letter) + ".docx"), cut);
  }
  BOOST_TEST(render::file_name(std::string(198, 'x') + "  . y" + std::string(50, 'y')) ==
             std::string(198, 'x'));
}

BOOST_AUTO_TEST_CASE(no_name_opens_a_device_of_windows) {
  for (const char* name : {"CON", "con.txt", "Nul.tar.gz", "AUX.", "prn .docx", "COM1", "com9.log",
                           "LPT0.x", "lpt\xC2\xB2.txt", "CONIN$", "..\\nul", " CON", "clock$.x"}) {
    const std::string safe = render::file_name(name);
    BOOST_TEST(safe.starts_with('_'), name << " became " << safe);
  }
  for (const char* name : {"CONTRACT.docx", "com.txt", "COM10.txt", "null", "Lpt.x", "a.con"})
    BOOST_TEST(render::file_name(name) == name);
  // A picture is given its extension afterwards.
  BOOST_TEST(render::named_by_type(render::file_name("aux"), "image/png") == "_aux.png");
}

BOOST_AUTO_TEST_CASE(a_name_has_no_control_characters_and_does_not_end_in_dots_or_blanks) {
  BOOST_TEST(render::file_name("a\x01\x1B[2J\r\nb\x7F.txt\x0B. . ") == "a[2J b.txt");
  BOOST_TEST(render::file_name(std::string("a\0b.txt", 7)) == "ab.txt");
  BOOST_TEST(render::file_name("a\xC2\x85.\xC2\xA0") == "a");
  BOOST_TEST(render::file_name("bad\xFF.txt") == "bad\xEF\xBF\xBD.txt");
}

BOOST_AUTO_TEST_CASE(a_picture_is_named_by_its_type) {
  BOOST_TEST(render::named_by_type("", "image/png") == "picture.png");
  BOOST_TEST(render::named_by_type("image", "IMAGE/JPEG") == "image.jpg");
  BOOST_TEST(render::named_by_type("photo.heic", "image/png") == "photo.heic");
  BOOST_TEST(render::named_by_type("", "application/x-unknown") == "file");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::sync
