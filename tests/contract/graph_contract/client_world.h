#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "net/entra/entra_client.h"
#include "net/graph/graph_client.h"
#include "net/graph/rich_notification.h"
#include "sync/base/mutex.h"
#include "sync/server_time.h"
#include "tests/sandbox/company.h"
#include "tests/sandbox/sandbox.h"

namespace Poco::Net {
class HTTPServer;
}

namespace belfry::tests {

/// Where notifications go: answers handshakes and keeps bodies.
class Subscriber {
 public:
  Subscriber();
  ~Subscriber();

  [[nodiscard]] std::string url(const std::string& path) const;
  /// From now on handshakes are answered with something else.
  void spoil_handshakes() { is_spoilt_ = true; }
  /// The next body, waited for half a minute at most; the test fails when none comes.
  [[nodiscard]] std::string next_body();

  /// For the server's threads.
  void keep(std::string body);
  [[nodiscard]] bool is_spoilt() const { return is_spoilt_; }

 private:
  std::unique_ptr<Poco::Net::HTTPServer> server_;
  std::atomic<bool> is_spoilt_ = false;
  Mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> bodies_ GUARDED_BY(mutex_);
  std::size_t taken_ GUARDED_BY(mutex_) = 0;
};

/// Our clients, wired as in the service, against the simulated Microsoft. Time there stands still.
class ClientWorld : public net::RequestObserver {
 public:
  ClientWorld();
  ~ClientWorld() override;

  void observed(std::string_view upstream, std::string_view operation, int status,
                Duration took) override;

  /// A token of the app, or of a person with all scopes that we ask for.
  [[nodiscard]] Secret app();
  [[nodiscard]] Secret token_of(const std::string& person);
  [[nodiscard]] WallTime now();
  [[nodiscard]] net::EntraClient entra_with(const std::string& secret,
                                            const std::string& tenant = {});

  /// Rich unless `certificate` is null.
  [[nodiscard]] sync::SubscriptionRequest request_for(const std::string& resource,
                                                      const EncryptionCertificate* certificate);

  sandbox::Sandbox microsoft;
  sandbox::Company company;
  Subscriber subscriber;
  sync::ServerTime server_time;

 private:
  std::unique_ptr<sync::Clock> clock_;
  std::unique_ptr<sync::Entropy> entropy_;
  std::unique_ptr<net::HttpClient> http_;
  std::atomic<int> requests_ = 0;

  [[nodiscard]] net::Cloud cloud() const;

 public:
  net::HttpClient& http() { return *http_; }
  net::EntraClient entra;
  net::GraphClient graph;
  net::RichNotifications rich;
};

}  // namespace belfry::tests
