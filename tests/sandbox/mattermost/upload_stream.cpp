#include "tests/sandbox/mattermost/upload_stream.h"

#include <algorithm>

#include <Poco/Exception.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/MultipartReader.h>

#include "tests/sandbox/mattermost/ids.h"
#include "tests/sandbox/mattermost/image_size.h"
#include "tests/sandbox/mattermost/json_text.h"
#include "tests/sandbox/mattermost/refusal.h"
#include "tests/sandbox/mattermost/render.h"

namespace belfry::sandbox::mattermost {

namespace {

constexpr std::size_t k_buffer = 64U << 10U;
constexpr std::size_t k_form_value = 10U << 10U;
constexpr const char* k_unreadable = "api.file.upload_file.read_request.app_error";

bool is_multipart(const BodyStream& body) {
  return body.content_type.starts_with("multipart/form-data");
}

/// Everything of one file; stops one byte after the limit.
ByteSink swallow(std::istream& stream, std::int64_t limit) {
  ByteSink sink;
  std::vector<char> buffer(k_buffer);
  while (stream && sink.size() <= limit) {
    stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    sink.take({buffer.data(), static_cast<std::size_t>(stream.gcount())});
  }
  return sink;
}

FileRecord record_of(const Call& call, std::string_view channel_id, std::string_view filename,
                     const ByteSink& sink) {
  const std::string name = file_name_of(filename);
  return {.id = make_id(),
          .user_id = call.user->id,
          .post_id = {},
          .channel_id = std::string(channel_id),
          .create_at = call.server.clock.now_ms(),
          .name = name,
          .extension = extension_of(name),
          .mime_type = mime_type_of(name),
          .size = sink.size(),
          .sha256 = sink.sha256(),
          .content = sink.has_all() ? sink.head() : std::string()};
}

bool is_too_large(const ImageSize& size, const Settings& settings) {
  return static_cast<std::int64_t>(size.width) * size.height >
         settings.number("MaxImageResolution");
}

/// Checks and stores what `POST /files` brought: a picture that cannot be decoded is just a file.
FileRecord store_file(const Call& call, std::string_view channel_id, std::string_view filename,
                      const ByteSink& sink, bool length_was_named) {
  if (sink.size() > call.settings->number("MaxFileSize")) {
    if (length_was_named) refuse(413, "api.file.upload_file.too_large_detailed.app_error");
    refuse(400, k_unreadable);
  }
  if (sink.size() == 0) refuse(400, k_unreadable);
  FileRecord file = record_of(call, channel_id, filename, sink);
  if (file.is_image())
    if (const auto size = image_size(sink.head())) {
      if (is_too_large(*size, *call.settings))
        refuse(400, "api.file.upload_file.large_image_detailed.app_error");
      file.width = size->width;
      file.height = size->height;
    }
  call.server.files.add(file);
  return file;
}

void check_channel(const Call& call, std::string_view channel_id) {
  if (!is_id(channel_id)) refuse_url("channel_id");
  const auto channel = channel_for(call.server, *call.user, channel_id);
  if (is_restricted(call.server, *channel)) refuse(400, "api.file.upload_file.restricted_dm.error");
}

WebReply uploaded(const std::vector<FileRecord>& files,
                  const std::vector<std::string>& client_ids) {
  std::vector<std::string> infos;
  for (const auto& file : files) infos.push_back(file_json(file));
  return json_text_reply(
      201, JsonObject()
               .raw("file_infos", json_array(infos))
               .raw("client_ids", client_ids.empty() ? "null" : json_texts(client_ids))
               .take());
}

struct Part {
  std::string name;
  std::string filename;
};

Part read_part_head(Poco::Net::MultipartReader& reader) {
  Poco::Net::MessageHeader header;
  reader.nextPart(header);
  std::string disposition;
  Poco::Net::NameValueCollection parameters;
  Poco::Net::MessageHeader::splitParameters(header.get("Content-Disposition", ""), disposition,
                                            parameters);
  return {.name = parameters.get("name", ""), .filename = parameters.get("filename", "")};
}

/// A file before `channel_id` makes the server buffer all; here it is enough to remember it.
WebReply upload_multipart(const Call& call, const BodyStream& body) {
  std::string channel_id = call.request.query_value("channel_id");
  std::vector<std::string> client_ids;
  struct Arrived {
    std::string filename;
    ByteSink sink;
  };
  std::vector<Arrived> arrived;
  std::string disposition;
  Poco::Net::NameValueCollection parameters;
  Poco::Net::MessageHeader::splitParameters(body.content_type, disposition, parameters);
  if (!parameters.has("boundary")) refuse(400, k_unreadable);
  Poco::Net::MultipartReader reader(body.stream, parameters.get("boundary"));
  while (reader.hasNextPart()) {
    const Part part = read_part_head(reader);
    if (!part.filename.empty()) {
      if (!channel_id.empty()) check_channel(call, channel_id);
      arrived.push_back(
          {part.filename, swallow(reader.stream(), call.settings->number("MaxFileSize"))});
      continue;
    }
    std::string value(k_form_value, '\0');
    reader.stream().read(value.data(), static_cast<std::streamsize>(value.size()));
    value.resize(static_cast<std::size_t>(reader.stream().gcount()));
    if (part.name == "channel_id")
      channel_id = value;
    else if (part.name == "client_ids")
      client_ids.push_back(value);
    else
      refuse_body(part.name);
  }
  check_channel(call, channel_id);
  if (!client_ids.empty() && client_ids.size() != arrived.size())
    refuse(400, "api.file.upload_file.incorrect_number_of_client_ids.app_error");
  std::vector<FileRecord> files;
  for (const auto& file : arrived)
    files.push_back(store_file(call, channel_id, file.filename, file.sink, false));
  return uploaded(files, client_ids);
}

WebReply upload_raw(const Call& call, const BodyStream& body) {
  const std::string channel_id = call.request.query_value("channel_id");
  const std::string filename = call.request.query_value("filename");
  const std::string client_id = call.request.query_value("client_id");
  check_channel(call, channel_id);
  if (filename.empty()) refuse_url("filename");
  const std::int64_t limit = call.settings->number("MaxFileSize");
  if (body.length > limit) {
    // Taken in all the same, within reason: an answer to a client that still sends would be lost
    // with the connection.
    constexpr std::int64_t k_most_drained = std::int64_t{16} << 20;
    static_cast<void>(swallow(body.stream, std::min(body.length, k_most_drained)));
    refuse(413, "api.file.upload_file.too_large_detailed.app_error");
  }
  const ByteSink sink = swallow(body.stream, limit);
  if (body.length >= 0 && sink.size() < body.length) refuse(400, k_unreadable);
  const FileRecord file = store_file(call, channel_id, filename, sink, body.length >= 0);
  return uploaded(
      {file}, client_id.empty() ? std::vector<std::string>{} : std::vector<std::string>{client_id});
}

/// Pictures are looked at only here, at the end, and by a decoder that does not forgive.
FileRecord complete(const Call& call, const Uploads::Outcome& outcome) {
  FileRecord file = record_of(call, outcome.info.channel_id, outcome.info.filename, *outcome.whole);
  if (file.is_image()) {
    const auto size = image_size(outcome.whole->head());
    if (!size) refuse(500, "app.upload.upload_data.gen_info.app_error");
    if (is_too_large(*size, *call.settings))
      refuse(400, "app.upload.upload_data.large_image.app_error");
    file.width = size->width;
    file.height = size->height;
  }
  call.server.files.add(file);
  call.server.uploads.remove(outcome.info.id);
  return file;
}

}  // namespace

WebReply upload_files(const Call& call, const BodyStream& body) {
  if (!call.settings->is_on("EnableFileAttachments"))
    refuse(403, "api.file.attachments.disabled.app_error");
  if (body.length == 0) refuse(400, k_unreadable);
  try {
    return is_multipart(body) ? upload_multipart(call, body) : upload_raw(call, body);
  } catch (const Poco::Exception&) {
    refuse(400, k_unreadable);
  }
}

WebReply upload_part(const Call& call, const BodyStream& body) {
  if (!call.settings->is_on("EnableFileAttachments"))
    refuse(501, "api.file.attachments.disabled.app_error");
  const auto upload = call.server.uploads.find(call.id(0));
  if (!upload) refuse(404, "app.upload.get.app_error");
  if (upload->user_id != call.user->id) refuse_permission();
  (void)channel_for(call.server, *call.user, upload->channel_id);

  std::istream* stream = &body.stream;
  std::unique_ptr<Poco::Net::MultipartReader> reader;
  if (is_multipart(body)) {
    try {
      reader = std::make_unique<Poco::Net::MultipartReader>(body.stream);
      (void)read_part_head(*reader);
      stream = &reader->stream();
    } catch (const Poco::Exception&) {
      refuse(400, "api.upload.upload_data.multipart_error");
    }
  } else if (body.length > upload->file_size - upload->file_offset) {
    refuse(400, "api.upload.upload_data.invalid_content_length");
  }
  std::int64_t received = 0;
  const auto source = [&](char* buffer, std::size_t room) -> std::int64_t {
    try {
      stream->read(buffer, static_cast<std::streamsize>(room));
    } catch (const Poco::Exception&) {
      return -1;
    }
    const std::int64_t got = stream->gcount();
    received += got;
    const bool cut = got == 0 && !reader && body.length >= 0 && received < body.length;
    return cut ? -1 : got;
  };
  const auto outcome = call.server.uploads.take_part(upload->id, source);
  if (!outcome.whole) return empty_reply(204);
  return json_text_reply(200, file_json(complete(call, outcome)));
}

}  // namespace belfry::sandbox::mattermost
