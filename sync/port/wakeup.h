#pragma once

namespace belfry::sync {

/// Told that there may be work earlier than the engine last said. In the service the runner's sleeping workers; in
/// the world nobody sleeps. Safe from any thread; never calls back into the engine.
class Wakeup {
 public:
  virtual ~Wakeup() = default;
  virtual void work_arrived() = 0;
};

}  // namespace belfry::sync
