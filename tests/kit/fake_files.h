#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sync/port/files.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Files at Microsoft: shared ones by their address, hosted ones by message and id. Download
/// addresses are refused once they are made old. Not for several threads at once.
class FakeFileSource : public sync::FileSource {
 public:
  struct Shared {
    std::string name;
    std::string bytes;
    bool is_folder = false;
    bool has_malware = false;
    std::string version = {};  ///< of its content; the look-up tells it as well
  };

  Script script;
  std::map<std::string, Shared> shared;
  std::map<std::pair<MessageRef, std::string>, std::string> hosted;
  std::string hosted_type = "image/png";
  std::vector<std::string> bearers;     ///< of all calls that have one
  std::vector<sync::ByteRange> ranges;  ///< that were downloaded
  bool tells_versions_of_parts = true;
  void make_addresses_old() { ++generation_; }

  Result<sync::SharedFile> shared_file(const Secret& bearer, const Content& address) override {
    bearers.push_back(bearer.reveal());
    return script.run("shared_file", [&]() -> Result<sync::SharedFile> {
      const auto found = shared.find(address.reveal());
      if (found == shared.end()) return fail(ErrorKind::gone, "no such file");
      const Shared& file = found->second;
      return sync::SharedFile{Content{file.name},
                              file.bytes.size(),
                              file.is_folder,
                              file.has_malware,
                              Secret{std::to_string(generation_) + "|" + address.reveal()},
                              file.version};
    });
  }
  Result<sync::FilePart> download(const Secret& url, sync::ByteRange range) override {
    return script.run("download", [&]() -> Result<sync::FilePart> {
      const std::string& text = url.reveal();
      if (text.substr(0, text.find('|')) != std::to_string(generation_)) {
        return fail(ErrorKind::unauthorized, "the address is too old");
      }
      const auto& [name, bytes, is_folder, has_malware, version] =
          shared.at(text.substr(text.find('|') + 1));
      ranges.push_back(range);
      if (range.from >= bytes.size()) {
        return fail(Error{ErrorKind::refused, "beyond its end", {}, sync::k_nothing_there, {}});
      }
      return sync::FilePart{
          Content{bytes.substr(static_cast<std::size_t>(range.from), range.count)}, bytes.size(),
          "application/octet-stream", tells_versions_of_parts ? version : std::string()};
    });
  }
  Result<sync::FilePart> hosted_content(const Secret& bearer, const MessageRef& message,
                                        const Content& id, std::size_t most) override {
    bearers.push_back(bearer.reveal());
    return script.run("hosted_content", [&]() -> Result<sync::FilePart> {
      const auto found = hosted.find({message, id.reveal()});
      if (found == hosted.end()) return fail(ErrorKind::gone, "no such content");
      if (found->second.size() > most) {
        return fail(Error{ErrorKind::refused, "too large", {}, 0, sync::k_file_too_large});
      }
      return sync::FilePart{Content{found->second}, found->second.size(), hosted_type};
    });
  }

 private:
  int generation_ = 0;
};

/// Files at Mattermost, whole and in parts, with its rule for the first part of a session. Not for
/// several threads at once.
class FakeFileSink : public sync::FileSink {
 public:
  struct File {
    std::string channel;
    std::string name;
    std::string bytes;
  };
  struct Session {
    File file;
    std::uint64_t size = 0;
  };

  Script script;
  std::map<FileId, File> files;
  std::map<UploadId, Session> sessions;
  std::size_t least_first_part = 0;
  int unfinished = 0;      ///< so often it has all of a session, and no file comes of it yet
  std::string unreadable;  ///< what a session brings under a name that ends so is no picture
  std::string unreadable_code = sync::k_unreadable_picture;
  std::vector<std::uint64_t> completed;  ///< what parts said that ended a file

  Result<FileId> upload_file(const ChannelId& channel, const Content& name,
                             Content bytes) override {
    return script.run("upload_file", [&]() -> Result<FileId> {
      if (bytes.empty()) return fail(ErrorKind::refused, "an empty file");
      return add({channel.text(), name.reveal(), bytes.reveal()});
    });
  }
  Result<UploadId> begin_upload(const sync::FileUpload& upload) override {
    return script.run("begin_upload", [&]() -> Result<UploadId> {
      const UploadId id{"upload-" + std::to_string(++made_)};
      sessions[id] = {{upload.channel.text(), upload.name.reveal(), {}}, upload.size};
      return id;
    });
  }
  Result<std::uint64_t> upload_offset(const UploadId& upload) override {
    return script.run("upload_offset", [&]() -> Result<std::uint64_t> {
      const auto found = sessions.find(upload);
      if (found == sessions.end()) return fail(ErrorKind::gone, "no such session");
      return found->second.file.bytes.size();
    });
  }
  Result<std::optional<FileId>> continue_upload(sync::UploadPart part) override {
    return script.run("continue_upload", [&]() -> Result<std::optional<FileId>> {
      const auto& [upload, bytes, completes] = part;
      if (completes > 0) completed.push_back(completes);
      const auto found = sessions.find(upload);
      if (found == sessions.end()) return fail(ErrorKind::gone, "no such session");
      Session& session = found->second;
      const std::uint64_t reached = session.file.bytes.size() + bytes.reveal().size();
      const bool is_first = session.file.bytes.empty();
      if (reached > session.size ||
          (is_first && bytes.reveal().size() < least_first_part && reached != session.size)) {
        return fail(ErrorKind::refused, "a part that does not fit");
      }
      session.file.bytes += bytes.reveal();
      if (reached < session.size) return std::optional<FileId>{};
      if (unfinished > 0) {
        --unfinished;
        return fail(ErrorKind::transient, "no answer in time");
      }
      const File whole = session.file;
      if (!unreadable.empty() && whole.name.ends_with(unreadable))
        return fail(Error{ErrorKind::transient, "no picture", {}, 500, unreadable_code});
      sessions.erase(found);
      return std::optional<FileId>{add(whole)};
    });
  }

 private:
  FileId add(File file) {
    FileId id{"file-" + std::to_string(++made_)};
    files[id] = std::move(file);
    return id;
  }

  int made_ = 0;
};

}  // namespace belfry::kit
