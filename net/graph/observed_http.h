#pragma once

#include <string>
#include <string_view>

#include "net/http/http_client.h"
#include "net/http/observer.h"
#include "sync/base/result.h"
#include "sync/port/clock.h"
#include "sync/server_time.h"

namespace belfry::net {

/// The HTTP client as one upstream of Microsoft's sees it: each request is told to the observer
/// with its name and time, and each success tells the time there. Safe from any thread.
class ObservedHttp {
 public:
  ObservedHttp(HttpClient& http, const sync::Clock& clock, RequestObserver& observer,
               sync::ServerTime& server_time, std::string upstream);

  /// As HttpClient::send(). `operation` names the request, without ids.
  Result<HttpAnswer> send(std::string_view operation, const HttpRequest& request);

 private:
  HttpClient& http_;
  const sync::Clock& clock_;
  RequestObserver& observer_;
  sync::ServerTime& server_time_;
  std::string upstream_;
};

}  // namespace belfry::net
