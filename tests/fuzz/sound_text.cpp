#include "tests/fuzz/sound_text.h"

#include <array>
#include <string>

#include "net/json/utf8.h"
#include "sync/base/invariant.h"

namespace belfry::fuzz {

void require_sound_text(std::string_view text) {
  // CR, VT, FF, NEL, LS, PS and U+2424, which the web client takes for line feeds.
  static constexpr std::array<std::string_view, 7> k_disguised = {
      "\r", "\v", "\f", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x90\xA4"};
  std::string sound;
  net::append_sound_utf8(sound, text);
  invariant(sound == text, "text is sound UTF-8");
  invariant(text.find('\0') == std::string_view::npos, "text has no controls");
  for (const std::string_view each : k_disguised)
    invariant(text.find(each) == std::string_view::npos, "text has no breaks in disguise");
}

}  // namespace belfry::fuzz
