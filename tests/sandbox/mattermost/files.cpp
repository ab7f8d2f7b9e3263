#include "tests/sandbox/mattermost/files.h"

#include <algorithm>
#include <mutex>

#include "tests/sandbox/web.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_content_bytes = 32U << 20U;

}  // namespace

std::string file_name_of(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : lower_case(name.substr(dot + 1));
}

std::string mime_type_of(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> k_types{
      {"avif", "image/avif"},
      {"bmp", "image/bmp"},
      {"css", "text/css; charset=utf-8"},
      {"csv", "text/csv; charset=utf-8"},
      {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"gif", "image/gif"},
      {"gz", "application/gzip"},
      {"heic", "image/heic"},
      {"htm", "text/html; charset=utf-8"},
      {"html", "text/html; charset=utf-8"},
      {"jpeg", "image/jpeg"},
      {"jpg", "image/jpeg"},
      {"json", "application/json"},
      {"log", "text/plain; charset=utf-8"},
      {"m4a", "audio/mp4"},
      {"md", "text/markdown; charset=utf-8"},
      {"mp3", "audio/mpeg"},
      {"mp4", "video/mp4"},
      {"ogg", "audio/ogg"},
      {"pdf", "application/pdf"},
      {"png", "image/png"},
      {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
      {"svg", "image/svg+xml"},
      {"tif", "image/tiff"},
      {"tiff", "image/tiff"},
      {"txt", "text/plain; charset=utf-8"},
      {"wav", "audio/wav"},
      {"webm", "video/webm"},
      {"webp", "image/webp"},
      {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"xml", "text/xml; charset=utf-8"},
      {"zip", "application/zip"}};
  const auto found = k_types.find(extension_of(name));
  return found == k_types.end() ? std::string() : found->second;
}

void Files::add(FileRecord record) {
  const std::unique_lock lock(mutex_);
  if (content_bytes_ + record.content.size() > k_content_bytes) record.content.clear();
  content_bytes_ += record.content.size();
  files_.insert_or_assign(record.id, std::move(record));
}

std::optional<FileRecord> Files::find(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = files_.find(id);
  if (found == files_.end()) return std::nullopt;
  return found->second;
}

std::vector<FileRecord> Files::find_all(const std::vector<std::string>& ids) const {
  std::vector<FileRecord> out;
  const std::shared_lock lock(mutex_);
  for (const auto& id : ids)
    if (const auto found = files_.find(id); found != files_.end()) out.push_back(found->second);
  return out;
}

std::vector<std::string> Files::attach(const std::vector<std::string>& ids,
                                       std::string_view post_id, std::string_view channel_id,
                                       std::string_view user_id) {
  std::vector<std::string> out;
  if (ids.empty()) return out;
  const std::unique_lock lock(mutex_);
  for (const auto& id : ids) {
    if (std::find(out.begin(), out.end(), id) != out.end()) continue;
    const auto found = files_.find(id);
    if (found == files_.end()) continue;
    FileRecord& file = found->second;
    const bool free = file.post_id.empty() && file.user_id == user_id;
    if (!free && (file.post_id != post_id || file.delete_at > 0)) continue;
    file.post_id = post_id;
    file.channel_id = channel_id;
    out.push_back(id);
  }
  return out;
}

void Files::remove(const std::vector<std::string>& ids, std::int64_t now_ms) {
  if (ids.empty()) return;
  const std::unique_lock lock(mutex_);
  for (const auto& id : ids)
    if (const auto found = files_.find(id); found != files_.end()) found->second.delete_at = now_ms;
}

std::vector<FileRecord> Files::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<FileRecord> out;
  for (const auto& [id, file] : files_) out.push_back(file);
  return out;
}

}  // namespace belfry::sandbox::mattermost
