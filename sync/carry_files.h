#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sync/base/time.h"
#include "sync/model/account.h"
#include "sync/model/delivery.h"
#include "sync/model/file.h"
#include "sync/policy/backoff.h"
#include "sync/policy/pacer.h"
#include "sync/policy/places.h"
#include "sync/port/files.h"
#include "sync/port/journal.h"
#include "sync/port/random.h"
#include "sync/port/store.h"
#include "sync/tokens.h"
#include "sync/upstream_gate.h"

namespace belfry::sync {

struct FilePolicy {
  /// What is fetched and uploaded at once: Mattermost wants 5 MiB in a session's first part. Files
  /// up to this size go up whole.
  std::size_t part = std::size_t{6} << 20;
  /// Parts in memory at once, of all lanes: one is fetched while the other is uploaded.
  std::size_t most_parts = 2;
  /// Lanes that ask for their files at once, beside those that hold a part: the other workers of
  /// Mattermost (RunnerPolicy, 12) are left to texts, however slowly files are answered.
  std::size_t most_asking = 4;
  /// A lane without a place asks again after this.
  Duration place_pause = std::chrono::milliseconds{200};
  /// So long a large file lets others in after each of its parts, where some wait.
  Duration gives_way_for = std::chrono::milliseconds{300};
  /// Failures of one file without any progress, after which the post goes without it.
  int most_tries = 12;
  /// How often a whole upload is begun anew: the file changed meanwhile, or Mattermost lost it.
  int most_restarts = 3;
  /// Failures of Mattermost to make a file of what it has whole, before it is begun anew as bytes.
  int most_finishing_tries = 3;
  /// So long a post waits for a file that Microsoft does not give.
  Duration patience = std::chrono::minutes{10};
  /// Addresses, fresh from Graph, that were refused in a row.
  int most_refused_addresses = 2;
  RetryPolicy retry{.most = std::chrono::minutes{2}};
  /// Mattermost's MaxFileSize until it is told; its default.
  std::uint64_t max_file_bytes = 104'857'600;
  /// After the store failed.
  Duration store_pause = std::chrono::seconds{1};
};

/// Brings the files of a message into Mattermost, before its post.
///
/// Promises  What is done is recorded before the next call: a restart uploads no part again that
///           Mattermost has. No file holds its post for ever. Shared files are read with the
///           recipient's own token only: with anybody else's a message could name a file that its
///           reader must not see. The app's token serves the content of the very message alone.
///           At most FilePolicy::most_parts parts are in memory, and at most so many workers and
///           FilePolicy::most_asking others are busy with files. A file is never put together from
///           two versions of its content.
/// Threads   step() from any worker that holds the entry's lane.
/// Errors    None leave this class: a file comes, or is recorded as missing with its reason.
/// Source    Graph, "access shared items", "download driveItem content"; Mattermost, "uploads".
class CarryFiles {
 public:
  struct Ports {
    DeliveryStore& store;
    FileSource& source;
    FileSink& sink;
    Random& random;
    Journal& journal;
  };
  /// What all who talk to Graph and Mattermost share.
  struct Shared {
    Tokens& tokens;
    UpstreamGate& graph;
    UpstreamGate& mattermost;
    Pacer& pacer;
  };
  CarryFiles(Ports ports, Shared shared, FilePolicy policy = {});

  /// What is known of one file on its way beyond what the store holds. Belongs to its lane.
  struct Memory {
    struct Part {
      Places::Place place;
      FilePart data;
    };
    std::size_t place = 0;  ///< the file that all this is about
    Instant not_before;
    std::optional<SharedFile> shared;
    int refused_addresses = 0;
    bool asks_as_app = false;             ///< the recipient's token did not help
    std::optional<std::uint64_t> offset;  ///< where the upload session goes on
    std::optional<Part> part;
    bool doubts_mattermost = false;  ///< an upload failed as if nobody was there
  };

  /// At most one request. None: all files of the entry are settled, the post may leave.
  [[nodiscard]] std::optional<Instant> step(const OutboxEntry& entry, const Account& account,
                                            Memory& memory, Moment now);

  /// The server's MaxFileSize. From any thread.
  void limit_files(std::uint64_t max_bytes) { max_file_bytes_ = max_bytes; }

 private:
  /// The file that a step is about.
  struct Work {
    const OutboxEntry& entry;
    const Account& account;
    const PlannedFile& file;
    const FileState state;
    Memory& memory;
    const Moment now;

    [[nodiscard]] const FileUploading* session() const {
      return std::get_if<FileUploading>(&state.progress);
    }
  };

  Instant fetch_shared(Work& work);
  Instant look_up(Work& work);
  Instant download(Work& work);
  Instant fetch_hosted(Work& work);
  Instant hosted_failed(Work& work, const Error& error);
  /// What an error of Microsoft's side means that no rule of its own explains.
  Instant not_had(Work& work, const Error& error, FileTrouble otherwise);
  Instant upload(Work& work);
  Instant upload_whole(Work& work);
  Instant begin_session(Work& work);
  Instant continue_session(Work& work);
  /// Mattermost has all of it, and no file yet: the answer was lost, or it is still at it.
  Instant finish_session(Work& work);
  Instant send_part(Work& work, UploadPart part);
  /// One more part is there.
  Instant got_on(Work& work, std::uint64_t reached);
  Instant find_offset(Work& work);

  /// The token, or when to ask again, or none where nobody's can be had.
  std::optional<std::variant<Secret, Instant>> token(Work& work);
  static void tell(UpstreamGate& gate, const Error* error, Moment now);
  /// A failure that may pass, of Microsoft's side or Mattermost's.
  Instant source_failed(Work& work, const Error& error);
  Instant sink_failed(Work& work, const Error& error);
  /// Nothing was tried: the post waits, but not for ever.
  Instant wait(Work& work, Instant until);
  /// What was uploaded is worth nothing; `otherwise` is told when that happens too often.
  Instant begin_anew(Work& work, FileTrouble otherwise, const std::string& why);
  Instant begin_anew(Work& work, FileState again, FileTrouble otherwise, const std::string& why);
  /// The same under a name that promises no picture: Mattermost cannot read it as one.
  Instant begin_as_bytes(Work& work, const Error& error);
  Instant settle(Work& work, FileId file, std::uint64_t bytes);
  Instant leave_out(Work& work, FileTrouble trouble, const std::string& why);
  Instant record(Work& work, const FileState& state, Instant next);
  [[nodiscard]] Content name_for(const Work& work) const;
  [[nodiscard]] bool is_too_large(std::uint64_t bytes) const { return bytes > max_file_bytes_; }

  DeliveryStore& store_;
  FileSource& source_;
  FileSink& sink_;
  Random& random_;
  Journal& journal_;
  Tokens& tokens_;
  UpstreamGate& graph_;
  UpstreamGate& mattermost_;
  Pacer& pacer_;
  const FilePolicy policy_;
  Places parts_;
  Places asking_;
  std::atomic<std::uint64_t> max_file_bytes_;
};

}  // namespace belfry::sync
