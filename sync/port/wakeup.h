#pragma once

namespace belfry::sync {

/// Which upstream a piece of work may have to wait for. Workers have slots of one kind, so that a
/// slow upstream cannot starve the other.
enum class Slot { graph, mattermost };

/// Told that there may be work earlier than the engine last said: one more piece for a worker of
/// this slot. In the service the runner's sleeping workers; in the world nobody sleeps. Safe from
/// any thread; never calls back.
class Wakeup {
 public:
  virtual ~Wakeup() = default;
  virtual void work_arrived(Slot slot) = 0;
};

}  // namespace belfry::sync
