#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sync/render/card.h"
#include "sync/render/markdown.h"

/// The JSON reader and both card readers behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry::render;
  const auto json = JsonValue::parse({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  BodyContext context;
  context.message_link = "https://teams.example/m";
  Document document;
  read_adaptive_card(*json, context, document, document.blocks);
  read_classic_card(*json, context, document, document.blocks);
  (void)write_markdown(document, 500);
  return 0;
}
