#include "storage/gate.h"

namespace belfry::storage {

void Gate::enter(Mode mode) {
  MutexLock lock(mutex_);
  if (mode == Mode::shared) {
    while (is_alone_ || waiting_alone_ > 0) changed_.wait(lock.native());
    ++inside_;
    return;
  }
  ++waiting_alone_;
  while (is_alone_ || inside_ > 0) changed_.wait(lock.native());
  --waiting_alone_;
  is_alone_ = true;
}

void Gate::leave(Mode mode) {
  MutexLock lock(mutex_);
  if (mode == Mode::shared) {
    --inside_;
    if (inside_ == 0 && waiting_alone_ > 0) changed_.notify_all();
    return;
  }
  is_alone_ = false;
  changed_.notify_all();
}

}  // namespace belfry::storage
