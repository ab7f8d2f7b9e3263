#include "tests/sandbox/mattermost/handlers.h"
#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

namespace {

/// A file without a post is visible to its uploader only.
FileRecord visible_file(const Call& call) {
  const auto file = call.server.files.find(call.id(0));
  if (!file || file->delete_at > 0) refuse(404, "app.file_info.get.app_error");
  if (file->user_id != call.user->id) {
    if (file->post_id.empty()) refuse_permission();
    (void)channel_for(call.server, *call.user, file->channel_id);
  }
  return *file;
}

/// What a browser could run is sent as plain text.
/// Source  Mattermost, platform/shared/web/files.go: UnsafeContentTypes.
std::string served_type(const FileRecord& file) {
  if (file.mime_type.empty()) return "application/octet-stream";
  return file.mime_type.starts_with("text/html") ? "text/plain" : file.mime_type;
}

}  // namespace

WebReply get_file(const Call& call) {
  const FileRecord file = visible_file(call);
  // Of large files only the hash is kept: the sandbox then answers as a server that lost one.
  if (file.content.size() != static_cast<std::size_t>(file.size))
    refuse(404, "api.file.file_reader.app_error");
  return {.status = 200,
          .headers = {{"X-Content-Type-Options", "nosniff"}},
          .body = file.content,
          .content_type = served_type(file)};
}

WebReply get_file_info(const Call& call) {
  return json_text_reply(200, file_json(visible_file(call)));
}

WebReply create_upload(const Call& call) {
  if (!call.settings->is_on("EnableFileAttachments"))
    refuse(501, "api.file.attachments.disabled.app_error");
  const auto body = object_body(call.request.body, "upload");
  UploadInfo upload{.id = make_id(),
                    .user_id = call.user->id,
                    .channel_id = text_of(body, "channel_id"),
                    .filename = text_of(body, "filename"),
                    .create_at = call.server.clock.now_ms(),
                    .file_size = number_of(body, "file_size")};
  const auto channel = channel_for(call.server, *call.user, upload.channel_id);
  if (upload.file_size > call.settings->number("MaxFileSize"))
    refuse(413, "api.upload.create.upload_too_large.app_error");
  if (upload.filename.empty()) refuse(400, "model.upload_session.is_valid.filename.app_error");
  if (upload.file_size <= 0) refuse(400, "model.upload_session.is_valid.file_size.app_error");
  if (is_restricted(call.server, *channel))
    refuse(400, "app.upload.create.cannot_upload_to_restricted_dm.error");
  call.server.uploads.add(upload);
  return json_text_reply(201, upload_json(upload));
}

WebReply get_upload(const Call& call) {
  const auto upload = call.server.uploads.find(call.id(0));
  if (!upload) refuse(404, "app.upload.get.app_error");
  if (upload->user_id != call.user->id && !call.is_admin())
    refuse(403, "api.upload.get_upload.forbidden.app_error");
  return json_text_reply(200, upload_json(*upload));
}

}  // namespace belfry::sandbox::mattermost
