#pragma once

#include <string>
#include <utility>

#include "net/http/router.h"

namespace belfry::net {

/// A request as the server hands it to a router. `target` = path and query.
inline HttpIncoming incoming(std::string method, const std::string& target, std::string body = {},
                             HttpHeaders headers = {}) {
  const auto question = target.find('?');
  HttpIncoming request;
  request.method = std::move(method);
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = parse_form(target.substr(question + 1));
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.remote = "192.0.2.7";
  return request;
}

/// A header of a reply; empty where there is none.
inline std::string header_of(const HttpReply& reply, const std::string& name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace belfry::net
