#include "sync/render/attachments.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sync/base/time.h"
#include "sync/render/card.h"
#include "sync/render/json_value.h"
#include "sync/render/text.h"

namespace belfry::render {
namespace {

constexpr std::string_view k_cards = "application/vnd.microsoft.card.";
constexpr std::string_view k_teams_cards = "application/vnd.microsoft.teams.card.";

JsonValue json_of(const Attachment& attachment) {
  return JsonValue::parse(attachment.content.reveal()).value_or(JsonValue());
}

std::string sender_name(const JsonValue& sender, const Chat& chat, const RenderPolicy& policy) {
  const JsonValue& user = sender["user"];
  const std::string& name =
      user.is_object() ? user["displayName"].text() : sender["application"]["displayName"].text();
  return known_name(TeamsUserId(lower_case(user["id"].text())), name, chat, policy);
}

Style italic() {
  Style style;
  style.is_italic = true;
  return style;
}
Run bold(std::string text) {
  Style style;
  style.is_bold = true;
  return {std::move(text), style, {}, false};
}

bool is_username(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  });
}

std::string picture_sign(std::string_view type) {
  if (type.starts_with("image/")) return "🖼️";
  if (type.starts_with("audio/")) return "🎤";
  return type.starts_with("video/") ? "🎬" : "📎";
}

}  // namespace

std::string known_name(const TeamsUserId& user, const std::string& display_name, const Chat& chat,
                       const RenderPolicy& policy) {
  std::string name = clean_line(display_name, policy.most_name_runes);
  if (!name.empty() || user.empty()) return name;
  const auto member = std::find_if(chat.members.begin(), chat.members.end(),
                                   [&](const Member& one) { return one.user == user; });
  return member == chat.members.end() ? name
                                      : clean_line(member->display_name, policy.most_name_runes);
}

Runs phrase_with(const std::string& phrase, const std::string& placeholder, const Run& inserted,
                 const Style& style) {
  const std::string braced = "{" + placeholder + "}";
  const auto at = phrase.find(braced);
  if (at == std::string::npos) return {{phrase, style, {}, false}};
  return {{phrase.substr(0, at), style, {}, false},
          inserted,
          {phrase.substr(at + braced.size()), style, {}, false}};
}

MessageReader::MessageReader(const Message& message, const Chat& chat, const RenderContext& context,
                             const RenderPolicy& policy)
    : message_(message),
      chat_(chat),
      context_(context),
      policy_(policy),
      phrases_(context.catalogue->phrases_for(context.language)) {
  body_.message_link = context.message_link;
  body_.phrases = &phrases_;
  body_.is_carried = [this](std::string_view url) {
    return context_.carried.count(std::string(url)) != 0;
  };
  body_.mention = [this](int id, const std::string& text) { return mentioned(id, text); };
  body_.attachment = [this](const std::string& id, Document& document, Blocks& blocks) {
    for (const Attachment& attachment : message_.attachments) {
      const bool is_meant = attachment.id == id;
      if (is_meant && placed_.insert(id).second) read_attachment(attachment, document, blocks);
    }
  };
}

bool MessageReader::read(Document& document) {
  Blocks body;
  if (message_.policy_notice) {
    const std::string& notice = message_.policy_notice->reveal();
    read_text(trimmed(notice).empty() ? phrases_[Phrase::blocked] : notice, document.blocks);
    return true;
  }
  const std::string& content = message_.body.content.reveal();
  if (message_.body.type == MessageBody::Type::html) {
    is_whole_ = read_html(content, body_, {}, document, body) && is_whole_;
  } else {
    read_text(content, body);
  }
  Blocks& blocks = document.blocks;
  Blocks behind;
  for (const Attachment& attachment : message_.attachments) {
    if (placed_.count(attachment.id) != 0) continue;
    const bool is_reply = attachment.content_type == "messageReference";
    read_attachment(attachment, document, is_reply ? blocks : behind);
  }
  std::move(body.begin(), body.end(), std::back_inserter(blocks));
  std::move(behind.begin(), behind.end(), std::back_inserter(blocks));
  return is_whole_;
}

Mentioned MessageReader::mentioned(int id, const std::string& text) const {
  const auto found = std::find_if(message_.mentions.begin(), message_.mentions.end(),
                                  [id](const Mention& mention) { return mention.id == id; });
  if (found == message_.mentions.end()) return {text, {}, false};
  const bool is_person = found->target == Mention::Target::user && !found->user.empty();
  if (!is_person) return {text, {}, false};
  const auto username = context_.usernames.find(found->user);
  if (username == context_.usernames.end() || !is_username(username->second))
    return {text, found->user.text(), false};
  return {"@" + username->second, found->user.text(), true};
}

void MessageReader::add_label(const std::string& sign, const std::string& label,
                              const std::string& url, Document& document, Blocks& blocks) const {
  Style style;
  style.link = add_link(document, url.empty() ? context_.message_link : url);
  add_paragraph(blocks, {{sign + " ", {}, {}, false}, {label, style, {}, false}});
}

