#include "tests/sandbox/request_log.h"

#include <chrono>

#include "tests/sandbox/fault.h"

namespace belfry::sandbox {

namespace {

std::int64_t real_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool is_secret_header(std::string_view name) {
  return equal_ignoring_case(name, "Authorization") || equal_ignoring_case(name, "Cookie") ||
         equal_ignoring_case(name, "Proxy-Authorization");
}

Poco::JSON::Object::Ptr json_of(const LoggedRequest& entry) {
  Poco::JSON::Object::Ptr json = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
  json->set("at", entry.real_ms);
  json->set("service", entry.service);
  json->set("operation", entry.operation);
  json->set("method", entry.method);
  json->set("path", entry.path);
  json->set("query", entry.raw_query);
  json->set("status", entry.status);
  json->set("faulty", entry.faulty);
  Poco::JSON::Object::Ptr headers = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
  for (const auto& [name, value] : entry.headers) headers->set(name, value);
  json->set("headers", headers);
  json->set("body", entry.body);
  return json;
}

}  // namespace

RequestLog::RequestLog(RequestLogLimits limits) : limits_(limits) {}

void RequestLog::add(const WebRequest& request, std::string_view operation, int status,
                     bool faulty) {
  LoggedRequest entry;
  if (limits_.entries > 0) {
    entry = {.real_ms = real_now_ms(),
             .service = std::string(operation.substr(0, operation.find('.'))),
             .operation = std::string(operation),
             .method = request.method,
             .path = request.path,
             .raw_query = request.raw_query,
             .status = status,
             .faulty = faulty,
             .headers = request.headers,
             .body = request.body.substr(0, limits_.body_bytes)};
    for (auto& [name, value] : entry.headers)
      if (is_secret_header(name)) value = "…";
  }
  const std::lock_guard lock(mutex_);
  if (const auto found = counts_.find(operation); found != counts_.end())
    ++found->second;
  else
    counts_.emplace(operation, 1);
  if (limits_.entries == 0) return;
  entries_.push_back(std::move(entry));
  if (entries_.size() > limits_.entries) entries_.pop_front();
}

std::vector<LoggedRequest> RequestLog::entries() const {
  const std::lock_guard lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

std::uint64_t RequestLog::count(std::string_view operation_glob) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [operation, count] : counts_)
    if (glob_matches(operation_glob, operation)) sum += count;
  return sum;
}

std::map<std::string, std::uint64_t> RequestLog::counts() const {
  const std::lock_guard lock(mutex_);
  return {counts_.begin(), counts_.end()};
}

void RequestLog::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  counts_.clear();
}

Poco::JSON::Array::Ptr RequestLog::to_json(std::string_view operation_glob,
                                           std::size_t most) const {
  std::vector<LoggedRequest> chosen;
  {
    const std::lock_guard lock(mutex_);
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && chosen.size() < most; ++entry)
      if (glob_matches(operation_glob, entry->operation)) chosen.push_back(*entry);
  }
  Poco::JSON::Array::Ptr out = new Poco::JSON::Array;
  for (auto entry = chosen.rbegin(); entry != chosen.rend(); ++entry) out->add(json_of(*entry));
  return out;
}

}  // namespace belfry::sandbox
