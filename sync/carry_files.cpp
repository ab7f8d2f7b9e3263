#include "sync/carry_files.h"

#include <algorithm>
#include <utility>

#include "sync/reader_token.h"

namespace belfry::sync {
namespace {

constexpr int k_locked = 423;
constexpr const char* k_malware = "malwaredetected";
constexpr const char* k_changed = "its content changed";

bool is_blocked(const Error& error) {
  return error.status == k_locked || error.code == k_malware;
}

/// Of a content that was refused.
FileTrouble trouble_of_content(const Error& error) {
  return error.code == k_file_too_large ? FileTrouble::too_large : FileTrouble::refused;
}

/// Whether a part is of the content that the session began with.
bool goes_on(const FileUploading& session, const FilePart& part) {
  return part.total == session.size && (session.version.empty() || part.version == session.version);
}

/// Whether the trouble is everybody's and not this file's: a server that answered lives. What it
/// hands files on from (SharePoint behind Graph, a file store behind Mattermost) may fail alone.
bool is_everybodys(const Error& error) {
  const bool is_gateways = error.status >= 502 && error.status <= 504;
  return error.status == 0 || is_gateways || error.kind == ErrorKind::throttled;
}

}  // namespace

CarryFiles::CarryFiles(Ports ports, Shared shared, FilePolicy policy)
    : store_(ports.store),
      source_(ports.source),
      sink_(ports.sink),
      random_(ports.random),
      journal_(ports.journal),
      tokens_(shared.tokens),
      graph_(shared.graph),
      mattermost_(shared.mattermost),
      pacer_(shared.pacer),
      policy_(policy),
      parts_(policy.most_parts),
      asking_(policy.most_asking),
      max_file_bytes_(policy.max_file_bytes) {}

std::optional<Instant> CarryFiles::step(const OutboxEntry& entry, const Account& account,
                                        Memory& memory, Moment now) {
  const auto& files = entry.planned.files;
  std::size_t place = 0;
  while (place < files.size() && entry.file(place).is_settled()) ++place;
  if (place == files.size()) {
    memory.part.reset();
    return std::nullopt;
  }
  if (memory.place != place) {
    memory = Memory{};
    memory.place = place;
  }
  if (memory.not_before > now.steady) return memory.not_before;
  Work work{entry, account, files[place], entry.file(place), memory, now};
  if (memory.part) return upload(work);
  const auto turn = asking_.take();
  if (!turn) return now.steady + policy_.place_pause;
  if (const FileUploading* session = work.session()) {
    if (!memory.offset) return find_offset(work);
    if (*memory.offset >= session->size) return finish_session(work);
  }
  return work.file.kind == PlannedFile::Kind::shared ? fetch_shared(work) : fetch_hosted(work);
}

void CarryFiles::tell(UpstreamGate& gate, const Error* error, Moment now) {
  gate.told(error != nullptr && is_everybodys(*error) ? error : nullptr, now.steady);
}

// --- from Microsoft ---

std::optional<std::variant<Secret, Instant>> CarryFiles::token(Work& work) {
  using Answer = std::variant<Secret, Instant>;
  const Reader reader{work.memory.asks_as_app ? MattermostUserId{} : work.account.user};
  const ReaderToken token = token_of(tokens_, reader, work.now);
  if (const auto* ready = std::get_if<Secret>(&token)) return Answer{*ready};
  if (const auto* again = std::get_if<AskAgain>(&token)) return Answer{wait(work, again->at)};
  return std::nullopt;
}

Instant CarryFiles::fetch_shared(Work& work) {
  return work.memory.shared ? download(work) : look_up(work);
}

Instant CarryFiles::look_up(Work& work) {
  if (const auto closed = graph_.closed_until(work.now.steady)) return wait(work, *closed);
  const auto bearer = token(work);
  if (!bearer) return leave_out(work, FileTrouble::no_access, "no token of the recipient's");
  if (const auto* again = std::get_if<Instant>(&*bearer)) return *again;
  const Secret& access = std::get<Secret>(*bearer);
  const auto found = source_.shared_file(access, work.file.address);
  // SharePoint's own throttling comes through Graph and stops nobody else.
  const bool is_throttled = !found && found.error().kind == ErrorKind::throttled;
  tell(graph_, found || is_throttled ? nullptr : &found.error(), work.now);
  if (found) {
    if (found->is_folder) return leave_out(work, FileTrouble::folder, "a folder");
    if (found->has_malware) return leave_out(work, FileTrouble::blocked, "malware");
    if (found->size == 0) return leave_out(work, FileTrouble::empty, "no content");
    if (is_too_large(found->size)) return leave_out(work, FileTrouble::too_large, "MaxFileSize");
    work.memory.shared = *found;
    return work.now.steady;
  }
  if (found.error().kind == ErrorKind::unauthorized) tokens_.reject_user(work.account.user, access);
  return not_had(work, found.error(), FileTrouble::refused);
}

Instant CarryFiles::download(Work& work) {
  auto place = parts_.take();
  if (!place) return work.now.steady + policy_.place_pause;
  Memory& memory = work.memory;
  const FileUploading* session = work.session();
  const std::uint64_t from = session == nullptr ? 0 : *memory.offset;
  const std::uint64_t size = session == nullptr ? memory.shared->size : session->size;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(policy_.part, size - from));
  auto part = source_.download(memory.shared->download_url, {from, count});
  if (part) {
    memory.refused_addresses = 0;
    if (part->version.empty()) part->version = memory.shared->version;
    // Office documents may have another size than their entry says: what comes is what counts.
    if (part->bytes.empty() || (session != nullptr && !goes_on(*session, *part))) {
      memory.shared.reset();
      return part->total == 0 ? leave_out(work, FileTrouble::empty, "no content")
                              : begin_anew(work, FileTrouble::unreachable, k_changed);
    }
    if (is_too_large(part->total)) return leave_out(work, FileTrouble::too_large, "MaxFileSize");
    memory.part = Memory::Part{*std::move(place), *std::move(part)};
    return work.now.steady;
  }
  const Error& error = part.error();
  if (is_blocked(error)) return leave_out(work, FileTrouble::blocked, error.text);
  memory.shared.reset();
  if (error.status == k_nothing_there) {
    return session == nullptr ? leave_out(work, FileTrouble::empty, error.text)
                              : begin_anew(work, FileTrouble::unreachable, k_changed);
  }
  const bool is_of_address = error.kind == ErrorKind::unauthorized ||
                             error.kind == ErrorKind::forbidden || error.kind == ErrorKind::gone;
  if (is_of_address) {
    // The address lives for some minutes only; a fresh one that is refused too is no accident.
    if (++memory.refused_addresses < policy_.most_refused_addresses) return work.now.steady;
    return leave_out(work,
                     error.kind == ErrorKind::gone ? FileTrouble::gone : FileTrouble::no_access,
                     error.text);
  }
  return not_had(work, error, trouble_of_content(error));
}

