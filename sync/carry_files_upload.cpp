#include <utility>

#include "sync/carry_files.h"
#include "sync/render/file_name.h"

// The way of a file to Mattermost.
namespace belfry::sync {
namespace {

constexpr int k_too_large = 413;
constexpr int k_server_error = 500;
/// An antivirus, for example.
constexpr const char* k_rejected_by_plugin = "app.upload.run_plugins_hook.rejected";
constexpr const char* k_nothing_came = "all was sent, no file came of it";
/// An extension that promises no picture.
constexpr const char* k_mere_bytes = ".bin";

/// `before`, further on.
FileState advanced(FileState before, FileUploading further) {
  before.progress = std::move(further);
  before.tries = 0;
  before.failing_since.reset();
  return before;
}

}  // namespace

Instant CarryFiles::upload(Work& work) {
  if (const auto closed = mattermost_.closed_until(work.now.steady)) {
    work.memory.part.reset();  // others may need its place; it can be had again
    return *closed;
  }
  if (work.session() != nullptr) return continue_session(work);
  const FilePart& part = work.memory.part->data;
  return part.bytes.reveal().size() == part.total ? upload_whole(work) : begin_session(work);
}

Instant CarryFiles::upload_whole(Work& work) {
  const std::uint64_t bytes = work.memory.part->data.total;
  const Content name = name_for(work);
  const auto file =
      sink_.upload_file(work.account.direct_channel, name, std::move(work.memory.part->data.bytes));
  work.memory.part.reset();
  tell(mattermost_, file ? nullptr : &file.error(), work.now);
  return file ? settle(work, *file, bytes) : sink_failed(work, file.error());
}

Instant CarryFiles::begin_session(Work& work) {
  const FilePart& part = work.memory.part->data;
  const std::uint64_t size = part.total;
  const auto begun = sink_.begin_upload({work.account.direct_channel, name_for(work), size});
  tell(mattermost_, begun ? nullptr : &begun.error(), work.now);
  if (!begun) return sink_failed(work, begun.error());
  work.memory.offset = 0;
  FileState begun_state = work.state;
  begun_state.progress = FileUploading{*begun, size, 0, part.version};
  return record(work, begun_state, work.now.steady);
}

Instant CarryFiles::continue_session(Work& work) {
  Memory& memory = work.memory;
  const FileUploading& session = *work.session();
  const std::uint64_t reached = *memory.offset + memory.part->data.bytes.reveal().size();
  return send_part(work, {session.upload, std::move(memory.part->data.bytes),
                          reached >= session.size ? session.size : 0});
}

Instant CarryFiles::finish_session(Work& work) {
  if (const auto closed = mattermost_.closed_until(work.now.steady)) return *closed;
  const FileUploading& session = *work.session();
  return send_part(work, {session.upload, {}, session.size});
}

Instant CarryFiles::send_part(Work& work, UploadPart part) {
  const std::uint64_t reached = *work.memory.offset + part.bytes.reveal().size();
  const bool completes = part.completes > 0;
  const auto file = sink_.continue_upload(std::move(part));
  work.memory.part.reset();
  tell(mattermost_, file ? nullptr : &file.error(), work.now);
  if (!file) {
    const Error& error = file.error();
    const bool is_hopeless = completes && error.status == k_server_error &&
                             work.state.tries + 1 >= policy_.most_finishing_tries;
    // Servers may hide the codes of their errors.
    const bool is_unreadable =
        completes && (error.code == k_unreadable_picture || (is_hopeless && error.code.empty()));
    if (is_unreadable) return begin_as_bytes(work, error);
    return is_hopeless ? begin_anew(work, FileTrouble::refused, error.text)
                       : sink_failed(work, error);
  }
  if (file->has_value()) return settle(work, **file, work.session()->size);
  if (completes) return sink_failed(work, {ErrorKind::transient, k_nothing_came, {}, 0, {}});
  return got_on(work, reached);
}

Instant CarryFiles::got_on(Work& work, std::uint64_t reached) {
  const FileUploading& session = *work.session();
  work.memory.offset = reached;
  Instant next = work.now.steady;
  if (parts_.turned_away()) {
    // A large file takes its place again at once: those who ask from time to time would never find
    // it free.
    next += policy_.gives_way_for;
    work.memory.not_before = next;
  }
  // A server that forgets what it took is no progress.
  if (reached <= session.offset) return next;
  FileUploading further = session;
  further.offset = reached;
  return record(work, advanced(work.state, std::move(further)), next);
}

Instant CarryFiles::find_offset(Work& work) {
  if (const auto closed = mattermost_.closed_until(work.now.steady)) return *closed;
  const auto offset = sink_.upload_offset(work.session()->upload);
  tell(mattermost_, offset ? nullptr : &offset.error(), work.now);
  if (!offset) return sink_failed(work, offset.error());
  work.memory.offset = *offset;
  return work.now.steady;
}

Instant CarryFiles::sink_failed(Work& work, const Error& error) {
  work.memory.part.reset();
  work.memory.offset.reset();
  // MaxImageResolution answers 400, by a code that differs from route to route.
  const bool is_large_picture = error.code.find("large_image") != std::string::npos;
  if (error.status == k_too_large || is_large_picture)
    return leave_out(work, FileTrouble::too_large, error.text);
  if (error.code == k_rejected_by_plugin) return leave_out(work, FileTrouble::refused, error.text);
  // A session may go, and is nobody else's: another bot's token begins its own.
  const bool is_lost = work.session() != nullptr &&
                       (error.kind == ErrorKind::gone || error.kind == ErrorKind::forbidden);
  // A part that does not fit: what the server has is not what we thought.
  const bool is_mendable =
      is_lost || (work.session() != nullptr && error.kind == ErrorKind::refused);
  if (!is_mendable && error.kind != ErrorKind::unauthorized && !is_retryable(error.kind)) {
    return leave_out(work, FileTrouble::refused, error.text);
  }
  FileState failed = work.state;
  failed.failing_since.reset();
  if (++failed.tries >= policy_.most_tries)
    return leave_out(work, FileTrouble::refused, error.text);
  // An outage is not this file's fault: the lane asks whether anybody is there before it counts
  // again.
  work.memory.doubts_mattermost = !is_mendable;
  work.memory.not_before =
      work.now.steady + delay_after(error, work.state.tries, policy_.retry, random_);
  if (is_lost) return begin_anew(work, FileTrouble::refused, error.text);
  return record(work, failed, work.memory.not_before);
}

Instant CarryFiles::begin_as_bytes(Work& work, const Error& error) {
  FileState again = work.state;
  again.progress = FileWaiting{};
  again.tries = 0;
  again.is_unreadable_picture = true;
  return begin_anew(work, std::move(again), FileTrouble::refused, error.text);
}

Content CarryFiles::name_for(const Work& work) const {
  std::string name = work.file.name.reveal();
  if (name.empty() && work.memory.shared) {
    name = render::file_name(work.memory.shared->name.reveal());
  }
  const FilePart& part = work.memory.part->data;
  if (work.file.kind == PlannedFile::Kind::hosted || name.empty())
    name = render::named_by_type(name, part.content_type);
  return Content{work.state.is_unreadable_picture ? name + k_mere_bytes : name};
}

}  // namespace belfry::sync
