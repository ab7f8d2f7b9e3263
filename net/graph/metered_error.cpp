#include "net/graph/metered_error.h"

#include <array>
#include <string>

#include "net/http/outcome.h"
#include "net/json/ascii.h"
#include "net/json/json_view.h"
#include "sync/port/sweep.h"

namespace belfry::net {
namespace {

struct Reason {
  std::string_view phrase;  ///< of the message, in lower case
  const char* code;
};
/// The first that fits: that of the used up capacity speaks of billing too.
constexpr std::array<Reason, 3> k_reasons = {{{"evaluation capacity", sync::k_capacity_used_up},
                                              {"azure subscription", sync::k_billing_missing},
                                              {"valid license", sync::k_licence_missing}}};

}  // namespace

Error metered_error(const HttpAnswer& answer, std::string_view operation) {
  Error error = classify(answer, operation);
  if (error.kind != ErrorKind::exhausted) return error;
  const auto json = JsonView::parse(answer.body);
  if (!json) return error;
  const std::string message = lower_case((*json)["error"]["message"].text());
  for (const auto& [phrase, code] : k_reasons) {
    if (message.find(phrase) == std::string::npos) continue;
    error.code = code;
    error.text += std::string(" ") + code;
    break;
  }
  return error;
}

}  // namespace belfry::net
