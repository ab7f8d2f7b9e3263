#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "tests/sandbox/fault.h"
#include "tests/sandbox/web.h"

namespace Poco::Net {
class StreamSocket;
}

namespace belfry::sandbox {

/// How Graph talks to an endpoint of ours: HTTP/1.1 with kept connections, one write per request,
/// and on demand the misbehaviour of a broken network.
///
/// Promises  Never takes much longer than the deadline. A kept connection that turns out dead is
/// replaced once. Threads   One object for each thread.
class WebhookClient {
 public:
  explicit WebhookClient(std::string ca_file = {});
  ~WebhookClient();

  struct Answer {
    int status = 0;  ///< 0: none came
    bool timed_out = false;
    std::string trouble;
    std::string content_type;
    std::string body;
    std::chrono::nanoseconds took{0};
  };
  /// Of the fault actions those that concern the wire count: lose_answer, reset_mid_body,
  /// short_length, long_length.
  Answer post(const std::string& url, const std::string& content_type, const std::string& body,
              std::chrono::nanoseconds deadline, FaultAction mangle = FaultAction::none);

 private:
  using Steady = std::chrono::steady_clock::time_point;
  std::unique_ptr<Poco::Net::StreamSocket> connect(const std::string& scheme,
                                                   const std::string& host, unsigned short port,
                                                   std::chrono::nanoseconds deadline) const;
  static void receive(Poco::Net::StreamSocket& socket, Steady until, Answer& answer,
                      bool& reusable);

  const std::string ca_file_;
  std::map<std::string, std::unique_ptr<Poco::Net::StreamSocket>>
      kept_;  // by scheme, host and port
};

}  // namespace belfry::sandbox
