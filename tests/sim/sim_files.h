#pragma once

#include <map>
#include <set>
#include <string>

#include "sync/port/files.h"
#include "tests/sim/faults.h"

namespace belfry::sim {

/// Files on both sides of the world: every third message carries one. Its content follows from the
/// message, so that what arrives can be judged.
class SimFiles : public sync::FileSource, public sync::FileSink {
 public:
  explicit SimFiles(Turbulence& turbulence) : turbulence_(turbulence) {}

  /// Where the message's file is; empty: it has none.
  [[nodiscard]] static std::string address_of(const MessageRef& ref);
  [[nodiscard]] static std::string content_at(const std::string& address);
  /// What an uploaded file holds; empty for none.
  [[nodiscard]] std::string content_of(const FileId& file) const;

  Result<sync::SharedFile> shared_file(const Secret& bearer, const Content& address) override;
  Result<sync::FilePart> download(const Secret& url, sync::ByteRange range) override;
  Result<sync::FilePart> hosted_content(const Secret& bearer, const MessageRef& message,
                                        const Content& id, std::size_t most) override;

  Result<FileId> upload_file(const ChannelId& channel, const Content& name, Content bytes) override;
  Result<UploadId> begin_upload(const sync::FileUpload& upload) override;
  Result<std::uint64_t> upload_offset(const UploadId& upload) override;
  Result<std::optional<FileId>> continue_upload(sync::UploadPart part) override;

 private:
  struct Session {
    std::string bytes;
    std::uint64_t size = 0;
  };
  FileId add(const std::string& bytes);

  Turbulence& turbulence_;
  std::map<FileId, std::string> files_;
  std::map<UploadId, Session> sessions_;
  int made_ = 0;
};

}  // namespace belfry::sim
