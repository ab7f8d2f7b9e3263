#include "sync/base/secret.h"

namespace belfry {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    text_ = other.text_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
  }
  return *this;
}

bool Secret::equals(std::string_view other) const {
  // The loop runs over `other`, which the asker knows anyway; the secret's own length shows only as
  // unequal.
  unsigned difference = text_.size() == other.size() ? 0U : 1U;
  for (std::size_t i = 0; i < other.size(); ++i) {
    const char ours = text_.empty() ? '\0' : text_[i % text_.size()];
    difference |= static_cast<unsigned char>(ours) ^ static_cast<unsigned char>(other[i]);
  }
  return difference == 0;
}

void Secret::wipe() noexcept {
  // volatile: the compiler must not drop writes to memory that nobody reads again.
  volatile char* bytes = text_.data();
  for (std::size_t i = 0; i < text_.size(); ++i) bytes[i] = '\0';
  text_.clear();
}

}  // namespace belfry
