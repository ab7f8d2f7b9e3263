#include "sync/base/invariant.h"
#include "sync/render/render.h"
#include "sync/render/text.h"
#include "tests/fuzz/parts.h"
#include "tests/fuzz/sound_text.h"
#include "tests/fuzz/targets.h"

namespace belfry::fuzz {

void post(std::string_view bytes) {
  Parts parts(bytes);
  Message message;
  message.sender = Sender{Sender::Kind::user, TeamsUserId{"x"}, parts.next()};
  Chat chat;
  chat.topic = Content{parts.next()};
  Attachment attachment;
  attachment.id = "a";
  attachment.content_type = parts.next();
  attachment.content = Content{parts.next()};
  attachment.content_url = "https://contoso.example/x";
  message.attachments.push_back(attachment);
  message.mentions.push_back({0, Content{}, Mention::Target::user, TeamsUserId{"x"}});
  message.body = {MessageBody::Type::html, Content{parts.next()}};
  render::RenderContext context;
  context.message_link = "https://teams.example/m";
  context.usernames[TeamsUserId{"x"}] = "xenia";
  context.max_post_runes = 4000;

  const Content post = render::render_message(message, chat, context);

  require_sound_text(post.reveal());
  invariant(render::count_runes(post.reveal()) <= context.max_post_runes, "posts have room");
}

}  // namespace belfry::fuzz
