#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/mattermost/byte_sink.h"

namespace belfry::sandbox::mattermost {

struct FileRecord {
  std::string id{};
  std::string user_id{};
  std::string post_id{};  ///< empty until a post uses it
  std::string channel_id{};
  std::int64_t create_at = 0;
  std::int64_t delete_at = 0;
  std::string name{};
  std::string extension{};
  std::string mime_type{};
  std::int64_t size = 0;
  int width = 0;
  int height = 0;
  std::string sha256{};   ///< hexadecimal
  std::string content{};  ///< of small files only

  [[nodiscard]] bool is_image() const { return mime_type.starts_with("image/"); }
  [[nodiscard]] bool is_svg() const { return mime_type == "image/svg+xml"; }
};

/// The last element of a path, as the server cuts names.
[[nodiscard]] std::string file_name_of(std::string_view path);
[[nodiscard]] std::string extension_of(std::string_view name);
/// From the name, never from the content.
[[nodiscard]] std::string mime_type_of(std::string_view name);

/// Keeps what is known of each file, and the content of small ones while all of it together stays
/// below 32 MiB.
/// Threads  All functions from any thread.
class Files {
 public:
  void add(FileRecord record);
  [[nodiscard]] std::optional<FileRecord> find(std::string_view id) const;
  [[nodiscard]] std::vector<FileRecord> find_all(const std::vector<std::string>& ids) const;
  /// Gives unused files of this uploader to a post, wherever they were uploaded for; returns the
  /// ids of those that it got or had already, in order, each once.
  std::vector<std::string> attach(const std::vector<std::string>& ids, std::string_view post_id,
                                  std::string_view channel_id, std::string_view user_id);
  /// The post no longer shows them.
  void remove(const std::vector<std::string>& ids, std::int64_t now_ms);
  [[nodiscard]] std::vector<FileRecord> all() const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, FileRecord, std::less<>> files_;  // guarded by mutex_
  std::size_t content_bytes_ = 0;                         // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
