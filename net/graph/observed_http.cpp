#include "net/graph/observed_http.h"

#include <utility>

namespace belfry::net {

ObservedHttp::ObservedHttp(HttpClient& http, const sync::Clock& clock, RequestObserver& observer,
                           std::string upstream)
    : http_(http), clock_(clock), observer_(observer), upstream_(std::move(upstream)) {}

Result<HttpAnswer> ObservedHttp::send(std::string_view operation, const HttpRequest& request) {
  const Instant begin = clock_.now().steady;
  auto answer = http_.send(request);
  observer_.observed(upstream_, operation, answer ? answer->status : 0,
                     clock_.now().steady - begin);
  if (!answer) answer.error().text = std::string(operation) + ": " + answer.error().text;
  return answer;
}

}  // namespace belfry::net
