#pragma once

#include <string_view>

namespace belfry::fuzz {

/// Aborts unless the text is sound UTF-8, without controls and line breaks in disguise.
void require_sound_text(std::string_view text);

}  // namespace belfry::fuzz
