#include "tests/sandbox_tests/http.h"

#include <thread>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

namespace belfry::sandbox::test {

std::string Response::header(const std::string& name) const {
  for (const auto& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

std::string Response::graph_code() const {
  const auto object = json();
  if (object.isNull()) return {};
  const auto error = object->getObject("error");
  return error.isNull() ? "" : error->optValue<std::string>("code", "");
}

Response request(const std::string& method, const std::string& url, const NameValues& headers,
                 const std::string& body) {
  Response out;
  const auto scheme = url.find("://");
  const auto slash = url.find('/', scheme + 3);
  const Poco::URI uri(url.substr(0, slash));
  try {
    Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
    session.setTimeout(Poco::Timespan(20, 0));
    Poco::Net::HTTPRequest head(method, slash == std::string::npos ? "/" : url.substr(slash),
                                "HTTP/1.1");
    for (const auto& [name, value] : headers) head.set(name, value);
    if (!body.empty() || method != "GET")
      head.setContentLength(static_cast<std::streamsize>(body.size()));
    session.sendRequest(head) << body;
    Poco::Net::HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    Poco::StreamCopier::copyToString(in, out.body);
    out.status = response.getStatus();
    for (const auto& [name, value] : response) out.headers.emplace_back(name, value);
  } catch (const Poco::Exception&) {
    out.status = 0;
  }
  return out;
}

Response get(const std::string& url, const std::string& token) {
  NameValues headers;
  if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
  return request("GET", url, headers);
}

Response post_json(const std::string& url, const std::string& token, const std::string& json,
                   const std::string& method) {
  return request(method, url,
                 {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
                 json);
}

Response post_form(const std::string& url, const NameValues& form) {
  std::string body;
  for (const auto& [name, value] : form)
    body += (body.empty() ? "" : "&") + name + "=" + percent_encode(value);
  return request("POST", url, {{"Content-Type", "application/x-www-form-urlencoded"}}, body);
}

Receiver::Receiver() : server_(*this, faults_, log_) {}

WebReply Receiver::answer(const WebRequest& request) {
  std::unique_lock lock(mutex_);
  if (request.has_query("validationToken")) {
    const std::string token = request.query_value("validationToken");
    if (validation_) return validation_(token);
    return text_reply(200, token);
  }
  const auto delay = delay_;
  const int status = status_;
  lock.unlock();
  std::this_thread::sleep_for(delay);
  lock.lock();
  bodies_.emplace_back(request.path, parse_object(request.body));
  arrived_.notify_all();
  return empty_reply(status);
}

std::vector<Poco::JSON::Object::Ptr> Receiver::bodies(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  std::vector<Poco::JSON::Object::Ptr> out;
  for (const auto& [where, body] : bodies_)
    if (where == path && !body.isNull()) out.push_back(body);
  return out;
}

std::vector<Poco::JSON::Object::Ptr> Receiver::entries(const std::string& path) const {
  std::vector<Poco::JSON::Object::Ptr> out;
  for (const auto& body : bodies(path)) {
    const auto list = body->getArray("value");
    for (unsigned i = 0; i < list->size(); ++i) out.push_back(list->getObject(i));
  }
  return out;
}

std::size_t Receiver::count(const std::string& path) const {
  std::size_t out = 0;
  for (const auto& [where, body] : bodies_)
    if (where == path && !body.isNull()) out += body->getArray("value")->size();
  return out;
}

bool Receiver::wait_for(std::size_t entries, const std::string& path) {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, std::chrono::seconds{30}, [&] { return count(path) >= entries; });
}

void Receiver::answer_with(int status) {
  const std::lock_guard lock(mutex_);
  status_ = status;
}

void Receiver::answer_after(std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  delay_ = delay;
}

void Receiver::answer_validation_with(std::function<WebReply(const std::string& token)> reply) {
  const std::lock_guard lock(mutex_);
  validation_ = std::move(reply);
}

}  // namespace belfry::sandbox::test
