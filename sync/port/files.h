#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "sync/base/id.h"
#include "sync/base/result.h"
#include "sync/base/secret.h"
#include "sync/model/change.h"

namespace belfry::sync {

/// Error::code of a content that is larger than was asked for; its kind is `refused`.
inline constexpr const char* k_file_too_large = "toolarge";

/// Error::status of a range beyond the end of its file.
inline constexpr int k_nothing_there = 416;

/// What Graph tells of a shared file.
struct SharedFile {
  Content name;
  std::uint64_t size = 0;
  bool is_folder = false;
  bool has_malware = false;
  Secret download_url;    ///< pre-authenticated for some minutes: whoever has it has the file
  std::string version{};  ///< of its content; empty: not told
};

struct ByteRange {
  std::uint64_t from = 0;
  std::size_t count = 0;
};

/// Bytes of a file, as many as were asked for or as there are.
struct FilePart {
  Content bytes;
  std::uint64_t total = 0;   ///< size of the whole file
  std::string content_type;  ///< as the server named it, without parameters; may be empty
  /// Of the content that these bytes are of: parts with different ones do not belong together. As
  /// the server names it (ETag); empty: it does not.
  std::string version{};
};

/// Files as Microsoft has them. Each call is one request and blocks for its deadline at most. Safe
/// from any thread.
///
/// Nothing that a message says is ever fetched as it stands: a sharing address goes to Graph as an
/// opaque token, an id of hosted content becomes part of a path below Graph's own URL, and only
/// the download address in Graph's answer is followed, without any token of ours.
/// Errors: transient, throttled, unauthorized (401), forbidden (403), gone (404, 410), refused. A
/// file that is locked keeps its status 423.
/// Source: Graph, "access shared items", "download driveItem content", "get
/// chatMessageHostedContent".
class FileSource {
 public:
  virtual ~FileSource() = default;
  virtual Result<SharedFile> shared_file(const Secret& bearer, const Content& address) = 0;
  /// Errors: unauthorized, forbidden and gone mean that the address is too old: look the file up
  /// again. With status k_nothing_there the file ends before `range`.
  virtual Result<FilePart> download(const Secret& download_url, ByteRange range) = 0;
  /// The whole of it: parts are not to be had. Errors: refused with code k_file_too_large beyond
  /// `most` bytes.
  virtual Result<FilePart> hosted_content(const Secret& bearer, const MessageRef& message,
                                          const Content& id, std::size_t most) = 0;
};

struct FileUpload {
  ChannelId channel;
  Content name;
  std::uint64_t size = 0;
};

/// The next bytes of an upload session.
struct UploadPart {
  UploadId upload;
  /// From the offset on. The first part has 5 MiB at least, unless it is the whole; none once all
  /// of it is there: then the server is asked again to make a file of it.
  Content bytes;
  /// Size of the file where these are its last bytes: the server moves, measures and checks all of
  /// it before it answers. 0: more parts follow.
  std::uint64_t completes = 0;
};

/// Error::code of a picture that Mattermost cannot read; in a session only, `upload_file` takes it.
inline constexpr const char* k_unreadable_picture = "app.upload.upload_data.gen_info.app_error";

/// Files as Mattermost takes them: whole, or by a session that goes on where it stopped. Each call
/// is one request and blocks for its deadline at most. Safe from any thread. A file that no post
/// uses is seen by nobody, so any of these may be repeated.
/// Errors: transient, throttled, unauthorized, forbidden, gone, refused (413 too large).
/// Source: Mattermost REST API v4, files and uploads.
class FileSink {
 public:
  virtual ~FileSink() = default;
  virtual Result<FileId> upload_file(const ChannelId& channel, const Content& name,
                                     Content bytes) = 0;
  virtual Result<UploadId> begin_upload(const FileUpload& upload) = 0;
  /// How many bytes the server has: all of them where no file came of it yet. Errors: gone, also
  /// for a session that is complete; forbidden for one that another bot began.
  virtual Result<std::uint64_t> upload_offset(const UploadId& upload) = 0;
  /// The file, once all of it is there. Errors: as upload_offset; refused also while the server is
  /// still busy with an earlier part.
  virtual Result<std::optional<FileId>> continue_upload(UploadPart part) = 0;
};

}  // namespace belfry::sync
