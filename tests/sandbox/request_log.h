#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Array.h>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

/// One request as it was received, and what it was answered.
struct LoggedRequest {
  std::int64_t real_ms = 0;  ///< real wall time at which it was received
  std::string
      service;  ///< `graph`, `entra`, `mattermost`, `webhook` (there: what the sandbox sent)
  std::string operation = {};  ///< `graph.get_message`
  std::string method = {};
  std::string path = {};
  std::string raw_query = {};
  int status = 0;           ///< 0: no answer was sent
  bool faulty = false;      ///< a fault rule struck
  NameValues headers = {};  ///< values of Authorization and cookies are replaced by `…`
  std::string body = {};    ///< its first bytes
};

struct RequestLogLimits {
  std::size_t entries = 20'000;
  std::size_t body_bytes = 2'048;
};

/// The most recent requests, oldest first, and counts of all since the start or the last clear().
/// Threads  All functions from any thread.
class RequestLog {
 public:
  explicit RequestLog(RequestLogLimits limits = {});

  void add(const WebRequest& request, std::string_view operation, int status, bool faulty = false);
  [[nodiscard]] std::vector<LoggedRequest> entries() const;
  /// Of operations that match the glob: `graph.*`. Not bounded by the number of kept entries.
  [[nodiscard]] std::uint64_t count(std::string_view operation_glob) const;
  [[nodiscard]] std::map<std::string, std::uint64_t> counts() const;
  void clear();
  /// The last `most` entries whose operation matches the glob.
  [[nodiscard]] Poco::JSON::Array::Ptr to_json(std::string_view operation_glob,
                                               std::size_t most) const;

 private:
  const RequestLogLimits limits_;

  mutable std::mutex mutex_;
  std::deque<LoggedRequest> entries_;                         // guarded by mutex_
  std::map<std::string, std::uint64_t, std::less<>> counts_;  // guarded by mutex_
};

}  // namespace belfry::sandbox
