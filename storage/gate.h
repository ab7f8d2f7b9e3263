#pragma once

#include <condition_variable>
#include <cstddef>

#include "sync/base/mutex.h"

namespace belfry::storage {

/// Many may be inside, or one alone. Who wants to be alone goes before those who come later:
/// std::shared_mutex may let readers pass for ever, and then a failing store would never be mended.
/// Not to be entered twice by one thread.
class Gate {
 public:
  enum class Mode { shared, alone };

  void enter(Mode mode) EXCLUDES(mutex_);
  void leave(Mode mode) EXCLUDES(mutex_);

  /// Inside for a scope.
  class Pass {
   public:
    Pass(Gate& gate, Mode mode) : gate_(&gate), mode_(mode) { gate_->enter(mode_); }
    Pass(Pass&& other) noexcept : gate_(other.gate_), mode_(other.mode_) { other.gate_ = nullptr; }
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave(mode_);
    }

   private:
    Gate* gate_;
    Mode mode_;
  };

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  std::size_t inside_ GUARDED_BY(mutex_) = 0;
  std::size_t waiting_alone_ GUARDED_BY(mutex_) = 0;
  bool is_alone_ GUARDED_BY(mutex_) = false;
};

}  // namespace belfry::storage
