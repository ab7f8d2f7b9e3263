#include "tests/unit/net/graph/scripted_upstream.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/Timespan.h>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "net/json/ascii.h"
#include "net/json/json_view.h"
#include "tests/unit/net/fixture.h"

namespace belfry::tests {
namespace {

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Handler(ScriptedUpstream& upstream) : upstream_(upstream) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    ReceivedRequest received{request.getMethod(), request.getURI(), {}, {}};
    Poco::StreamCopier::copyToString(request.stream(), received.body);
    for (const auto& [name, value] : request) received.headers.emplace_back(name, value);
    const ScriptedAnswer answer = upstream_.take(std::move(received));
    if (answer.is_lost) {
      dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket().shutdown();
      return;
    }
    response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.sendBuffer(answer.body.data(), answer.body.size());
  }

 private:
  ScriptedUpstream& upstream_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(ScriptedUpstream& upstream) : upstream_(upstream) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return new Handler(upstream_);
  }

 private:
  ScriptedUpstream& upstream_;
};

class SteadyClock : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()),
            from_epoch_ms(1'772'439'330'000)};
  }
};

class CountingEntropy : public sync::Entropy {
 public:
  std::string token(std::size_t bytes) override {
    return fmt::format("token-{}-{}", bytes, ++count_);
  }

 private:
  std::atomic<int> count_ = 0;
};

}  // namespace

ScriptedAnswer answer_fixture(const std::string& name) {
  const std::string text = graph_fixture(name);
  const auto json = net::JsonView::parse(text);
  BOOST_REQUIRE_MESSAGE(json, name);
  ScriptedAnswer answer;
  answer.status = static_cast<int>((*json)["status"].integer().value());
  const net::JsonView body = (*json)["body"];
  answer.body = body.type() == net::JsonView::Type::string ? body.text() : std::string(body.raw());
  for (const char* header :
       {"Content-Type", "Retry-After", "WWW-Authenticate", "Location", "request-id"})
    if (const std::string value = (*json)["headers"][header].text(); !value.empty())
      answer.headers.emplace_back(header, value);
  return answer;
}

std::string ReceivedRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (net::same_without_case(key, name)) return value;
  return {};
}

ScriptedUpstream::ScriptedUpstream() {
  auto* const params = new Poco::Net::HTTPServerParams;  // the server shares its ownership
  params->setMaxThreads(4);
  server_ = std::make_unique<Poco::Net::HTTPServer>(
      new Factory(*this), Poco::Net::ServerSocket({"127.0.0.1", 0}), params);
  server_->start();
}

ScriptedUpstream::~ScriptedUpstream() {
  // Poco's acceptor looks up every quarter of a second only, unless somebody comes.
  const std::jthread caller([address = server_->socket().address()](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      try {
        Poco::Net::StreamSocket().connect(address, Poco::Timespan(0, 20'000));
      } catch (const Poco::Exception&) {
        return;
      }
    }
  });
  server_->stopAll(true);
}

void ScriptedUpstream::will_answer(ScriptedAnswer answer) {
  const MutexLock lock(mutex_);
  answers_.push_back(std::move(answer));
}

void ScriptedUpstream::will_answer(const std::string& fixture) {
  will_answer({.status = 200,
               .body = graph_fixture(fixture),
               .headers = {{"Content-Type", "application/json"}}});
}

std::string ScriptedUpstream::url() const {
  return fmt::format("http://127.0.0.1:{}", server_->port());
}

std::vector<ReceivedRequest> ScriptedUpstream::received() const {
  const MutexLock lock(mutex_);
  return received_;
}

ReceivedRequest ScriptedUpstream::only() const {
  const auto all = received();
  BOOST_REQUIRE_EQUAL(all.size(), 1U);
  return all[0];
}

ScriptedAnswer ScriptedUpstream::take(ReceivedRequest request) {
  const MutexLock lock(mutex_);
  received_.push_back(std::move(request));
  if (answers_.empty()) return {.status = 599, .body = "nothing is scripted"};
  ScriptedAnswer answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

UpstreamWorld::UpstreamWorld()
    : clock(std::make_unique<SteadyClock>()), entropy(std::make_unique<CountingEntropy>()) {
  auto opened = net::HttpClient::open({}, *clock);
  BOOST_REQUIRE(opened);
  client = *std::move(opened);
}

void UpstreamWorld::observed(std::string_view name, std::string_view operation, int status,
                             Duration took) {
  BOOST_TEST((took >= Duration::zero()));
  const MutexLock lock(mutex_);
  seen_.push_back(fmt::format("{} {} {}", name, operation, status));
}

std::vector<std::string> UpstreamWorld::seen() const {
  const MutexLock lock(mutex_);
  return seen_;
}

net::ObservedHttp UpstreamWorld::http(const std::string& name) {
  return {*client, *clock, *this, server_time, name};
}

net::Cloud UpstreamWorld::cloud() const {
  return net::with_overrides(*net::cloud_named("global"),
                             {.graph_url = upstream.url(), .login_url = upstream.url()});
}

}  // namespace belfry::tests
