#include <charconv>
#include <ostream>

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <fmt/format.h>

#include "tests/sandbox/graph/errors.h"
#include "tests/sandbox/graph/graph_simulator.h"

/// Files behind sharing links, and their pre-authenticated downloads.
namespace belfry::sandbox {

namespace {

constexpr std::uint64_t k_streamed_above = 1U << 20U;
constexpr std::size_t k_block = 64U << 10U;

struct Range {
  std::uint64_t from = 0;
  std::uint64_t end = 0;  ///< one past the last byte
  bool partial = false;
};

/// `bytes=from-[to]`; nothing when it cannot be satisfied.
std::optional<Range> range_of(std::string_view header, std::uint64_t size) {
  Range out{.from = 0, .end = size, .partial = false};
  if (!header.starts_with("bytes=")) return out;
  header.remove_prefix(6);
  const char* const end = header.data() + header.size();
  const auto from = std::from_chars(header.data(), end, out.from);
  if (from.ec != std::errc{} || from.ptr == end || *from.ptr != '-') return out;
  std::uint64_t last = 0;
  if (std::from_chars(from.ptr + 1, end, last).ec == std::errc{})
    out.end = std::min(size, last + 1);
  if (out.from >= size || out.end <= out.from) return std::nullopt;
  out.partial = true;
  return out;
}

/// Source: Graph, "access shared items".
bool redeems(const WebRequest& request) {
  const std::string preference = request.header("Prefer");
  return preference == "redeemSharingLink" || preference == "redeemSharingLinkIfNecessary";
}

std::string content_range(const Range& range, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.from, range.end - 1, size);
}

}  // namespace

WebReply GraphSimulator::drive_item(const Call& call) {
  if (call.caller.is_app()) {
    if (auto no = forbidden(call, "Files.Read.All", "")) return *no;
  } else if (auto no = forbidden(call, "", "Files.Read.All")) {
    return *no;
  }
  const auto url = url_of_share(call.route.item);
  if (!url) return refuse(call, 400, "invalidRequest", "Invalid sharing token.");
  const auto file = files_.by_content_url(*url);
  if (!file || file->error == 404)
    return refuse(call, 404, "itemNotFound", "The resource could not be found.");
  if (file->error == 403) return refuse(call, 403, "accessDenied", "Access denied");
  if (file->needs_redemption && !redeems(call.request))
    return refuse(call, 403, "accessDenied", "Access denied");
  if (file->error == 423) return refuse(call, 423, "resourceLocked", "The resource is locked.");
  if (file->error != 0) return refuse(call, file->error, "generalException", "General exception");

  const std::string download_url =
      file->folder ? ""
                   : call.base + "/_download/" +
                         files_.make_download(*file, call.now_ms + call.settings.download_url_ms);
  if (call.route.call == GraphCall::drive_content)
    return file->folder ? refuse(call, 404, "itemNotFound", "A folder has no content.")
                        : redirect_reply(download_url);
  std::string json =
      fmt::format(R"({{"@odata.context":{},"id":{},"name":{},"size":{},"webUrl":{})",
                  json_string(call.base + "/v1.0/$metadata#shares('u')/driveItem/$entity"),
                  json_string(file->id), json_string(file->name), file->size(),
                  json_string(file->content_url + "?web=1"));
  if (file->folder)
    json += R"(,"folder":{"childCount":3})";
  else
    json += fmt::format(R"(,"@microsoft.graph.downloadUrl":{},"file":{{"mimeType":{}}})",
                        json_string(download_url), json_string(file->content_type));
  return json_text_reply(200, json + "}");
}

/// Small files: the whole of it at once, so that every fault of the plan can strike.
WebReply GraphSimulator::download(const WebRequest& request, const std::string& token) const {
  const auto found = files_.download(token);
  if (!found) return text_reply(404, "not found");
  if (found->until_ms < clock_.now_ms()) return text_reply(401, "the link has expired");
  if (!request.header("Authorization").empty())
    return text_reply(401, "this address is pre-authenticated: no token belongs here");
  const DriveFile& file = found->file;
  const auto range = range_of(request.header("Range"), file.size());
  if (!range) return text_reply(416, "range not satisfiable");
  WebReply reply{.status = range->partial ? 206 : 200,
                 .body = file.part(range->from, static_cast<std::size_t>(range->end - range->from)),
                 .content_type = file.content_type};
  reply.headers.emplace_back("Accept-Ranges", "bytes");
  if (range->partial)
    reply.headers.emplace_back("Content-Range", content_range(*range, file.size()));
  return reply;
}

/// Large files are written block by block: a gigabyte must not stand in memory.
bool GraphSimulator::take_over(Poco::Net::HTTPServerRequest& request,
                               Poco::Net::HTTPServerResponse& response) {
  const GraphRoute route = route_of(request.getMethod(), request.getURI());
  if (route.call != GraphCall::download || request.has("Authorization")) return false;
  const auto found = files_.download(route.item);
  if (!found || found->until_ms < clock_.now_ms() || found->file.size() <= k_streamed_above)
    return false;
  const DriveFile& file = found->file;
  const auto range = range_of(request.get("Range", ""), file.size());
  if (!range) return false;
  response.setStatusAndReason(range->partial ? Poco::Net::HTTPResponse::HTTP_PARTIAL_CONTENT
                                             : Poco::Net::HTTPResponse::HTTP_OK);
  response.setContentType(file.content_type);
  response.setContentLength64(static_cast<Poco::Int64>(range->end - range->from));
  if (range->partial) response.set("Content-Range", content_range(*range, file.size()));
  std::ostream& out = response.send();
  for (std::uint64_t at = range->from; at < range->end && out;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(k_block, range->end - at));
    const std::string block = file.part(at, count);
    out.write(block.data(), static_cast<std::streamsize>(block.size()));
    at += block.size();
  }
  out.flush();
  return true;
}

}  // namespace belfry::sandbox
