#include "storage/fields.h"
#include "storage/records.h"

// What lies within other records: files that a message carries, and how far they have come.
namespace belfry::storage {
namespace {

// A tag never changes its meaning; see storage/fields.h.
namespace planned_tag {
constexpr Tag k_kind = 1, k_id = 2, k_address = 3, k_chat = 4, k_message = 5, k_name = 6,
              k_notice = 7;
}
namespace state_tag {
constexpr Tag k_step = 1, k_upload = 2, k_size = 3, k_offset = 4, k_file = 5, k_why = 6,
              k_tries = 7, k_failing_since = 8, k_version = 9, k_restarts = 10,
              k_unreadable_picture = 11;
}
namespace delivered_tag {
constexpr Tag k_id = 1, k_notice = 2, k_file = 3;
}

/// Place of each state in FileProgress, as it is kept.
enum class Step : std::uint8_t { waiting, uploading, uploaded, missing };

/// Fields of all states of a file; which of them count is told by `step`.
struct ProgressFields {
  Step step = Step::waiting;
  FileUploading uploading;
  FileUploaded uploaded;
  FileMissing missing;

  [[nodiscard]] FileProgress progress() const {
    switch (step) {
      case Step::waiting:
        return FileWaiting{};
      case Step::uploading:
        return uploading;
      case Step::uploaded:
        return uploaded;
      case Step::missing:
        return missing;
    }
    return FileWaiting{};
  }
};

}  // namespace

std::string encode(const PlannedFile& file) {
  namespace tag = planned_tag;
  const auto& [kind, id, address, message, name, notice] = file;
  return FieldWriter{}
      .choice(tag::k_kind, kind)
      .text(tag::k_id, id.reveal())
      .text(tag::k_address, address.reveal())
      .text(tag::k_chat, message.chat.text())
      .text(tag::k_message, message.message.text())
      .text(tag::k_name, name.reveal())
      .text(tag::k_notice, notice.reveal())
      .take();
}

std::optional<PlannedFile> decode_planned_file(std::string_view bytes) {
  namespace tag = planned_tag;
  PlannedFile file;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_kind:
        file.kind = fields.choice(PlannedFile::Kind::hosted);
        break;
      case tag::k_id:
        file.id = Content{fields.text()};
        break;
      case tag::k_address:
        file.address = Content{fields.text()};
        break;
      case tag::k_chat:
        file.message.chat = ChatId{fields.text()};
        break;
      case tag::k_message:
        file.message.message = MessageId{fields.text()};
        break;
      case tag::k_name:
        file.name = Content{fields.text()};
        break;
      case tag::k_notice:
        file.notice = Content{fields.text()};
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(file));
}

std::string encode(const FileState& state) {
  namespace tag = state_tag;
  const auto& [progress, tries, failing_since, restarts, is_unreadable_picture] = state;
  FieldWriter fields;
  fields.choice(tag::k_step, static_cast<Step>(progress.index()));
  if (const auto* uploading = std::get_if<FileUploading>(&progress)) {
    fields.text(tag::k_upload, uploading->upload.text())
        .number(tag::k_size, static_cast<std::int64_t>(uploading->size))
        .number(tag::k_offset, static_cast<std::int64_t>(uploading->offset))
        .text(tag::k_version, uploading->version);
  } else if (const auto* uploaded = std::get_if<FileUploaded>(&progress)) {
    fields.text(tag::k_file, uploaded->file.text());
  } else if (const auto* missing = std::get_if<FileMissing>(&progress)) {
    fields.choice(tag::k_why, missing->why);
  }
  if (tries != 0) fields.number(tag::k_tries, tries);
  if (restarts != 0) fields.number(tag::k_restarts, restarts);
  if (is_unreadable_picture) fields.number(tag::k_unreadable_picture, 1);
  return fields.time(tag::k_failing_since, failing_since).take();
}

std::optional<FileState> decode_file_state(std::string_view bytes) {
  namespace tag = state_tag;
  FileState state;
  ProgressFields kept;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_step:
        kept.step = fields.choice(Step::missing);
        break;
      case tag::k_upload:
        kept.uploading.upload = UploadId{fields.text()};
        break;
      case tag::k_size:
        kept.uploading.size = static_cast<std::uint64_t>(fields.number());
        break;
      case tag::k_offset:
        kept.uploading.offset = static_cast<std::uint64_t>(fields.number());
        break;
      case tag::k_version:
        kept.uploading.version = fields.text();
        break;
      case tag::k_file:
        kept.uploaded.file = FileId{fields.text()};
        break;
      case tag::k_why:
        kept.missing.why = fields.choice(k_last_file_trouble);
        break;
      case tag::k_tries:
        state.tries = static_cast<int>(fields.number());
        break;
      case tag::k_restarts:
        state.restarts = static_cast<int>(fields.number());
        break;
      case tag::k_unreadable_picture:
        state.is_unreadable_picture = fields.number() != 0;
        break;
      case tag::k_failing_since:
        state.failing_since = fields.time();
        break;
      default:
        break;
    }
  }
  state.progress = kept.progress();
  return fields.if_sound(std::move(state));
}

std::string encode(const DeliveredFile& file) {
  namespace tag = delivered_tag;
  const auto& [id, notice, on_server] = file;
  FieldWriter fields;
  fields.text(tag::k_id, id.reveal()).text(tag::k_notice, notice.reveal());
  if (!on_server.empty()) fields.text(tag::k_file, on_server.text());
  return fields.take();
}

std::optional<DeliveredFile> decode_delivered_file(std::string_view bytes) {
  namespace tag = delivered_tag;
  DeliveredFile file;
  FieldReader fields(bytes);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag::k_id:
        file.id = Content{fields.text()};
        break;
      case tag::k_notice:
        file.notice = Content{fields.text()};
        break;
      case tag::k_file:
        file.file = FileId{fields.text()};
        break;
      default:
        break;
    }
  }
  return fields.if_sound(std::move(file));
}

}  // namespace belfry::storage
