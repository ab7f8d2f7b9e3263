#pragma once

#include <string>

namespace belfry::kit {

/// The head of a picture of so many pixels: all that its size is read from.
inline std::string png(int width, int height) {
  std::string head("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  for (const int value : {width, height})
    for (int shift = 24; shift >= 0; shift -= 8)
      head += static_cast<char>(static_cast<unsigned>(value) >> static_cast<unsigned>(shift));
  return head + std::string("\x08\x06\0\0\0", 5);
}

}  // namespace belfry::kit
