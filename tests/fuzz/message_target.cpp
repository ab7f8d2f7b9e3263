#include "net/graph/message_json.h"
#include "sync/base/invariant.h"
#include "sync/render/render.h"
#include "sync/render/text.h"
#include "tests/fuzz/sound_text.h"
#include "tests/fuzz/targets.h"

namespace belfry::fuzz {
namespace {

void require_sound_post(const Message& message) {
  invariant(!message.ref.chat.empty() && !message.ref.message.empty(), "a message is named");
  render::RenderContext context;
  context.message_link = "https://teams.example/m";
  context.max_post_runes = 4000;
  context.now = message.modified;

  const Content post = render::render_message(message, Chat{}, context);

  require_sound_text(post.reveal());
  invariant(render::count_runes(post.reveal()) <= context.max_post_runes, "posts have room");
}

}  // namespace

void message(std::string_view bytes) {
  if (const auto message = net::message_from_json(bytes)) require_sound_post(*message);
  const auto page = net::messages_page_from_json(bytes, ChatId{"19:x@thread.v2"});
  if (!page) return;
  for (const auto& each : page->messages) {
    require_sound_post(each.message);
    const auto again = net::message_from_json(each.json.reveal(), each.message.ref.chat);
    invariant(again && again->ref == each.message.ref, "an entry of a page is a message by itself");
  }
}

}  // namespace belfry::fuzz
