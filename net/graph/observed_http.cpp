#include "net/graph/observed_http.h"

#include <utility>

#include "net/http/outcome.h"

namespace belfry::net {

ObservedHttp::ObservedHttp(HttpClient& http, const sync::Clock& clock, RequestObserver& observer,
                           sync::ServerTime& server_time, std::string upstream)
    : http_(http),
      clock_(clock),
      observer_(observer),
      server_time_(server_time),
      upstream_(std::move(upstream)) {}

Result<HttpAnswer> ObservedHttp::send(std::string_view operation, const HttpRequest& request) {
  const Instant begin = clock_.now().steady;
  auto answer = http_.send(request);
  const Moment now = clock_.now();
  observer_.observed(upstream_, operation, answer ? answer->status : 0, now.steady - begin);
  // What is between us and Microsoft answers errors by its own clock.
  if (answer && answer->status >= 200 && answer->status < 300) {
    if (const auto date = date_of(*answer)) server_time_.heard(*date, now);
  }
  if (!answer) answer.error().text = std::string(operation) + ": " + answer.error().text;
  return answer;
}

}  // namespace belfry::net
