#include "tests/sandbox/mattermost/uploads.h"

#include <algorithm>
#include <vector>

#include "tests/sandbox/mattermost/refusal.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_buffer = 64U << 10U;

}  // namespace

void Uploads::add(UploadInfo info) {
  const std::lock_guard lock(mutex_);
  const std::string id = info.id;
  entries_[id].info = std::move(info);
}

std::optional<UploadInfo> Uploads::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  return found->second.info;
}

Uploads::Outcome Uploads::take_part(std::string_view id, const Source& source) {
  UploadInfo info;
  std::shared_ptr<ByteSink> sink;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) refuse(404, "app.upload.get.app_error");
    if (found->second.busy) refuse(400, "app.upload.upload_data.concurrent.app_error");
    found->second.busy = true;
    info = found->second.info;
    if (info.file_offset == 0) found->second.sink = std::make_shared<ByteSink>();
    sink = found->second.sink;
  }

  // Only this part touches the sink while the entry is busy.
  std::vector<char> buffer(k_buffer);
  std::int64_t written = 0;
  bool broken = false;
  while (written < info.file_size - info.file_offset) {
    const auto room = static_cast<std::size_t>(std::min<std::int64_t>(
        static_cast<std::int64_t>(buffer.size()), info.file_size - info.file_offset - written));
    const std::int64_t got = source(buffer.data(), room);
    broken = got < 0;
    if (got <= 0) break;
    sink->take({buffer.data(), static_cast<std::size_t>(got)});
    written += got;
  }

  const bool first = info.file_offset == 0;
  const bool too_small = first && written < k_first_part && written != info.file_size;
  if (!too_small) info.file_offset += written;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) refuse(404, "app.upload.get.app_error");
    found->second.busy = false;
    found->second.info = info;
  }
  if (too_small) refuse(400, "app.upload.upload_data.first_part_too_small.app_error");
  if (broken) refuse(500, "api.file.append_file.app_error");
  Outcome outcome{.info = info, .whole = nullptr};
  if (info.file_offset == info.file_size) outcome.whole = sink;
  return outcome;
}

void Uploads::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found != entries_.end()) entries_.erase(found);
}

}  // namespace belfry::sandbox::mattermost
