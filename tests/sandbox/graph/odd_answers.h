#pragma once

#include <string>
#include <string_view>

#include "tests/sandbox/fault.h"

/// Answers of Graph that were seen in the wild and that its documentation does not promise, as
/// rules for a fault plan. `operation` is a glob such as `graph.list_*`.
namespace belfry::sandbox {

/// Any Graph error with its code, in Graph's envelope.
[[nodiscard]] FaultRule graph_answers(std::string operation, int status, std::string_view code,
                                      std::string_view message = "Injected by the fault plan.");
[[nodiscard]] FaultRule throttled_for(std::string operation, std::string retry_after);
[[nodiscard]] FaultRule throttled_without_retry_after(std::string operation);
[[nodiscard]] FaultRule redirected_without_location(std::string operation);
[[nodiscard]] FaultRule unavailable_on_create();
[[nodiscard]] FaultRule unknown_on_renewal();
[[nodiscard]] FaultRule bad_gateway_in_html(std::string operation);

}  // namespace belfry::sandbox
