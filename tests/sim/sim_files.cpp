#include "tests/sim/sim_files.h"

namespace belfry::sim {
namespace {

const std::string k_site = "https://files.example/";

}  // namespace

std::string SimFiles::address_of(const MessageRef& ref) {
  const bool has_file = ref.message.text().back() % 3 == 0;
  return has_file ? k_site + ref.chat.text() + "/" + ref.message.text() : std::string();
}

std::string SimFiles::content_at(const std::string& address) {
  // With parts of 64 bytes: one part, several, and several with a rest.
  std::string content;
  const std::size_t times = 1 + static_cast<std::size_t>(address.back() - '0') % 7;
  for (std::size_t i = 0; i < times; ++i) content += address + "|" + std::to_string(i) + ";";
  return content;
}

std::string SimFiles::content_of(const FileId& file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? std::string() : found->second;
}

Result<sync::SharedFile> SimFiles::shared_file(const Secret&, const Content& address) {
  return turbulence_.request<sync::SharedFile>(
      ErrorKind::transient, [&]() -> Result<sync::SharedFile> {
        return sync::SharedFile{Content{"file.bin"}, content_at(address.reveal()).size(), false,
                                false, Secret{address.reveal()}};
      });
}

Result<sync::FilePart> SimFiles::download(const Secret& url, sync::ByteRange range) {
  return turbulence_.request<sync::FilePart>(ErrorKind::transient, [&]() -> Result<sync::FilePart> {
    const std::string content = content_at(url.reveal());
    return sync::FilePart{
        Content{content.substr(static_cast<std::size_t>(range.from), range.count)}, content.size(),
        ""};
  });
}

Result<sync::FilePart> SimFiles::hosted_content(const Secret&, const MessageRef&, const Content&,
                                                std::size_t) {
  return fail(ErrorKind::gone, "no hosted contents in this world");
}

FileId SimFiles::add(const std::string& bytes) {
  FileId id{"file-" + std::to_string(++made_)};
  files_[id] = bytes;
  return id;
}

Result<FileId> SimFiles::upload_file(const ChannelId&, const Content&, Content bytes) {
  return turbulence_.request<FileId>(ErrorKind::transient,
                                     [&]() -> Result<FileId> { return add(bytes.reveal()); });
}

Result<UploadId> SimFiles::begin_upload(const sync::FileUpload& upload) {
  return turbulence_.request<UploadId>(ErrorKind::transient, [&]() -> Result<UploadId> {
    UploadId id{"upload-" + std::to_string(++made_)};
    sessions_[id].size = upload.size;
    return id;
  });
}

Result<std::uint64_t> SimFiles::upload_offset(const UploadId& upload) {
  return turbulence_.request<std::uint64_t>(ErrorKind::transient, [&]() -> Result<std::uint64_t> {
    const auto found = sessions_.find(upload);
    if (found == sessions_.end()) return fail(ErrorKind::gone, "no such session");
    return found->second.bytes.size();
  });
}

Result<std::optional<FileId>> SimFiles::continue_upload(sync::UploadPart part) {
  using Answer = std::optional<FileId>;
  return turbulence_.request<Answer>(ErrorKind::transient, [&]() -> Result<Answer> {
    const auto found = sessions_.find(part.upload);
    if (found == sessions_.end()) return fail(ErrorKind::gone, "no such session");
    Session& session = found->second;
    if (session.bytes.size() + part.bytes.reveal().size() > session.size) {
      return fail(ErrorKind::refused, "more than was announced");
    }
    session.bytes += part.bytes.reveal();
    if (session.bytes.size() < session.size) return Answer{};
    const std::string whole = session.bytes;
    sessions_.erase(found);
    return Answer{add(whole)};
  });
}

}  // namespace belfry::sim
