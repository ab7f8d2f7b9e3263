#include "sync/deliver_files.h"

#include <algorithm>
#include <iterator>

#include "sync/plan_files.h"
#include "sync/render/file_notice.h"

namespace belfry::sync {
namespace {

bool contains(const std::vector<FileId>& files, const FileId& file) {
  return std::find(files.begin(), files.end(), file) != files.end();
}

/// A picture's address is written in more than one way: its content is what counts.
bool is_same(const DeliveredFile& shown, const PlannedFile& file, const MessageRef& message) {
  if (shown.id == file.id) return true;
  if (file.kind != PlannedFile::Kind::hosted) return false;
  return hosted_content(shown.id.reveal(), message) == HostedContent{file.message, file.address};
}

bool belongs_to(const DeliveredFile& shown, const PlannedDelivery& change) {
  return std::any_of(change.files.begin(), change.files.end(),
                     [&](const PlannedFile& file) { return is_same(shown, file, change.key.ref); });
}

bool is_carried(const DeliveredFile& file) {
  return file.notice.empty();
}

}  // namespace

Content text_of_post(const OutboxEntry& entry, const render::Catalogue& catalogue) {
  Content text = entry.planned.text;
  for (const DeliveredFile& file : delivered_files(entry, catalogue)) {
    if (!file.notice.empty()) text = render::with_notice(text, file.notice);
  }
  return text;
}

std::vector<FileId> left_out_of(const OutboxEntry& entry, const std::vector<FileId>& attached) {
  std::vector<FileId> left_out = files_of_post(entry);
  std::erase_if(left_out, [&](const FileId& file) { return contains(attached, file); });
  return left_out;
}

OutboxEntry as_posted(const OutboxEntry& entry, const std::vector<FileId>& attached) {
  OutboxEntry posted = entry;
  for (FileState& state : posted.files) {
    const auto* uploaded = std::get_if<FileUploaded>(&state.progress);
    if (uploaded != nullptr && !contains(attached, uploaded->file))
      state.progress = FileMissing{FileTrouble::refused};
  }
  return posted;
}

Content notices_of(const OutboxEntry& entry, const render::Catalogue& catalogue) {
  Content notices;
  for (const DeliveredFile& file : delivered_files(entry, catalogue)) {
    if (file.notice.empty()) continue;
    notices = notices.empty() ? file.notice : render::with_notice(notices, file.notice);
  }
  return notices;
}

std::vector<FileId> files_of_post(const OutboxEntry& entry) {
  std::vector<FileId> ids;
  for (const FileState& state : entry.files) {
    if (const auto* uploaded = std::get_if<FileUploaded>(&state.progress)) {
      ids.push_back(uploaded->file);
    }
  }
  return ids;
}

std::vector<DeliveredFile> delivered_files(const OutboxEntry& entry,
                                           const render::Catalogue& catalogue) {
  const render::Phrases& phrases = catalogue.phrases_for(entry.planned.language);
  std::vector<DeliveredFile> files;
  for (std::size_t place = 0; place < entry.planned.files.size(); ++place) {
    const PlannedFile& planned = entry.planned.files[place];
    const FileState state = entry.file(place);
    DeliveredFile file{planned.id, {}};
    if (const auto* uploaded = std::get_if<FileUploaded>(&state.progress))
      file.file = uploaded->file;
    if (const auto* missing = std::get_if<FileMissing>(&state.progress)) {
      file.notice = render::notice_with_reason(planned.notice, missing->why, phrases);
    }
    files.push_back(std::move(file));
  }
  return files;
}

std::optional<std::vector<FileId>> files_to_keep(const PlannedDelivery& change,
                                                 const Delivery& known) {
  std::vector<FileId> kept;
  bool is_fewer = false;
  for (const DeliveredFile& file : known.files) {
    if (!is_carried(file)) continue;
    const bool stays = change.shows == PostShows::message && belongs_to(file, change);
    // Written by an older version: which of the post's files it is cannot be told.
    if (change.shows == PostShows::message && file.file.empty()) return std::nullopt;
    if (stays) kept.push_back(file.file);
    is_fewer = is_fewer || !stays;
  }
  if (!is_fewer) return std::nullopt;
  return kept;
}

std::vector<DeliveredFile> files_left(const PlannedDelivery& change, const Delivery& known) {
  std::vector<DeliveredFile> left;
  if (change.shows != PostShows::message) return left;
  std::copy_if(known.files.begin(), known.files.end(), std::back_inserter(left),
               [&](const DeliveredFile& file) { return belongs_to(file, change); });
  return left;
}

Content text_of_edit(const PlannedDelivery& edit, const std::vector<DeliveredFile>& shown) {
  Content text = edit.text;
  for (const PlannedFile& planned : edit.files) {
    const auto known = std::find_if(shown.begin(), shown.end(), [&](const DeliveredFile& file) {
      return is_same(file, planned, edit.key.ref);
    });
    const Content& notice = known == shown.end() ? planned.notice : known->notice;
    if (!notice.empty()) text = render::with_notice(text, notice);
  }
  return text;
}

}  // namespace belfry::sync
