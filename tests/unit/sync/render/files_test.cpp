#include "sync/render/files.h"

#include <boost/test/unit_test.hpp>

namespace belfry::render {
namespace {

using Kind = FileReference::Kind;

Message message_of(const std::string& html) {
  Message message;
  message.body = {MessageBody::Type::html, Content{html}};
  return message;
}

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(files_come_in_the_order_in_which_they_are_shown_each_once) {
  const std::string picture =
      "https://graph.example/v1.0/chats/c/messages/1/hostedContents/p/$value";
  Message message = message_of("<attachment id=\"b\"></attachment><img src=\"" + picture +
                               "\" alt=\"chart\"><img src=\"" + picture + "\" alt=\"chart\">");
  message.attachments = {{"a", "reference", "https://s.example/a", Content{}, Content{"a.docx"}},
                         {"b", "reference", "https://s.example/b", Content{}, Content{"b.docx"}}};

  const auto files = referenced_files(message);

  BOOST_REQUIRE(files.size() == 3U);
  BOOST_TEST((files[0] ==
              FileReference{Kind::shared_file, "b", "https://s.example/b", Content{"b.docx"}}));
  BOOST_TEST((files[1] == FileReference{Kind::picture, picture, picture, Content{"chart"}}));
  BOOST_TEST(files[2].id == "a");
}

BOOST_AUTO_TEST_CASE(what_lies_elsewhere_is_no_file_of_ours) {
  Message message = message_of(
      "<img src=\"https://evil.example/x.png\"><img src=\"../hostedContents/1/$value\">"
      "<img itemtype=\"http://schema.skype.com/Emoji\" src=\"../hostedContents/2/$value\">");
  message.attachments = {
      {"c", "application/vnd.microsoft.card.codesnippet", "",
       Content{R"({"codeSnippetUrl":"https://evil.example/code"})"}, Content{}},
      {"d", "application/vnd.microsoft.card.adaptive", "", Content{"{}"}, Content{}}};

  const auto files = referenced_files(message);

  BOOST_REQUIRE(files.size() == 1U);
  BOOST_TEST(files[0].url == "../hostedContents/1/$value");
}

BOOST_AUTO_TEST_CASE(a_blocked_message_has_no_files) {
  Message message = message_of("");
  message.attachments = {{"a", "reference", "https://s.example/a", Content{}, Content{}}};
  message.policy_notice = Content{"blocked"};

  BOOST_TEST(referenced_files(message).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
