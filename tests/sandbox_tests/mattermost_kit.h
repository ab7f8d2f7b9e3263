#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include "tests/sandbox/clock.h"
#include "tests/sandbox/fault.h"
#include "tests/sandbox/mattermost/mattermost_simulator.h"
#include "tests/sandbox/request_log.h"
#include "tests/sandbox/simulator_server.h"

/// What the cases about the simulated Mattermost share: a server on loopback, and a plain client.
namespace belfry::sandbox::mattermost_kit {

struct Response {
  int status = 0;
  NameValues headers{};
  std::string body{};

  [[nodiscard]] Poco::JSON::Object::Ptr json() const { return parse_object(body); }
  [[nodiscard]] Poco::JSON::Array::Ptr array() const {
    return Poco::JSON::Parser().parse(body).extract<Poco::JSON::Array::Ptr>();
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    const auto object = json();
    return object.isNull() ? "" : object->optValue<std::string>(name, "");
  }
  [[nodiscard]] std::int64_t number(const std::string& name) const {
    return json()->getValue<std::int64_t>(name);
  }
  [[nodiscard]] std::string header(const std::string& name) const {
    for (const auto& [key, value] : headers)
      if (equal_ignoring_case(key, name)) return value;
    return {};
  }
};

/// One client with one token; each request on a connection of its own.
class Client {
 public:
  Client(std::uint16_t port, std::string token) : port_(port), token_(std::move(token)) {}

  Response call(const std::string& method, const std::string& path, const std::string& body = {},
                const NameValues& headers = {}) const {
    Poco::Net::HTTPClientSession session("127.0.0.1", port_);
    Poco::Net::HTTPRequest request(method, "/api/v4" + path, "HTTP/1.1");
    if (!token_.empty()) request.set("Authorization", "Bearer " + token_);
    if (method != "GET") request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    for (const auto& [name, value] : headers) request.set(name, value);
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    std::istream& stream = session.receiveResponse(response);
    Response out{.status = response.getStatus()};
    for (const auto& [name, value] : response) out.headers.emplace_back(name, value);
    out.body.assign(std::istreambuf_iterator<char>(stream), {});
    return out;
  }
  [[nodiscard]] Response get(const std::string& path) const { return call("GET", path); }
  Response post(const std::string& path, const std::string& body = {}) const {
    return call("POST", path, body);
  }

 private:
  std::uint16_t port_;
  std::string token_;
};

/// A server with Anna, an administrator and a bot; its clock stands still unless `scale` is given.
struct Mattermost {
  explicit Mattermost(double scale = 0) : clock(scale) {
    simulator.set_config("SiteURL", server.url());
    anna = simulator.add_user({.username = "anna.kowalska",
                               .email = "anna.kowalska@example.com",
                               .first = "Anna",
                               .last = "Kowalska"});
    admin = simulator.add_admin({.username = "root", .email = "root@example.com"});
    bot = simulator.create_bot("belfry", admin);
    channel = simulator.direct_channel(bot.user_id, anna);
  }

  [[nodiscard]] Client as(const std::string& token) const { return {server.port(), token}; }
  [[nodiscard]] Client as_bot() const { return as(bot.token); }
  [[nodiscard]] Client as_anna() { return as(simulator.token_of(anna)); }
  [[nodiscard]] Client as_admin() { return as(simulator.token_of(admin)); }

  /// The body of a post by the bot to Anna; `more` are further members with a comma in front.
  [[nodiscard]] std::string draft(const std::string& message, const std::string& more = {}) const {
    return R"({"channel_id":")" + channel + R"(","message":)" + json_string(message) + more + "}";
  }

  SandboxClock clock;
  RequestLog log;
  FaultPlan faults;
  MattermostSimulator simulator{clock, log};
  SimulatorServer server{simulator, faults, log};
  std::string anna;
  std::string admin;
  MattermostSimulator::NewBot bot;
  std::string channel;
};

/// Waits until `holds`, for half a minute at most.
template <class Condition>
bool eventually(Condition holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

}  // namespace belfry::sandbox::mattermost_kit
