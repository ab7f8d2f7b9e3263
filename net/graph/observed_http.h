#pragma once

#include <string>
#include <string_view>

#include "net/http/http_client.h"
#include "net/http/observer.h"
#include "sync/base/result.h"
#include "sync/port/clock.h"

namespace belfry::net {

/// The HTTP client as one upstream sees it: each request is told to the observer with its name and
/// time. Safe from any thread.
class ObservedHttp {
 public:
  ObservedHttp(HttpClient& http, const sync::Clock& clock, RequestObserver& observer,
               std::string upstream);

  /// As HttpClient::send(). `operation` names the request, without ids.
  Result<HttpAnswer> send(std::string_view operation, const HttpRequest& request);

 private:
  HttpClient& http_;
  const sync::Clock& clock_;
  RequestObserver& observer_;
  std::string upstream_;
};

}  // namespace belfry::net