Instant CarryFiles::fetch_hosted(Work& work) {
  if (const auto closed = graph_.closed_until(work.now.steady)) return wait(work, *closed);
  const auto bearer = token(work);
  if (!bearer) {
    return hosted_failed(work, {ErrorKind::forbidden, "no token of the reader's", {}, 0, {}});
  }
  if (const auto* again = std::get_if<Instant>(&*bearer)) return *again;
  auto place = parts_.take();
  if (!place) return work.now.steady + policy_.place_pause;
  const Instant turn = pacer_.book(PacedRead::part_of(work.file.message.chat), work.now.steady);
  if (turn > work.now.steady) return turn;
  const Secret& access = std::get<Secret>(*bearer);
  auto content = source_.hosted_content(access, work.file.message, work.file.address, policy_.part);
  tell(graph_, content ? nullptr : &content.error(), work.now);
  if (!content) {
    if (content.error().kind == ErrorKind::unauthorized) {
      reject_token(tokens_, {work.memory.asks_as_app ? MattermostUserId{} : work.account.user},
                   access);
    }
    return hosted_failed(work, content.error());
  }
  if (content->bytes.empty()) return leave_out(work, FileTrouble::empty, "no content");
  if (is_too_large(content->total)) return leave_out(work, FileTrouble::too_large, "MaxFileSize");
  work.memory.part = Memory::Part{*std::move(place), *std::move(content)};
  return work.now.steady;
}

