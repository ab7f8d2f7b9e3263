#include "sync/render/card.h"
#include "sync/render/markdown.h"
#include "tests/fuzz/sound_text.h"
#include "tests/fuzz/targets.h"

namespace belfry::fuzz {

void card(std::string_view bytes) {
  const auto json = render::JsonValue::parse(bytes);
  if (!json) return;
  render::BodyContext context;
  context.message_link = "https://teams.example/m";
  render::Document document;
  render::read_adaptive_card(*json, context, document, document.blocks);
  render::read_classic_card(*json, context, document, document.blocks);
  require_sound_text(render::write_markdown(document, 500));
}

}  // namespace belfry::fuzz
