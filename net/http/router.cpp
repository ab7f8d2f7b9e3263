#include "net/http/router.h"

#include <algorithm>

#include "net/http/wire.h"

namespace belfry::net {

std::string HttpIncoming::header(std::string_view name) const {
  const std::string* value = find_header(headers, name);
  return value == nullptr ? std::string() : *value;
}

std::string HttpIncoming::query_value(std::string_view name) const {
  return value_of(query, name);
}

bool HttpIncoming::has_query(std::string_view name) const {
  return std::any_of(query.begin(), query.end(),
                     [&](const auto& parameter) { return parameter.first == name; });
}

std::string HttpIncoming::cookie(std::string_view name) const {
  const std::string all = header("Cookie");
  std::string_view rest = all;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name) {
      return std::string(one.substr(equals + 1));
    }
  }
  return {};
}

HttpReply plain_reply(int status, std::string_view text) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::string(text) + "\n";
  return reply;
}

void Router::add(const std::string& method, const std::string& path, HttpHandler handler) {
  if (path.ends_with("/*")) {
    below_[path.substr(0, path.size() - 1)][method] = std::move(handler);
  } else {
    exact_[path][method] = std::move(handler);
  }
}

const Router::Methods* Router::methods_of(const std::string& path) const {
  if (const auto exact = exact_.find(path); exact != exact_.end()) return &exact->second;
  const Methods* methods = nullptr;
  // In alphabetical order a longer path comes after those that begin it.
  for (const auto& [begin, candidate] : below_) {
    if (path.starts_with(begin)) methods = &candidate;
  }
  return methods;
}

HttpReply Router::answer(const HttpIncoming& request) const {
  const Methods* methods = methods_of(request.path);
  if (methods == nullptr) return plain_reply(404, "not found");
  auto handler = methods->find(request.method);
  if (handler == methods->end() && request.method == "HEAD") handler = methods->find("GET");
  if (handler == methods->end()) {
    HttpReply reply = plain_reply(405, "method not allowed");
    std::string allowed;
    for (const auto& [method, unused] : *methods) {
      allowed += (allowed.empty() ? "" : ", ") + method;
    }
    reply.headers.emplace_back("Allow", allowed);
    return reply;
  }
  return handler->second(request);
}

}  // namespace belfry::net
