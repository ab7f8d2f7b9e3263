#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/graph/clouds.h"
#include "net/graph/observed_http.h"
#include "net/http/http_client.h"
#include "net/http/observer.h"
#include "sync/base/mutex.h"
#include "sync/port/clock.h"
#include "sync/port/random.h"
#include "sync/server_time.h"

namespace Poco::Net {
class HTTPServer;
}

namespace belfry::tests {

struct ScriptedAnswer {
  int status = 200;
  std::string body = {};
  net::HttpHeaders headers = {};
  bool is_lost = false;  ///< the connection ends without an answer
};

/// `{status, headers, body}` of a fixture; a body that is a JSON string is sent as its text.
[[nodiscard]] ScriptedAnswer answer_fixture(const std::string& name);

struct ReceivedRequest {
  std::string method;
  std::string target;
  std::string body;
  net::HttpHeaders headers;

  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A server on a loopback port that gives the answers it was told, in order, and remembers what it
/// was asked.
class ScriptedUpstream {
 public:
  ScriptedUpstream();
  ~ScriptedUpstream();

  void will_answer(ScriptedAnswer answer);
  /// 200 with the bytes of a fixture.
  void will_answer(const std::string& fixture);
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::vector<ReceivedRequest> received() const;
  /// The only request that came; the test fails when it is not the only one.
  [[nodiscard]] ReceivedRequest only() const;

  /// For the server's threads.
  ScriptedAnswer take(ReceivedRequest request);

 private:
  std::unique_ptr<Poco::Net::HTTPServer> server_;
  mutable Mutex mutex_;
  std::deque<ScriptedAnswer> answers_ GUARDED_BY(mutex_);
  std::vector<ReceivedRequest> received_ GUARDED_BY(mutex_);
};

/// An upstream, and all that a client of it needs.
class UpstreamWorld : public net::RequestObserver {
 public:
  UpstreamWorld();

  void observed(std::string_view upstream, std::string_view operation, int status,
                Duration took) override;
  /// `upstream operation status` of each request.
  [[nodiscard]] std::vector<std::string> seen() const;
  [[nodiscard]] net::ObservedHttp http(const std::string& name);
  /// The global cloud, with both URLs at the upstream.
  [[nodiscard]] net::Cloud cloud() const;

  ScriptedUpstream upstream;
  std::unique_ptr<sync::Clock> clock;
  std::unique_ptr<sync::Entropy> entropy;
  std::unique_ptr<net::HttpClient> client;
  sync::ServerTime server_time;

 private:
  mutable Mutex mutex_;
  std::vector<std::string> seen_ GUARDED_BY(mutex_);
};

}  // namespace belfry::tests
