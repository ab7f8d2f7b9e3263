#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <Poco/JSON/Object.h>

#include "tests/sandbox/fault.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"
#include "tests/sandbox/web.h"

/// What the tests of the simulators need to talk to them.
namespace belfry::sandbox::test {

struct Response {
  int status = 0;  ///< 0: no answer
  NameValues headers;
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] Poco::JSON::Object::Ptr json() const { return parse_object(body); }
  /// `error.code` of a Graph error.
  [[nodiscard]] std::string graph_code() const;
};

/// One request on a connection of its own; redirects are not followed.
Response request(const std::string& method, const std::string& url, const NameValues& headers = {},
                 const std::string& body = {});
Response get(const std::string& url, const std::string& token = {});
Response post_json(const std::string& url, const std::string& token, const std::string& json,
                   const std::string& method = "POST");
Response post_form(const std::string& url, const NameValues& form);

/// An endpoint that receives notifications: echoes validation tokens, keeps bodies, answers as it
/// is told.
class Receiver : public Simulator {
 public:
  Receiver();

  WebReply answer(const WebRequest& request) override;
  [[nodiscard]] std::string operation(const WebRequest&) const override { return "receiver"; }

  [[nodiscard]] std::string url(const std::string& path = "/changes") const {
    return server_.url() + path;
  }
  /// Bodies received so far on that path.
  [[nodiscard]] std::vector<Poco::JSON::Object::Ptr> bodies(
      const std::string& path = "/changes") const;
  /// The entries of all bodies, in order of arrival.
  [[nodiscard]] std::vector<Poco::JSON::Object::Ptr> entries(
      const std::string& path = "/changes") const;
  /// False when fewer came within ten seconds.
  [[nodiscard]] bool wait_for(std::size_t entries, const std::string& path = "/changes");

  void answer_with(int status);
  void answer_after(std::chrono::milliseconds delay);
  void answer_validation_with(std::function<WebReply(const std::string& token)> reply);

 private:
  [[nodiscard]] std::size_t count(const std::string& path) const;

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::pair<std::string, Poco::JSON::Object::Ptr>> bodies_;
  int status_ = 202;
  std::chrono::milliseconds delay_{0};
  std::function<WebReply(const std::string&)> validation_;
  FaultPlan faults_;
  RequestLog log_;
  SimulatorServer server_;
};

}  // namespace belfry::sandbox::test
