#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace belfry::sandbox {

/// A file in the simulated OneDrive. Large ones are generated while they are read.
struct DriveFile {
  std::string id = {};
  std::string name = {};
  std::string content_type = "application/octet-stream";
  std::string content_url = {};  ///< stands in the attachment; may hold blanks, as in reality
  std::string bytes = {};        ///< when `generated` is 0
  std::uint64_t generated = 0;   ///< so many bytes of a pattern instead
  bool folder = false;
  int error = 0;  ///< 403, 404 or 423: what Graph answers instead
  /// Shared by a link that has to be redeemed: 403 for who does not ask for that.
  bool needs_redemption = false;

  [[nodiscard]] std::uint64_t size() const { return generated > 0 ? generated : bytes.size(); }
  /// Part of the content; for generated files too.
  [[nodiscard]] std::string part(std::uint64_t from, std::size_t count) const;
};

/// Threads  All functions from any thread.
class FileStore {
 public:
  /// Returns the content URL.
  std::string add(std::string_view owner_mail, DriveFile file);
  [[nodiscard]] std::optional<DriveFile> by_content_url(std::string_view url) const;
  [[nodiscard]] std::string make_download(const DriveFile& file, std::int64_t until_ms);
  struct Download {
    DriveFile file;
    std::int64_t until_ms = 0;
  };
  [[nodiscard]] std::optional<Download> download(std::string_view token) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, DriveFile> files_;     // guarded by mutex_: by content URL
  std::unordered_map<std::string, Download> downloads_;  // guarded by mutex_
};

/// `u!` + base64url of the URL. Source: Graph, "access shared items", encoding sharing URLs.
[[nodiscard]] std::optional<std::string> url_of_share(std::string_view token);

}  // namespace belfry::sandbox
