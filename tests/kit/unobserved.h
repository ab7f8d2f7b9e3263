#pragma once

#include <string_view>

#include "net/http/observer.h"

namespace belfry::kit {

/// Nobody counts the requests.
class Unobserved : public net::RequestObserver {
 public:
  void observed(std::string_view, std::string_view, int, Duration) override {}
};

}  // namespace belfry::kit
