#include "sync/model/delivery.h"

#include <algorithm>
#include <utility>

namespace belfry {

OutboxEntry amended(OutboxEntry creation, const PlannedDelivery& change) {
  const std::vector<PlannedFile> before = std::exchange(creation.planned.files, change.files);
  const std::vector<FileState> states = std::exchange(creation.files, {});
  for (const PlannedFile& file : creation.planned.files) {
    const auto known = std::find_if(before.begin(), before.end(),
                                    [&](const PlannedFile& one) { return one.id == file.id; });
    const auto place = static_cast<std::size_t>(known - before.begin());
    FileState state = place < states.size() ? states[place] : FileState{};
    // A post in doubt is not given files any more: it names them.
    if (creation.attempting_since && !state.is_settled())
      state.progress = FileMissing{FileTrouble::unreachable};
    creation.files.push_back(std::move(state));
  }
  creation.planned.text = change.text;
  creation.planned.edited = change.edited;
  creation.planned.language = change.language;
  creation.planned.shows = change.shows;
  creation.is_amended = true;
  return creation;
}

Delivery buried_as(const PlannedDelivery& creation, WallTime now) {
  Delivery delivery;
  delivery.ref = creation.key.ref;
  delivery.recipient = creation.key.recipient;
  delivery.edited = creation.edited;
  delivery.delivered_at = now;
  delivery.shows = creation.shows;
  return delivery;
}

}  // namespace belfry
