#include "tests/contract/graph_contract/client_world.h"

#include <chrono>

#include <Poco/Net/HTMLForm.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

namespace belfry::tests {
namespace {

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Handler(Subscriber& subscriber) : subscriber_(subscriber) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    std::string body;
    Poco::StreamCopier::copyToString(request.stream(), body);
    for (const auto& [name, value] : Poco::URI(request.getURI()).getQueryParameters()) {
      if (name != "validationToken") continue;
      response.setContentType("text/plain");
      const std::string answer = subscriber_.is_spoilt() ? "hello" : value;
      response.sendBuffer(answer.data(), answer.size());
      return;
    }
    subscriber_.keep(std::move(body));
    response.setStatus(Poco::Net::HTTPResponse::HTTP_ACCEPTED);
    response.send();
  }

 private:
  Subscriber& subscriber_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(Subscriber& subscriber) : subscriber_(subscriber) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return new Handler(subscriber_);
  }

 private:
  Subscriber& subscriber_;
};

class SteadyClock : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()), {}};
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

std::unique_ptr<net::HttpClient> open_http(const sync::Clock& clock) {
  auto opened = net::HttpClient::open({}, clock);
  BOOST_REQUIRE(opened);
  return *std::move(opened);
}

sandbox::SandboxOptions options() {
  sandbox::SandboxOptions options;
  options.scale = 0;
  options.graph.rate_limits = false;
  return options;
}

}  // namespace

Subscriber::Subscriber() {
  auto* const params = new Poco::Net::HTTPServerParams;  // the server shares its ownership
  params->setKeepAlive(false);
  server_ = std::make_unique<Poco::Net::HTTPServer>(
      new Factory(*this), Poco::Net::ServerSocket({"127.0.0.1", 0}), params);
  server_->start();
}

Subscriber::~Subscriber() {
  server_->stopAll(true);
}

std::string Subscriber::url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", server_->port(), path);
}

void Subscriber::keep(std::string body) {
  const MutexLock lock(mutex_);
  bodies_.push_back(std::move(body));
  came_.notify_all();
}

std::string Subscriber::next_body() NO_THREAD_SAFETY_ANALYSIS {
  MutexLock lock(mutex_);
  const bool came =
      came_.wait_for(lock.native(), std::chrono::seconds(30),
                     [this]() NO_THREAD_SAFETY_ANALYSIS { return bodies_.size() > taken_; });
  BOOST_REQUIRE(came);
  return bodies_[taken_++];
}

ClientWorld::ClientWorld()
    : microsoft(options()),
      company(sandbox::make_company(microsoft)),
      clock_(std::make_unique<SteadyClock>()),
      entropy_(std::make_unique<CountingEntropy>()),
      http_(open_http(*clock_)),
      entra(entra_with(microsoft.directory().client_secrets().at(0))),
      graph(net::ObservedHttp(*http_, *clock_, *this, server_time, "graph"), *entropy_, cloud()),
      rich(*http_, *entropy_,
           {.tenant = TenantId(microsoft.directory().tenant_id()),
            .client_id = microsoft.directory().client_id(),
            .cloud = cloud()},
           {.rsa_bits = 2048}) {}

ClientWorld::~ClientWorld() = default;

void ClientWorld::observed(std::string_view, std::string_view, int, Duration) {
  ++requests_;
}

net::Cloud ClientWorld::cloud() const {
  return net::with_overrides(*net::cloud_named("global"), {.graph_url = microsoft.graph_url(),
                                                           .login_url = microsoft.entra_url()});
}

net::EntraClient ClientWorld::entra_with(const std::string& secret, const std::string& tenant) {
  return {net::ObservedHttp(*http_, *clock_, *this, server_time, "entra"),
          cloud(),
          {.tenant = TenantId(tenant.empty() ? microsoft.directory().tenant_id() : tenant),
           .client_id = microsoft.directory().client_id(),
           .client_secret = Secret(secret)}};
}

Secret ClientWorld::app() {
  const auto grant = entra.app_token();
  BOOST_REQUIRE(grant);
  return grant->access;
}

Secret ClientWorld::token_of(const std::string& person) {
  return Secret(microsoft.entra()
                    .sign_in(person, {"Chat.Read", "ChatMessage.Read", "Files.Read.All",
                                      "User.Read", "offline_access"})
                    .access_token);
}

WallTime ClientWorld::now() {
  return from_epoch_ms(microsoft.clock().now_ms());
}

sync::SubscriptionRequest ClientWorld::request_for(const std::string& resource,
                                                   const EncryptionCertificate* certificate) {
  sync::SubscriptionRequest request;
  request.spec = {.resource = resource,
                  .change_types = "created,updated,deleted",
                  .rich = certificate != nullptr};
  request.notification_url = subscriber.url("/changes");
  request.lifecycle_url = subscriber.url("/lifecycle");
  request.client_state = Secret("our secret");
  request.expires = now() + std::chrono::hours(70);
  if (certificate != nullptr) {
    request.certificate = certificate->id;
    request.certificate_base64 = certificate->certificate_base64;
  }
  return request;
}

}  // namespace belfry::tests
