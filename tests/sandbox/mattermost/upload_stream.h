#pragma once

#include <istream>

#include "tests/sandbox/mattermost/routes.h"

/// File contents, taken in while they arrive: nothing is kept but a hash, the size and the head.
/// Both throw Refusal; `length` is below 0 when the client did not name it.
/// Source  Mattermost, api4/file.go: uploadFileStream; api4/upload.go: doUploadData.
namespace belfry::sandbox::mattermost {

struct BodyStream {
  std::istream& stream;
  std::int64_t length = -1;
  std::string content_type;
};

/// `POST /files`, raw or multipart.
[[nodiscard]] WebReply upload_files(const Call& call, const BodyStream& body);
/// `POST /uploads/{id}`, raw or multipart.
[[nodiscard]] WebReply upload_part(const Call& call, const BodyStream& body);

}  // namespace belfry::sandbox::mattermost
