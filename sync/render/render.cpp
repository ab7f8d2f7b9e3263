#include "sync/render/render.h"

#include <algorithm>
#include <vector>

#include "sync/render/escape.h"
#include "sync/render/html.h"

namespace belfry::render {
namespace {

constexpr const char* k_edited = " _(edited)_";

std::string percent_encoded(const std::string& text) {
  static constexpr char k_digits[] = "0123456789ABCDEF";
  static constexpr std::string_view k_kept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (k_kept.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += k_digits[static_cast<unsigned char>(c) >> 4U];
      encoded += k_digits[static_cast<unsigned char>(c) & 15U];
    }
  }
  return encoded;
}

/// Names and topics are written by strangers: one line, and escaped.
std::string one_line(const std::string& text) {
  std::string line = escape_inline(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string sender_name(const Message& message, const Chat& chat) {
  if (!message.sender) return "Somebody";
  if (!message.sender->display_name.empty()) return one_line(message.sender->display_name);
  for (const Member& member : chat.members) {
    const bool is_sender = !member.user.empty() && member.user == message.sender->user;
    if (is_sender && !member.display_name.empty()) return one_line(member.display_name);
  }
  return message.sender->kind == Sender::Kind::application ? "An app" : "Somebody";
}

std::size_t count_others(const Message& message, const Chat& chat, const RenderContext& context) {
  return static_cast<std::size_t>(
      std::count_if(chat.members.begin(), chat.members.end(), [&](const Member& member) {
        const bool is_sender =
            message.sender && !member.user.empty() && member.user == message.sender->user;
        return !is_sender && member.user != context.reader;
      }));
}

std::string chat_link(const Chat& chat, const RenderContext& context) {
  const std::string topic = one_line(chat.topic.reveal());
  return link(topic.empty() ? "Teams chat" : "Teams chat: " + topic, context.message_link);
}

std::string first_line(const Message& message, const Chat& chat, const RenderContext& context) {
  std::string line = "**" + sender_name(message, chat) + "** messaged you";
  if (const std::size_t others = count_others(message, chat, context); others > 0) {
    line += " and " + std::to_string(others) + (others == 1 ? " other" : " others");
  }
  line += " · " + chat_link(chat, context);
  if (message.importance == Importance::urgent) line = "❗ **Urgent** · " + line;
  if (message.importance == Importance::high) line = "❗ **Important** · " + line;
  if (message.edited) line += k_edited;
  return line;
}

/// Mentions of one person may come as several adjacent ones, a word each: each is shown where it
/// stands, and only the first of a run as @username.
class Mentions {
 public:
  Mentions(const Message& message, const RenderContext& context)
      : message_(message), context_(context) {}

  std::string operator()(int id, const std::string& text) {
    const auto found = std::find_if(message_.mentions.begin(), message_.mentions.end(),
                                    [id](const Mention& mention) { return mention.id == id; });
    if (found == message_.mentions.end() || found->target != Mention::Target::user) {
      return "**" + one_line(text) + "**";
    }
    const auto username = context_.usernames.find(found->user);
    if (username == context_.usernames.end()) return "**" + one_line(text) + "**";
    const bool repeats = found->user == last_ && id == last_id_ + 1;
    last_ = found->user;
    last_id_ = id;
    return repeats ? "" : "@" + username->second;
  }

 private:
  const Message& message_;
  const RenderContext& context_;
  TeamsUserId last_;
  int last_id_ = -2;
};

std::string attachment_line(const Attachment& attachment, const RenderContext& context) {
  const std::string name = one_line(attachment.name.reveal());
  if (attachment.content_type == "reference") {
    const std::string label = name.empty() ? "file" : name;
    return "📎 " + link(label, attachment.content_url.starts_with("https://")
                                  ? attachment.content_url
                                  : context.message_link);
  }
  if (attachment.content_type == "messageReference")
    return link("↩ reply to a message", context.message_link);
  if (attachment.content_type == "forwardedMessageReference") {
    return link("↪ forwarded message", context.message_link);
  }
  const std::string label = name.empty() ? "attachment" : "attachment: " + name;
  return link(label + " (see in Teams)", context.message_link);
}

std::string body_of(const Message& message, const RenderContext& context) {
  if (message.policy_notice) return escape_text(message.policy_notice->reveal());
  std::vector<std::string> shown;
  BodyContext body;
  body.message_link = context.message_link;
  body.mention = Mentions(message, context);
  body.attachment = [&](const std::string& id) -> std::string {
    for (const Attachment& attachment : message.attachments) {
      if (attachment.id != id) continue;
      shown.push_back(id);
      return "\n" + attachment_line(attachment, context) + "\n";
    }
    return {};
  };
  std::string text = message.body.type == MessageBody::Type::html
                         ? html_to_markdown(message.body.content.reveal(), body)
                         : escape_text(message.body.content.reveal());
  for (const Attachment& attachment : message.attachments) {
    if (std::find(shown.begin(), shown.end(), attachment.id) != shown.end()) continue;
    if (!text.empty()) text += "\n";
    text += attachment_line(attachment, context);
  }
  const std::string subject = one_line(message.subject.reveal());
  if (!subject.empty()) text = "#### " + subject + "\n" + text;
  return text;
}

}  // namespace

Content render_message(const Message& message, const Chat& chat, const RenderContext& context) {
  const std::string head = first_line(message, chat, context);
  const std::string body = body_of(message, context);
  if (body.empty()) return Content{head};
  const std::string rest = "\n\n" + link("… continue in Teams", context.message_link);
  const std::size_t taken = count_runes(head) + 1 + count_runes(rest);
  const std::size_t room = context.max_post_runes > taken ? context.max_post_runes - taken : 0;
  const Cut cut = cut_to_runes(quote(body), room);
  return Content{head + "\n" + cut.text + (cut.was_cut ? rest : "")};
}

Content render_deletion(const Chat& chat, const RenderContext& context) {
  return Content{"_This message was deleted in Teams._ · " + chat_link(chat, context)};
}

std::string message_link(const std::string& host, const MessageRef& ref, const TenantId& tenant) {
  return "https://" + host + "/l/message/" + percent_encoded(ref.chat.text()) + "/" +
         percent_encoded(ref.message.text()) + "?tenantId=" + percent_encoded(tenant.text()) +
         "&context=%7B%22contextType%22%3A%22chat%22%7D";
}

}  // namespace belfry::render