Instant CarryFiles::hosted_failed(Work& work, const Error& error) {
  // What stands in this message its readers see anyway; another one's content they may not.
  const bool may_ask_as_app = error.kind == ErrorKind::forbidden && !is_blocked(error) &&
                              !work.memory.asks_as_app &&
                              work.file.message == work.entry.planned.key.ref;
  if (may_ask_as_app) {
    work.memory.asks_as_app = true;
    return work.now.steady;
  }
  return not_had(work, error, trouble_of_content(error));
}

Instant CarryFiles::not_had(Work& work, const Error& error, FileTrouble otherwise) {
  if (is_blocked(error)) return leave_out(work, FileTrouble::blocked, error.text);
  switch (error.kind) {
    case ErrorKind::forbidden:
      return leave_out(work, FileTrouble::no_access, error.text);
    case ErrorKind::gone:
      return leave_out(work, FileTrouble::gone, error.text);
    case ErrorKind::unauthorized:
    case ErrorKind::transient:
    case ErrorKind::throttled:
    case ErrorKind::in_doubt:
      return source_failed(work, error);
    case ErrorKind::exhausted:
    case ErrorKind::refused:
    case ErrorKind::damaged:
      break;
  }
  return leave_out(work, otherwise, error.text);
}

// --- what comes of it ---

Instant CarryFiles::source_failed(Work& work, const Error& error) {
  FileState failed = work.state;
  const Duration delay = delay_after(error, failed.tries, policy_.retry, random_);
  failed.failing_since = failed.failing_since.value_or(work.now.wall);
  ++failed.tries;
  if (failed.tries >= policy_.most_tries ||
      work.now.wall + delay - *failed.failing_since > policy_.patience) {
    return leave_out(work, FileTrouble::unreachable, error.text);
  }
  work.memory.not_before = work.now.steady + delay;
  return record(work, failed, work.memory.not_before);
}

Instant CarryFiles::wait(Work& work, Instant until) {
  if (until <= work.now.steady) return until;
  FileState waiting = work.state;
  if (!waiting.failing_since) {
    waiting.failing_since = work.now.wall;
    return record(work, waiting, until);
  }
  if (work.now.wall - *waiting.failing_since > policy_.patience) {
    return leave_out(work, FileTrouble::unreachable, "Microsoft Graph could not be asked");
  }
  return until;
}

Instant CarryFiles::begin_anew(Work& work, FileTrouble otherwise, const std::string& why) {
  FileState again = work.state;
  again.progress = FileWaiting{};
  return begin_anew(work, std::move(again), otherwise, why);
}

Instant CarryFiles::begin_anew(Work& work, FileState again, FileTrouble otherwise,
                               const std::string& why) {
  work.memory.offset.reset();
  if (++again.restarts > policy_.most_restarts) return leave_out(work, otherwise, why);
  return record(work, again, std::max(work.memory.not_before, work.now.steady));
}

Instant CarryFiles::settle(Work& work, FileId file, std::uint64_t bytes) {
  journal_.record(FileCarried{work.entry.planned.key.ref, work.entry.planned.key.recipient, bytes});
  return record(work, {FileUploaded{std::move(file)}, 0, {}}, work.now.steady);
}

Instant CarryFiles::leave_out(Work& work, FileTrouble trouble, const std::string& why) {
  work.memory.part.reset();
  journal_.record(
      FileLeftOut{work.entry.planned.key.ref, work.entry.planned.key.recipient, trouble, why});
  return record(work, {FileMissing{trouble}, 0, {}}, work.now.steady);
}

Instant CarryFiles::record(Work& work, const FileState& state, Instant next) {
  const auto stored = store_.record_upload(work.entry, work.memory.place, state);
  if (stored) return next;
  // What the store has counts; what is remembered here might be ahead of it.
  work.memory.part.reset();
  work.memory.offset.reset();
  journal_.record(StoreTrouble{"record a file", stored.error()});
  return std::max(next, work.now.steady + policy_.store_pause);
}

}  // namespace belfry::sync
