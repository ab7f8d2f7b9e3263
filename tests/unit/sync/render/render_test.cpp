#include "sync/render/render.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "sync/render/text.h"
#include "tests/kit/fake_time_zones.h"

namespace belfry::render {
namespace {

const std::string k_link = "https://teams.example/m";
const std::string k_joiner(k_word_joiner);

Message message_of(const std::string& html) {
  Message message;
  message.ref = {ChatId{"19:a@thread.v2"}, MessageId{"1772439330417"}};
  message.sender = Sender{Sender::Kind::user, TeamsUserId{"mira"}, "Mira"};
  message.created = *parse_iso8601("2026-03-02T08:15:30Z");
  message.body = {MessageBody::Type::html, Content{html}};
  return message;
}

Chat chat_of(std::initializer_list<const char*> users) {
  Chat chat;
  for (const char* user : users) {
    Member member;
    member.user = TeamsUserId{user};
    member.display_name = std::string(user) + " by the list";
    chat.members.push_back(member);
  }
  return chat;
}

RenderContext context_of() {
  RenderContext context;
  context.message_link = k_link;
  context.reader = TeamsUserId{"tomas"};
  return context;
}

std::string rendered(const Message& message, const Chat& chat = chat_of({"mira", "tomas"}),
                     const RenderContext& context = context_of()) {
  return render_message(message, chat, context).reveal();
}

std::string body_of(const std::string& post) {
  return post.substr(post.find('\n') + 1);
}

Attachment attachment_of(const std::string& type, const std::string& content) {
  return {"a1", type, "", Content{content}, Content{""}};
}

BOOST_AUTO_TEST_SUITE(render)

BOOST_AUTO_TEST_CASE(a_post_says_who_where_and_what) {
  BOOST_TEST(rendered(message_of("<p>hi</p>")) ==
             "**Mira** messaged you · [Teams chat](https://teams.example/m)\n> hi");
}

BOOST_AUTO_TEST_CASE(the_other_members_are_counted) {
  Chat chat = chat_of({"mira", "tomas", "yuna"});
  chat.topic = Content{"Launch"};
  BOOST_TEST(rendered(message_of("hi"), chat)
                 .starts_with("**Mira** messaged you and 1 other · [Teams chat: Launch]("));

  chat = chat_of({"mira", "tomas", "yuna", "", ""});
  BOOST_TEST(rendered(message_of("hi"), chat).starts_with("**Mira** messaged you and 3 others ·"));
}

BOOST_AUTO_TEST_CASE(a_sender_without_a_name_has_the_one_of_the_members_list) {
  Message message = message_of("hi");
  message.sender->display_name = "";
  BOOST_TEST(rendered(message).starts_with("**mira by the list** messaged you"));

  message.sender = Sender{Sender::Kind::application, {}, ""};
  BOOST_TEST(rendered(message).starts_with("**An app** messaged you"));

  message.sender.reset();
  BOOST_TEST(rendered(message).starts_with("**Somebody** messaged you"));
}

BOOST_AUTO_TEST_CASE(names_and_topics_are_strangers_text) {
  Message message = message_of("hi");
  message.sender->display_name = "M*ra** @all\n# x [a](https://evil.example)\xE2\x80\xAE";
  Chat chat = chat_of({});
  chat.topic = Content{"a](https://evil.example) `@here` " + std::string(300, 'x')};

  const std::string line = rendered(message, chat).substr(0, rendered(message, chat).find('\n'));

  BOOST_TEST(line.starts_with("**M&#42;ra&#42;&#42; @" + k_joiner + "all #"), line);
  BOOST_TEST(line.find("\\[a&#93;([https:" + k_joiner + "//evil.example](") != std::string::npos,
             line);
  BOOST_TEST(line.find("[Teams chat: a&#93;(https:" + k_joiner + "//evil.example) \\`@" +
                       k_joiner) != std::string::npos,
             line);
  BOOST_TEST(line.find("\xE2\x80\xAE") == std::string::npos);
  BOOST_TEST(count_runes(line) < 500U);
}

BOOST_AUTO_TEST_CASE(importance_and_subject_are_shown) {
  Message message = message_of("<p>Call me</p>");
  message.importance = Importance::urgent;
  message.subject = Content{"Server # room"};

  const std::string post = rendered(message);

  BOOST_TEST(post.starts_with("❗ **Urgent** · **Mira** messaged you"), post);
  BOOST_TEST(body_of(post) == "> #### Server # room\n>\n> Call me");

  message.importance = Importance::high;
  BOOST_TEST(rendered(message).starts_with("❗ **Important** ·"));
}

BOOST_AUTO_TEST_CASE(a_late_message_says_when_it_was_sent) {
  RenderContext context = context_of();
  context.utc_offset = [](WallTime) { return std::chrono::hours(1); };
  const Message message = message_of("hi");

  context.now = message.created + std::chrono::minutes(9);
  BOOST_TEST(rendered(message, chat_of({}), context).find("sent") == std::string::npos);

  context.now = message.created + std::chrono::minutes(10);
  BOOST_TEST(rendered(message, chat_of({}), context).find(" · sent 09:15\n") != std::string::npos);

  context.now = message.created + std::chrono::hours(24);
  BOOST_TEST(rendered(message, chat_of({}), context).find(" · sent Mar 2 09:15\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_time_without_a_zone_is_of_utc_and_says_so) {
  RenderContext context = context_of();
  const Message message = message_of("hi");
  context.now = message.created + std::chrono::minutes(10);

  BOOST_TEST(rendered(message, chat_of({}), context).find(" · sent 08:15 UTC\n") !=
             std::string::npos);
  context.utc_offset = [](WallTime) { return std::nullopt; };
  BOOST_TEST(rendered(message, chat_of({}), context).find(" · sent 08:15 UTC\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_day_is_told_when_it_is_not_the_readers_today) {
  RenderContext context = context_of();
  const Message message = message_of("hi");  // 08:15 UTC
  context.now = message.created + std::chrono::hours(8);
  const auto in_zone = [&](int hours) {
    context.utc_offset = [hours](WallTime) { return std::chrono::hours(hours); };
    return rendered(message, chat_of({}), context);
  };

  BOOST_TEST(in_zone(0).find(" · sent 08:15\n") != std::string::npos);
  BOOST_TEST(in_zone(9).find(" · sent Mar 2 17:15\n") != std::string::npos);
  BOOST_TEST(in_zone(-9).find(" · sent Mar 1 23:15\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_of_winter_told_in_summer_has_the_time_of_winter) {
  RenderContext context = context_of();
  Message message = message_of("hi");
  message.created = *parse_iso8601("2026-03-29T00:30:00Z");  // half an hour before
  context.now = *parse_iso8601("2026-03-29T10:00:00Z");
  const kit::FakeTimeZones zones;
  context.utc_offset = [&](WallTime at) { return zones.offset_at("Europe/Berlin", at); };

  BOOST_TEST(rendered(message, chat_of({}), context).find(" · sent 01:30\n") != std::string::npos);
  message.created += std::chrono::hours(1);
  BOOST_TEST(rendered(message, chat_of({}), context).find(" · sent 03:30\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_edited_message_is_marked) {
  Message message = message_of("hi");
  message.edited = message.created;

  BOOST_TEST(rendered(message).find(") · *edited*\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_first_line_is_in_the_readers_language) {
  RenderContext context = context_of();
  Chat chat = chat_of({"mira", "tomas", "a", "b"});
  chat.topic = Content{"Launch"};
  Message message = message_of("hi");
  message.importance = Importance::urgent;
  message.edited = message.created;
  context.utc_offset = [](WallTime) { return std::chrono::hours(1); };
  context.now = message.created + std::chrono::hours(24);
  const auto line_in = [&](const char* language) {
    context.language = language;
    const std::string post = rendered(message, chat, context);
    return post.substr(0, post.find('\n'));
  };

  BOOST_TEST(line_in("en") ==
             "❗ **Urgent** · **Mira** messaged you and 2 others · "
             "[Teams chat: Launch](https://teams.example/m) · sent Mar 2 09:15 · *edited*");
  BOOST_TEST(line_in("de") ==
             "❗ **Dringend** · **Mira** hat Ihnen und 2 weiteren geschrieben · "
             "[Teams-Chat: Launch](https://teams.example/m) · gesendet 2. März 09:15 · "
             "*bearbeitet*");
  BOOST_TEST(line_in("fr") ==
             "❗ **Urgent** · **Mira** vous a écrit, ainsi qu’à 2 autres personnes · "
             "[Conversation Teams : Launch](https://teams.example/m) · envoyé 2 mars 09:15 · "
             "*modifié*");
  BOOST_TEST(line_in("es") ==
             "❗ **Urgente** · **Mira** le ha escrito a usted y a 2 personas más · "
             "[Chat de Teams: Launch](https://teams.example/m) · enviado 2 mar. 09:15 · "
             "*editado*");
  BOOST_TEST(line_in("ja") ==
             "❗ **緊急** · **Mira** さんからあなたと他 2 人にメッセージが届きました · "
             "[Teams チャット: Launch](https://teams.example/m) · 送信 3月2日 09:15 · "
             "*編集済み*");
  BOOST_TEST(line_in("xx") == line_in("en"));
  BOOST_TEST(line_in("") == line_in("en"));
  BOOST_TEST(line_in("de-AT") == line_in("de"));
}

BOOST_AUTO_TEST_CASE(a_known_person_is_mentioned_by_username_once) {
  RenderContext context = context_of();
  context.usernames[TeamsUserId{"yuna"}] = "yuna.p";
  Message message = message_of(
      "<at id=\"0\">Yuna</at>&nbsp;<at id=\"1\">Park</at> and <at id=\"2\">Bob</at>"
      "&nbsp;<at id=\"3\">B</at>, <at id=\"9\">all</at>");
  message.mentions = {{0, Content{"Yuna"}, Mention::Target::user, TeamsUserId{"yuna"}},
                      {1, Content{"Park"}, Mention::Target::user, TeamsUserId{"yuna"}},
                      {2, Content{"Bob"}, Mention::Target::user, TeamsUserId{"bob"}},
                      {3, Content{"B"}, Mention::Target::user, TeamsUserId{"bob"}}};

  BOOST_TEST(body_of(rendered(message, chat_of({}), context)) ==
             "> @yuna.p and **Bob B**, **all**");
}

BOOST_AUTO_TEST_CASE(two_people_side_by_side_stay_two) {
  RenderContext context = context_of();
  context.usernames[TeamsUserId{"a"}] = "ann";
  context.usernames[TeamsUserId{"b"}] = "ben";
  Message message = message_of("<at id=\"0\">Ann</at> <at id=\"1\">Ben</at>x");
  message.mentions = {{0, Content{}, Mention::Target::user, TeamsUserId{"a"}},
                      {1, Content{}, Mention::Target::user, TeamsUserId{"b"}}};

  BOOST_TEST(body_of(rendered(message, chat_of({}), context)) == "> @ann @ben" + k_joiner + "x");
}

BOOST_AUTO_TEST_CASE(a_blocked_message_shows_the_notice_only) {
  Message message = message_of("<p>card 4111</p>");
  message.subject = Content{"secret"};
  message.policy_notice = Content{"Blocked: card number"};
  BOOST_TEST(body_of(rendered(message)) == "> Blocked: card number");

  message.policy_notice = Content{""};
  BOOST_TEST(body_of(rendered(message)) ==
             "> This message was blocked by a policy of your organisation.");
}

BOOST_AUTO_TEST_CASE(a_reply_without_a_place_stands_first) {
  Message message = message_of("<p>works for me</p>");
  message.attachments = {attachment_of(
      "messageReference",
      R"({"messagePreview":"Standup\nmoves","messageSender":{"user":{"id":"tomas"}}})")};

  BOOST_TEST(body_of(rendered(message)) ==
             "> > In reply to **tomas by the list**\n> >\n> > Standup moves\n>\n> works for me");
}

BOOST_AUTO_TEST_CASE(a_forwarded_message_keeps_its_markup_and_loses_its_mentions) {
  RenderContext context = context_of();
  context.usernames[TeamsUserId{"yuna"}] = "yuna";
  Message message = message_of("<attachment id=\"a1\"></attachment>");
  message.mentions = {{0, Content{}, Mention::Target::user, TeamsUserId{"yuna"}}};
  message.attachments = {
      attachment_of("forwardedMessageReference",
                    R"({"originalMessageContent":"<p>to <b>all</b> <at id=\"0\">Zoe</at></p>",
          "originalMessageSender":{"user":{"id":"x","displayName":"Ann"}}})")};

  BOOST_TEST(body_of(rendered(message, chat_of({}), context)) ==
             "> ↪ *Forwarded from* **Ann**\n>\n> > to **all Zoe**");
}

BOOST_AUTO_TEST_CASE(a_forwarded_message_that_was_cut_is_continued_in_teams) {
  constexpr int k_more_cells_than_are_read = 5'000;
  std::string cells;
  for (int i = 0; i < k_more_cells_than_are_read; ++i) cells += "<tr><td>x</td></tr>";
  Message message = message_of("<attachment id=\"a1\"></attachment>");
  message.attachments = {
      attachment_of("forwardedMessageReference",
                    R"({"originalMessageContent":"<table>)" + cells + R"(</table>"})")};
  RenderContext context = context_of();
  context.max_post_runes = 200'000;

  const std::string post = rendered(message, chat_of({}), context);

  BOOST_TEST(post.ends_with(" …](" + k_link + ")"));
}

BOOST_AUTO_TEST_CASE(shared_files_are_linked_over_https_only) {
  Message message = message_of("<p>see</p>");
  message.attachments = {attachment_of("reference", "")};
  message.attachments[0].name = Content{"Draft [1].docx"};
  message.attachments[0].content_url = "https://contoso.sharepoint.com/a b/Draft (1).docx";
  BOOST_TEST(body_of(rendered(message)) ==
             "> see\n>\n> 📎 [Draft \\[1\\].docx](https://contoso.sharepoint.com/a%20b/"
             "Draft%20%281%29.docx)");

  message.attachments[0].content_url = "file:///etc/passwd";
  BOOST_TEST(body_of(rendered(message)) == "> see\n>\n> 📎 [Draft \\[1\\].docx](" + k_link + ")");
}

BOOST_AUTO_TEST_CASE(what_the_post_carries_is_not_named) {
  Message message = message_of("<p>see<img src=\"https://g/x/$value\" alt=\"chart\"></p>");
  message.attachments = {attachment_of("reference", "")};
  RenderContext context = context_of();
  context.carried = {"a1", "https://g/x/$value"};

  BOOST_TEST(body_of(rendered(message, chat_of({}), context)) == "> see");
}

BOOST_AUTO_TEST_CASE(code_that_was_fetched_stands_in_the_post) {
  Message message = message_of("<attachment id=\"a1\"></attachment>");
  message.attachments = {attachment_of("application/vnd.microsoft.card.codesnippet",
                                       R"({"name":"fix.py","language":"Python"})")};
  RenderContext context = context_of();
  BOOST_TEST(body_of(rendered(message)) == "> 📄 [code snippet: fix.py](" + k_link + ")");

  context.snippets["a1"] = Content{"print(1)\n```"};
  BOOST_TEST(body_of(rendered(message, chat_of({}), context)) ==
             "> **fix.py**\n>\n> ````python\n> print(1)\n> ```\n> ````");
}

BOOST_AUTO_TEST_CASE(what_nobody_knows_is_named) {
  Message message = message_of("");
  message.attachments = {attachment_of("application/vnd.contoso.future", "not json")};
  BOOST_TEST(body_of(rendered(message)) == "> 📎 [attachment](" + k_link + ")");

  message.attachments = {attachment_of("application/vnd.microsoft.card.adaptive", "{broken")};
  BOOST_TEST(body_of(rendered(message)) == "> 🗂️ [card](" + k_link + ")");

  message.attachments = {
      attachment_of("application/vnd.microsoft.card.audio", R"({"duration":"PT23S"})")};
  BOOST_TEST(body_of(rendered(message)) == "> 🎤 [voice message (PT23S)](" + k_link + ")");
}

BOOST_AUTO_TEST_CASE(an_attachment_is_shown_once) {
  Message message =
      message_of("<attachment id=\"a1\"></attachment><attachment id=\"a1\"></attachment>");
  message.attachments = {attachment_of("meetingReference", "{}")};
  message.attachments[0].name = Content{"Budget"};

  BOOST_TEST(body_of(rendered(message)) == "> 📅 [meeting: Budget](" + k_link + ")");
}

BOOST_AUTO_TEST_CASE(a_long_message_is_cut_at_the_servers_limit_and_continued_in_teams) {
  for (const std::size_t limit : {4000U, 16383U}) {
    RenderContext context = context_of();
    context.max_post_runes = limit;
    std::string html;
    for (int i = 0; i < 3000; ++i)
      html += "<p><b>wörd 👩‍👩‍👧 *" + std::to_string(i) + "</b></p>";

    const std::string post = rendered(message_of(html), chat_of({}), context);

    BOOST_TEST(count_runes(post) <= limit);
    BOOST_TEST(count_runes(post) > limit - 200);
    BOOST_TEST(post.ends_with("\n\n[Continue in Teams …](" + k_link + ")"), post.substr(3800));
  }
}

BOOST_AUTO_TEST_CASE(a_cut_closes_what_was_open) {
  RenderContext context = context_of();
  context.max_post_runes = 4000;
  std::string code;
  for (int i = 0; i < 1000; ++i) code += "line " + std::to_string(i) + "<br>";

  const std::string post = rendered(message_of("<codeblock><code>" + code + "</code></codeblock>"),
                                    chat_of({}), context);

  BOOST_TEST(post.find("…\n> ```\n\n[Continue") != std::string::npos, post.substr(3800));
}

BOOST_AUTO_TEST_CASE(one_endless_line_is_cut_too) {
  RenderContext context = context_of();
  context.max_post_runes = 4000;

  const std::string post = rendered(message_of(std::string(200'000, '*')), chat_of({}), context);

  BOOST_TEST(count_runes(post) <= 4000U);
  BOOST_TEST(count_runes(post) > 3800U);
}

BOOST_AUTO_TEST_CASE(a_message_with_nothing_to_see_is_a_first_line) {
  BOOST_TEST(rendered(message_of("<p>&nbsp;</p><systemEventMessage/>")) ==
             "**Mira** messaged you · [Teams chat](" + k_link + ")");
}

BOOST_AUTO_TEST_CASE(a_deletion_tells_where_and_who_when_it_is_known) {
  BOOST_TEST(render_deletion(chat_of({}), context_of()).reveal() ==
             "*This message was deleted in Teams.* · [Teams chat](" + k_link + ")");
  BOOST_TEST(render_deletion(message_of(""), chat_of({}), context_of()).reveal() ==
             "**Mira** · *This message was deleted in Teams.* · [Teams chat](" + k_link + ")");
}

BOOST_AUTO_TEST_CASE(the_link_to_a_message_encodes_its_ids) {
  const MessageRef ref{ChatId{"19:6f1c@thread.v2"}, MessageId{"1772"}};

  BOOST_TEST(message_link("teams.microsoft.com", ref, TenantId{"t"}) ==
             "https://teams.microsoft.com/l/message/19%3A6f1c%40thread.v2/1772?tenantId=t"
             "&context=%7B%22contextType%22%3A%22chat%22%7D");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belfry::render
