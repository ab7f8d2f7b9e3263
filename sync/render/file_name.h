#pragma once

#include <string>
#include <string_view>

namespace belfry::render {

/// A stranger's name for a file, made fit to be one anywhere: the last element of a path, clean
/// (sync/render/text.h), without the characters that file systems reserve or dots and blanks at its
/// ends, no device of Windows (`CON`, `nul.txt`: a `_` before it), at most 200 bytes with its
/// extension kept. Empty when nothing is left.
[[nodiscard]] std::string file_name(std::string_view name);

/// `name` with the extension that files of `content_type` have, unless it has one; a plain word
/// where it is empty.
[[nodiscard]] std::string named_by_type(std::string_view name, std::string_view content_type);

}  // namespace belfry::render
