#pragma once

#include <string>
#include <string_view>

namespace belfry::net {

/// ASCII letters only: identifiers, enum values and host names, never what people wrote.
[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] bool same_without_case(std::string_view a, std::string_view b);

}  // namespace belfry::net
