#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "net/http/http_client.h"
#include "net/http/url.h"

namespace belfry::net {

/// A request as it came in, within all limits.
struct HttpIncoming {
  std::string method;
  std::string path;  ///< decoded, without the prefix of the server's URL
  Parameters query;  ///< decoded as form values
  HttpHeaders headers;
  std::string body;
  std::string remote;  ///< address without port

  /// The first of that name; empty where there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] std::string query_value(std::string_view name) const;
  [[nodiscard]] bool has_query(std::string_view name) const;
  [[nodiscard]] std::string cookie(std::string_view name) const;
};

/// `nosniff` and `no-store` are added unless `headers` say otherwise.
struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  HttpHeaders headers;
};

/// Runs in one of the server's threads, several at once; may block, within a deadline of its own.
using HttpHandler = std::function<HttpReply(const HttpIncoming&)>;

/// Which function answers which method and path. Anything else is 404, or 405 for another method,
/// without detail. GET answers HEAD as well.
class Router {
 public:
  /// `path` is literal; one that ends in `/*` takes all below it, the longest first.
  void add(const std::string& method, const std::string& path, HttpHandler handler);
  [[nodiscard]] HttpReply answer(const HttpIncoming& request) const;

 private:
  using Methods = std::map<std::string, HttpHandler>;
  [[nodiscard]] const Methods* methods_of(const std::string& path) const;

  std::map<std::string, Methods> exact_;
  std::map<std::string, Methods> below_;
};

/// A reply of a line of plain text.
[[nodiscard]] HttpReply plain_reply(int status, std::string_view text);

}  // namespace belfry::net
