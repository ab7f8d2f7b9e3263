#include "tests/sandbox/mattermost/image_size.h"

#include <cstdint>

namespace belfry::sandbox::mattermost {

namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

int big_16(std::string_view bytes, std::size_t at) {
  return static_cast<int>(byte_at(bytes, at) << 8U | byte_at(bytes, at + 1));
}

int little_16(std::string_view bytes, std::size_t at) {
  return static_cast<int>(byte_at(bytes, at + 1) << 8U | byte_at(bytes, at));
}

int big_32(std::string_view bytes, std::size_t at) {
  return static_cast<int>(static_cast<unsigned>(big_16(bytes, at)) << 16U |
                          static_cast<unsigned>(big_16(bytes, at + 2)));
}

int little_24(std::string_view bytes, std::size_t at) {
  return static_cast<int>(byte_at(bytes, at + 2) << 16U |
                          static_cast<unsigned>(little_16(bytes, at)));
}

std::optional<ImageSize> jpeg_size(std::string_view head) {
  std::size_t at = 2;
  while (at + 9 < head.size()) {
    if (byte_at(head, at) != 0xFFU) return std::nullopt;
    const unsigned marker = byte_at(head, at + 1);
    if (marker == 0xFFU) {
      ++at;
      continue;
    }
    const bool is_frame =
        marker >= 0xC0U && marker <= 0xCFU && marker != 0xC4U && marker != 0xC8U && marker != 0xCCU;
    if (is_frame) return ImageSize{big_16(head, at + 7), big_16(head, at + 5)};
    at += 2 + static_cast<std::size_t>(big_16(head, at + 2));
  }
  return std::nullopt;
}

std::optional<ImageSize> webp_size(std::string_view head) {
  const auto kind = head.substr(12, 4);
  if (kind == "VP8X") return ImageSize{little_24(head, 24) + 1, little_24(head, 27) + 1};
  if (kind == "VP8 ") return ImageSize{little_16(head, 26) & 0x3FFF, little_16(head, 28) & 0x3FFF};
  if (kind == "VP8L") {
    const auto bits = static_cast<unsigned>(little_16(head, 21)) |
                      static_cast<unsigned>(little_16(head, 23)) << 16U;
    return ImageSize{static_cast<int>(bits & 0x3FFFU) + 1,
                     static_cast<int>(bits >> 14U & 0x3FFFU) + 1};
  }
  return std::nullopt;
}

}  // namespace

std::optional<ImageSize> image_size(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x89PNG\r\n\x1a\n"sv) && head.size() >= 24)
    return ImageSize{big_32(head, 16), big_32(head, 20)};
  if ((head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv)) && head.size() >= 10)
    return ImageSize{little_16(head, 6), little_16(head, 8)};
  if (head.starts_with("\xFF\xD8\xFF"sv)) return jpeg_size(head);
  if (head.starts_with("BM"sv) && head.size() >= 26)
    return ImageSize{little_16(head, 18), little_16(head, 22)};
  if (head.starts_with("RIFF"sv) && head.size() >= 30 && head.substr(8, 4) == "WEBP"sv)
    return webp_size(head);
  return std::nullopt;
}

}  // namespace belfry::sandbox::mattermost
