#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sync/base/invariant.h"
#include "sync/render/render.h"
#include "sync/render/text.h"

/// Whole posts at the smallest limit of a server. The input is cut at 0xFF into name, topic, type
/// and content of an attachment, and body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto next = [&rest] {
    const auto end = std::min(rest.find('\xFF'), rest.size());
    const std::string part(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
  };
  Message message;
  message.sender = Sender{Sender::Kind::user, TeamsUserId{"x"}, next()};
  Chat chat;
  chat.topic = Content{next()};
  Attachment attachment;
  attachment.id = "a";
  attachment.content_type = next();
  attachment.content = Content{next()};
  attachment.content_url = "https://contoso.example/x";
  message.attachments.push_back(attachment);
  message.mentions.push_back({0, Content{}, Mention::Target::user, TeamsUserId{"x"}});
  message.body = {MessageBody::Type::html, Content{std::string(rest)}};
  render::RenderContext context;
  context.message_link = "https://teams.example/m";
  context.usernames[TeamsUserId{"x"}] = "xenia";
  context.max_post_runes = 4000;
  const Content post = render::render_message(message, chat, context);
  invariant(render::count_runes(post.reveal()) <= context.max_post_runes, "posts have room");
  return 0;
}
