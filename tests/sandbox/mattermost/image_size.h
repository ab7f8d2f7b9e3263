#pragma once

#include <optional>
#include <string_view>

namespace belfry::sandbox::mattermost {

struct ImageSize {
  int width = 0;
  int height = 0;
};

/// Reads the head of a PNG, GIF, JPEG, BMP or WebP file; nothing when it is none of these, as the
/// server's decoder has it: HEIC and SVG are not among them.
[[nodiscard]] std::optional<ImageSize> image_size(std::string_view head);

}  // namespace belfry::sandbox::mattermost
