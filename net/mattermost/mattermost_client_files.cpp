#include <algorithm>

#include <fmt/format.h>

#include "net/http/url.h"
#include "net/json/json_view.h"
#include "net/mattermost/mattermost_client.h"

// Files of the bot: whole ones, and sessions that go on where they stopped.
namespace belfry::net {
namespace {

constexpr const char* k_bytes = "application/octet-stream";
/// Over a line of 1 Mbit/s a part of 6 MiB takes 50 s.
constexpr Duration k_part_timeout = std::chrono::seconds{90};
/// Mattermost itself cuts off what takes longer.
constexpr Duration k_longest_timeout = std::chrono::seconds{300};
/// What a file store copies and a plugin looks through in a second, slow ones.
constexpr std::uint64_t k_bytes_a_second = std::uint64_t{4} << 20;

/// A file that no post uses is seen by nobody: what may have been done may be done again.
Error repeatable(Error error) {
  if (error.kind == ErrorKind::in_doubt) error.kind = ErrorKind::transient;
  return error;
}

Error unreadable(const char* operation) {
  return {ErrorKind::transient,
          std::string(operation) + ": the answer cannot be read",
          std::nullopt,
          0,
          {}};
}

}  // namespace

Duration upload_timeout(std::uint64_t completes) {
  const auto seconds = static_cast<std::int64_t>(completes / k_bytes_a_second);
  return std::min<Duration>(k_part_timeout + std::chrono::seconds{seconds}, k_longest_timeout);
}

Result<FileId> MattermostClient::upload_file(const ChannelId& channel, const Content& name,
                                             Content bytes) {
  Call call{"upload_file", "POST",
            fmt::format("/files?channel_id={}&filename={}", percent_encode(channel.text()),
                        percent_encode(name.reveal())),
            std::move(bytes).release()};
  call.content_type = k_bytes;
  call.timeout = k_part_timeout;
  const auto answer = perform(std::move(call));
  if (!answer) return fail(repeatable(answer.error()));
  const auto read = JsonView::parse(answer->body);
  if (read) {
    for (const JsonView info : (*read)["file_infos"]) {
      if (std::string id = info["id"].text(); !id.empty()) return FileId{std::move(id)};
    }
  }
  return fail(unreadable("upload_file"));
}

Result<UploadId> MattermostClient::begin_upload(const sync::FileUpload& upload) {
  const auto answer = perform({"begin_upload", "POST", "/uploads",
                               fmt::format(R"({{"channel_id":{},"filename":{},"file_size":{}}})",
                                           json_string(upload.channel.text()),
                                           json_string(upload.name.reveal()), upload.size)});
  if (!answer) return fail(repeatable(answer.error()));
  const auto session = JsonView::parse(answer->body);
  std::string id = session ? (*session)["id"].text() : std::string();
  if (id.empty()) return fail(unreadable("begin_upload"));
  return UploadId{std::move(id)};
}

Result<std::uint64_t> MattermostClient::upload_offset(const UploadId& upload) {
  if (upload.empty()) return fail(ErrorKind::refused, "upload_offset: no id");
  const auto answer =
      perform({"upload_offset", "GET", "/uploads/" + percent_encode(upload.text()), {}});
  if (!answer) return fail(answer.error());
  const auto session = JsonView::parse(answer->body);
  const auto offset = session ? (*session)["file_offset"].integer() : std::nullopt;
  if (!offset || *offset < 0) return fail(unreadable("upload_offset"));
  return static_cast<std::uint64_t>(*offset);
}

Result<std::optional<FileId>> MattermostClient::continue_upload(sync::UploadPart part) {
  if (part.upload.empty()) return fail(ErrorKind::refused, "continue_upload: no id");
  Call call{"continue_upload", "POST", "/uploads/" + percent_encode(part.upload.text()),
            std::move(part.bytes).release()};
  call.content_type = k_bytes;
  call.timeout = upload_timeout(part.completes);
  const auto answer = perform(std::move(call));
  if (!answer) return fail(repeatable(answer.error()));
  if (answer->status == 204) return std::optional<FileId>{};
  const auto file = JsonView::parse(answer->body);
  std::string id = file ? (*file)["id"].text() : std::string();
  if (id.empty()) return fail(unreadable("continue_upload"));
  return std::optional<FileId>{FileId{std::move(id)}};
}

}  // namespace belfry::net
