#pragma once

#include <vector>

#include "sync/sweep_request.h"

namespace belfry::kit {

/// Remembers what was asked for, and does nothing.
class RecordingSweepRequests : public sync::SweepRequests {
 public:
  void request(const sync::SweepRequest& request) override { triggers.push_back(request.trigger); }

  std::vector<SweepTrigger> triggers;
};

}  // namespace belfry::kit
