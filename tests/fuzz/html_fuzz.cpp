#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sync/base/invariant.h"
#include "sync/render/html.h"
#include "sync/render/text.h"

/// The converter: any bytes become Markdown, in bounded size, without controls or raw mentions.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  belfry::render::BodyContext context;
  context.message_link = "https://teams.example/m";
  const std::string markdown = belfry::render::html_to_markdown(html, context);
  belfry::invariant(markdown.find('\0') == std::string::npos, "no controls in Markdown");
  belfry::invariant(markdown.find("\xE2\x90\xA4") == std::string::npos, "no break in disguise");
  belfry::invariant(
      belfry::render::clean_text(markdown).find("\xEF\xBF\xBD") == std::string::npos ||
          markdown.find("\xEF\xBF\xBD") != std::string::npos,
      "valid UTF-8");
  return 0;
}
