#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/base/time.h"
#include "sync/model/change.h"

namespace belfry {

/// Something that a message carries and its post is to carry too.
struct PlannedFile {
  enum class Kind : std::uint8_t {
    shared,  ///< in SharePoint or OneDrive
    hosted,  ///< kept by Teams beside a message: pictures and code
  };
  Kind kind = Kind::shared;
  Content id;          ///< names it within its message
  Content address;     ///< shared: as the sender wrote it, to be asked for through Graph only;
                       ///< hosted: the id of the content
  MessageRef message;  ///< hosted: whose content it is
  Content name;        ///< fit to be a file's, perhaps without an extension; may be empty
  Content notice;      ///< Markdown that names it, for a post that has to do without it

  friend bool operator==(const PlannedFile&, const PlannedFile&) = default;
};

/// Why a post goes without a file.
enum class FileTrouble : std::uint8_t {
  no_access,    ///< Microsoft does not show it to the recipient
  gone,         ///< deleted or moved
  blocked,      ///< locked, or found to hold malware
  folder,       ///< no file at all
  too_large,    ///< for Mattermost's MaxFileSize, or for being fetched in one piece where it must
  empty,        ///< Mattermost takes no file without content
  unreachable,  ///< tried as often and as long as the policy says
  refused,      ///< by Mattermost, or by Microsoft for another reason
};
inline constexpr FileTrouble k_last_file_trouble = FileTrouble::refused;
[[nodiscard]] const char* name_of(FileTrouble trouble);

/// How far a file has come.
struct FileWaiting {
  friend bool operator==(const FileWaiting&, const FileWaiting&) = default;
};
struct FileUploading {
  UploadId upload;
  std::uint64_t size = 0;    ///< as the upload was announced
  std::uint64_t offset = 0;  ///< Mattermost had at least so much of it
  /// Of the content that this began with: parts of another one must not be added. Empty: unknown.
  std::string version{};

  friend bool operator==(const FileUploading&, const FileUploading&) = default;
};
struct FileUploaded {
  FileId file;

  friend bool operator==(const FileUploaded&, const FileUploaded&) = default;
};
struct FileMissing {
  FileTrouble why = FileTrouble::refused;

  friend bool operator==(const FileMissing&, const FileMissing&) = default;
};
using FileProgress = std::variant<FileWaiting, FileUploading, FileUploaded, FileMissing>;

/// A planned file's progress and its failures since it last got on.
struct FileState {
  FileProgress progress;
  int tries = 0;
  std::optional<WallTime> failing_since;
  int restarts = 0;  ///< how often what had been uploaded was worth nothing any more
  /// Mattermost cannot read the picture that its name promises: it goes up as mere bytes.
  bool is_unreadable_picture = false;

  /// Nothing is left to do: it is there, or the post goes without it.
  [[nodiscard]] bool is_settled() const {
    return std::holds_alternative<FileUploaded>(progress) ||
           std::holds_alternative<FileMissing>(progress);
  }

  friend bool operator==(const FileState&, const FileState&) = default;
};

/// What a post tells of one of its message's files.
struct DeliveredFile {
  Content id;      ///< PlannedFile::id
  Content notice;  ///< empty: the post carries it; else the line of its text that names it
  FileId file{};   ///< as Mattermost names it; empty where an older version wrote the record

  friend bool operator==(const DeliveredFile&, const DeliveredFile&) = default;
};

}  // namespace belfry
