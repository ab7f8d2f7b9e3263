#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sync/base/secret.h"
#include "sync/model/message.h"

namespace belfry::render {

/// Something that a message carries and a post can carry too.
struct FileReference {
  enum class Kind : std::uint8_t {
    shared_file,  ///< in SharePoint or OneDrive: read through Graph's `/shares`
    picture,      ///< hosted content of a message of Teams, perhaps of another one
    snippet,      ///< hosted content too: the code of a snippet
  };
  Kind kind = Kind::shared_file;
  /// As it stands in RenderContext::carried or ::snippets: an attachment's id, a picture's address.
  std::string id;
  std::string url;  ///< as the sender wrote it: never to be fetched as it is
  Content name;     ///< may be empty, and anything but a safe file name

  friend bool operator==(const FileReference&, const FileReference&) = default;
};

/// Whether Teams keeps the code of `attachment` beside its message.
[[nodiscard]] bool is_code_snippet(const Attachment& attachment);

/// The files and pictures of a message in the order in which they are shown, each once. Pictures on
/// other hosts are not among them: what a stranger's address holds is fetched by nobody.
[[nodiscard]] std::vector<FileReference> referenced_files(const Message& message);

}  // namespace belfry::render
