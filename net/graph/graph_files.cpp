#include "net/graph/graph_files.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "net/crypto/base64.h"
#include "net/graph/links.h"
#include "net/graph/request_id.h"
#include "net/http/outcome.h"
#include "net/http/url.h"
#include "net/json/json_view.h"
#include "sync/base/invariant.h"

namespace belfry::net {
namespace {

/// An error page, or the answer of a look-up: what is not the file itself.
constexpr std::size_t k_most_talk = std::size_t{64} << 10;
static_assert(std::string_view(k_answer_too_large) == sync::k_file_too_large);

std::string media_type(const HttpAnswer& answer) {
  std::string type = answer.header("Content-Type");
  type.erase(std::min(type.find(';'), type.size()));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

/// `bytes 0-99/1000` → where it begins and the size of the whole.
struct ContentRange {
  std::uint64_t from = 0;
  std::uint64_t total = 0;
};
std::optional<ContentRange> content_range(const std::string& text) {
  constexpr std::string_view unit = "bytes ";
  const auto slash = text.find('/');
  if (!std::string_view(text).starts_with(unit) || slash == std::string::npos) return std::nullopt;
  const char* const end = text.data() + text.size();
  ContentRange range;
  const auto from = std::from_chars(text.data() + unit.size(), end, range.from);
  const auto total = std::from_chars(text.data() + slash + 1, end, range.total);
  const bool is_read = from.ec == std::errc{} && total.ec == std::errc{} && total.ptr == end;
  return is_read ? std::optional(range) : std::nullopt;
}

/// Not an address in any spelling, nor a name without a domain: Microsoft's files are behind
/// neither.
bool is_public_name(std::string_view host) {
  const auto dot = host.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == host.size() || is_loopback(host)) return false;
  return host[dot + 1] >= 'a' && host[dot + 1] <= 'z';
}

/// A server that gave parts before may give them again.
tl::unexpected<Error> no_part() {
  return fail(ErrorKind::transient, "download_file: everything came instead of a part");
}

}  // namespace

std::string share_token(const std::string& address) {
  return "u!" + base64url(address);
}

bool may_download_from(const std::string& address, const std::string& graph_url) {
  const auto url = parse_url(address);
  if (!url) return false;
  if (url->scheme == Url::Scheme::https && is_public_name(url->host)) return true;
  const auto graph = parse_url(graph_url);
  const bool is_tried_out = graph && graph->scheme == Url::Scheme::http && is_loopback(graph->host);
  return is_tried_out && is_loopback(url->host);
}

GraphFiles::GraphFiles(ObservedHttp http, sync::Entropy& entropy, Cloud cloud,
                       const GraphFilesPolicy& policy)
    : http_(std::move(http)), entropy_(entropy), cloud_(std::move(cloud)), policy_(policy) {}

Result<sync::SharedFile> GraphFiles::shared_file(const Secret& bearer, const Content& address) {
  constexpr std::string_view operation = "get_shared_file";
  HttpRequest request;
  request.url = fmt::format(
      "{}/v1.0/shares/{}/driveItem"
      "?$select=id,name,size,cTag,file,folder,malware,@microsoft.graph.downloadUrl",
      cloud_.graph_url, share_token(address.reveal()));
  request.headers = {{"Authorization", "Bearer " + bearer.reveal()},
                     {"Accept", "application/json"},
                     {"Prefer", "redeemSharingLinkIfNecessary"},
                     {"client-request-id", new_request_id(entropy_)}};
  request.timeout = policy_.look_up_timeout;
  request.max_body = k_most_talk;
  const auto answer = http_.send(operation, request);
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return fail(classify(*answer, operation));
  const auto item = JsonView::parse(answer->body);
  if (!item || !item->is_object())
    return fail(ErrorKind::refused, "get_shared_file: the answer is no driveItem");
  sync::SharedFile file;
  file.name = Content{(*item)["name"].text()};
  file.size =
      static_cast<std::uint64_t>(std::max<std::int64_t>((*item)["size"].integer().value_or(0), 0));
  file.is_folder = (*item)["folder"].is_object();
  file.has_malware = (*item)["malware"].is_object();
  file.version = (*item)["cTag"].text();
  file.download_url = Secret{(*item)["@microsoft.graph.downloadUrl"].text()};
  if (file.is_folder || file.has_malware) return file;
  if (!may_download_from(file.download_url.reveal(), cloud_.graph_url))
    return fail(ErrorKind::refused, "get_shared_file: no address that may be fetched");
  return file;
}

Result<sync::FilePart> GraphFiles::download(const Secret& download_url, sync::ByteRange range) {
  constexpr std::string_view operation = "download_file";
  invariant(range.count > 0, "a part has a byte at least");
  if (!may_download_from(download_url.reveal(), cloud_.graph_url))
    return fail(ErrorKind::refused, "download_file: an address that may not be fetched");
  HttpRequest request;
  request.url = download_url.reveal();
  request.headers = {
      {"Range", fmt::format("bytes={}-{}", range.from, range.from + range.count - 1)}};
  request.timeout = policy_.download_timeout;
  request.max_body = std::max(range.count, k_most_talk);
  auto answer = http_.send(operation, request);
  const bool is_first = range.from == 0;
  if (!answer && answer.error().code == k_answer_too_large && !is_first) return no_part();
  if (!answer) return fail(answer.error());
  sync::FilePart part;
  if (answer->status == 206) {
    const auto told = content_range(answer->header("Content-Range"));
    const bool is_asked_for = told && told->from == range.from &&
                              answer->body.size() <= range.count &&
                              told->from + answer->body.size() <= told->total;
    if (!is_asked_for) return fail(ErrorKind::transient, "download_file: another part came");
    part.total = told->total;
  } else if (answer->status == 200 && is_first) {
    // Servers may answer with everything; more than a part of it was not read.
    part.total = answer->body.size();
  } else if (answer->status / 100 == 2) {
    return no_part();
  } else {
    return fail(classify(*answer, operation));
  }
  part.version = answer->header("ETag");
  part.content_type = media_type(*answer);
  part.bytes = Content{std::move(answer->body)};
  return part;
}

Result<sync::FilePart> GraphFiles::hosted_content(const Secret& bearer, const MessageRef& message,
                                                  const Content& id, std::size_t most) {
  constexpr std::string_view operation = "get_hosted_content";
  HttpRequest request;
  request.url = fmt::format("{}/v1.0/chats/{}/messages/{}/hostedContents/{}/$value",
                            cloud_.graph_url, percent_encoded(message.chat.text()),
                            percent_encoded(message.message.text()), percent_encoded(id.reveal()));
  request.headers = {{"Authorization", "Bearer " + bearer.reveal()},
                     {"client-request-id", new_request_id(entropy_)}};
  request.timeout = policy_.download_timeout;
  request.max_body = most;
  auto answer = http_.send(operation, request);
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return fail(classify(*answer, operation));
  sync::FilePart part;
  part.total = answer->body.size();
  part.content_type = media_type(*answer);
  part.bytes = Content{std::move(answer->body)};
  return part;
}

}  // namespace belfry::net