void MessageReader::read_attachment(const Attachment& attachment, Document& document,
                                    Blocks& blocks) {
  if (context_.carried.count(attachment.id) != 0) return;
  const std::string type = lower_case(attachment.content_type);
  if (type == "messagereference") return read_reply(attachment, blocks);
  if (type == "forwardedmessagereference") return read_forward(attachment, document, blocks);
  if (type == std::string(k_cards) + "codesnippet")
    return read_snippet(attachment, document, blocks);
  if (type == std::string(k_cards) + "audio") return read_voice(attachment, document, blocks);
  const std::size_t before = blocks.size();
  if (type == std::string(k_cards) + "adaptive") {
    read_adaptive_card(json_of(attachment), body_, document, blocks);
  } else if ((type.starts_with(k_cards) && !type.starts_with(std::string(k_cards) + "fluid")) ||
             type.starts_with(k_teams_cards)) {
    read_classic_card(json_of(attachment), body_, document, blocks);
  }
  if (blocks.size() == before) read_other(attachment, document, blocks);
}

/// As Teams shows it: who was answered, and the beginning of what they wrote.
void MessageReader::read_reply(const Attachment& attachment, Blocks& blocks) const {
  const JsonValue content = json_of(attachment);
  std::string name = sender_name(content["messageSender"], chat_, policy_);
  if (name.empty()) name = phrases_[Phrase::somebody];
  Quote quote;
  add_paragraph(quote.blocks, phrase_with(phrases_[Phrase::reply_to], "sender", bold(name)));
  const std::string preview =
      clean_line(content["messagePreview"].text(), policy_.most_preview_runes);
  if (!preview.empty()) add_paragraph(quote.blocks, {{preview, {}, {}, false}});
  blocks.emplace_back(std::move(quote));
}

/// With the markup of the original, but without its mentions and attachments: they are not in the
/// message that forwards it.
void MessageReader::read_forward(const Attachment& attachment, Document& document, Blocks& blocks) {
  const JsonValue content = json_of(attachment);
  const std::string name = sender_name(content["originalMessageSender"], chat_, policy_);
  Runs head{{"↪ ", {}, {}, false}};
  const Runs who =
      name.empty() ? Runs{{phrases_[Phrase::forwarded], italic(), {}, false}}
                   : phrase_with(phrases_[Phrase::forwarded_from], "sender", bold(name), italic());
  head.insert(head.end(), who.begin(), who.end());
  add_paragraph(blocks, std::move(head));
  BodyContext original = body_;
  original.mention = nullptr;
  original.attachment = nullptr;
  Quote quote;
  const std::string& html = content["originalMessageContent"].text();
  is_whole_ = read_html(html, original, {}, document, quote.blocks) && is_whole_;
  if (!quote.blocks.empty()) blocks.emplace_back(std::move(quote));
}

void MessageReader::read_snippet(const Attachment& attachment, Document& document,
                                 Blocks& blocks) const {
  const JsonValue content = json_of(attachment);
  const std::string& language = content["language"].text();
  std::string name = clean_line(attachment.name.reveal(), policy_.most_name_runes);
  if (name.empty()) name = clean_line(content["name"].text(), policy_.most_name_runes);
  const auto fetched = context_.snippets.find(attachment.id);
  if (fetched == context_.snippets.end()) {
    const std::string label = phrases_[Phrase::code_snippet] + (name.empty() ? "" : ": " + name);
    return add_label("📄", label, {}, document, blocks);
  }
  if (!name.empty()) add_paragraph(blocks, {bold(name)});
  blocks.emplace_back(CodeBlock{clean_text(fetched->second.reveal()), language});
}

void MessageReader::read_voice(const Attachment& attachment, Document& document,
                               Blocks& blocks) const {
  // "PT23S" or "00:00:23", by client.
  const std::string duration = clean_line(json_of(attachment)["duration"].text(), 20);
  const std::string label =
      phrases_[Phrase::voice_message] + (duration.empty() ? "" : " (" + duration + ")");
  add_label("🎤", label, {}, document, blocks);
}

/// Files, meetings, tabs, Loop components and kinds that nobody knows yet: a name, and a link. Only
/// the addresses of shared files are opened as they are; all else leads to the message in Teams.
void MessageReader::read_other(const Attachment& attachment, Document& document,
                               Blocks& blocks) const {
  struct Kind {
    std::string_view type;
    std::string_view sign;
    Phrase phrase;
  };
  static constexpr std::array<Kind, 6> k_kinds = {{
      {"reference", "📎", Phrase::file},
      {"meetingreference", "📅", Phrase::meeting},
      {"tabreference", "📑", Phrase::tab},
      {"application/vnd.microsoft.card.fluid", "🔁", Phrase::shared_component},
      {"application/vnd.microsoft.card.", "🗂️", Phrase::card},
      {"application/vnd.microsoft.teams.card.", "🗂️", Phrase::card},
  }};
  const std::string type = lower_case(attachment.content_type);
  const auto kind = std::find_if(k_kinds.begin(), k_kinds.end(),
                                 [&](const Kind& one) { return type.starts_with(one.type); });
  const bool is_known = kind != k_kinds.end();
  constexpr std::size_t k_most_name = 255;
  const std::string name = clean_line(attachment.name.reveal(), k_most_name);
  const std::string what = phrases_[is_known ? kind->phrase : Phrase::attachment];
  const std::string sign = is_known ? std::string(kind->sign) : picture_sign(type);
  if (type == "reference") {
    const bool is_https = lower_case(attachment.content_url).starts_with("https://");
    return add_label(sign, name.empty() ? what : name,
                     is_https ? attachment.content_url : std::string(), document, blocks);
  }
  add_label(sign, name.empty() ? what : what + ": " + name, {}, document, blocks);
}

}  // namespace belfry::render
