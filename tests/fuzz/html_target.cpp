#include "sync/render/html.h"
#include "tests/fuzz/sound_text.h"
#include "tests/fuzz/targets.h"

namespace belfry::fuzz {

void html(std::string_view bytes) {
  render::BodyContext context;
  context.message_link = "https://teams.example/m";
  require_sound_text(render::html_to_markdown(bytes, context));
}

}  // namespace belfry::fuzz
