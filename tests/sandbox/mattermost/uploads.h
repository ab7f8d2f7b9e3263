#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sandbox/mattermost/byte_sink.h"

namespace belfry::sandbox::mattermost {

struct UploadInfo {
  std::string id{};
  std::string user_id{};
  std::string channel_id{};
  std::string filename{};
  std::int64_t create_at = 0;
  std::int64_t file_size = 0;
  std::int64_t file_offset = 0;
};

/// The resumable uploads that are not complete.
///
/// Promises  One part at a time. A first part below 5 MiB that is not the whole file leaves
///           nothing behind; any other keeps what arrived, also when its connection broke.
/// Threads   All functions from any thread.
/// Source    Mattermost, app/upload.go: minFirstPartSize, UploadData.
class Uploads {
 public:
  static constexpr std::int64_t k_first_part = 5 * 1024 * 1024;

  void add(UploadInfo info);
  [[nodiscard]] std::optional<UploadInfo> find(std::string_view id) const;

  /// Fills a buffer and returns how much it put there; 0 at the end, below 0 when it broke off.
  using Source = std::function<std::int64_t(char*, std::size_t)>;
  /// What is now known of the file; `sink` is empty unless this part completed it.
  struct Outcome {
    UploadInfo info;
    std::shared_ptr<const ByteSink> whole;
  };
  /// Refuses as the server does.
  Outcome take_part(std::string_view id, const Source& source);
  void remove(std::string_view id);

 private:
  struct Entry {
    UploadInfo info;
    std::shared_ptr<ByteSink> sink = std::make_shared<ByteSink>();
    bool busy = false;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;  // guarded by mutex_
};

}  // namespace belfry::sandbox::mattermost
