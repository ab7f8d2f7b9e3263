#include "sync/model/change.h"

#include <charconv>

namespace belfry {

const char* name_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::created:
      return "created";
    case ChangeKind::edited:
      return "edited";
    case ChangeKind::deleted:
      return "deleted";
    case ChangeKind::summary:
      return "summary";
    case ChangeKind::chat:
      return "chat";
  }
  return "unknown";
}

const char* name_of(Source source) {
  switch (source) {
    case Source::webhook:
      return "webhook";
    case Source::reconciler:
      return "reconciler";
  }
  return "unknown";
}

std::uint64_t creation_order(const MessageId& id, WallTime fallback) {
  const std::string& text = id.text();
  std::uint64_t order = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), order);
  if (error == std::errc{} && end == text.data() + text.size()) return order;
  const auto epoch_ms = to_epoch_ms(fallback);
  return epoch_ms < 0 ? 0 : static_cast<std::uint64_t>(epoch_ms);
}

}  // namespace belfry
