#pragma once

#include <condition_variable>
#include <mutex>

// Lock discipline that clang's -Wthread-safety checks; libstdc++'s own mutex carries no attributes.
#if defined(__clang__)
#define BELFRY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define BELFRY_THREAD_ATTRIBUTE(x)
#endif
#define CAPABILITY(x) BELFRY_THREAD_ATTRIBUTE(capability(x))
#define SCOPED_CAPABILITY BELFRY_THREAD_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(x) BELFRY_THREAD_ATTRIBUTE(guarded_by(x))
#define REQUIRES(...) BELFRY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) BELFRY_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) BELFRY_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) BELFRY_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS BELFRY_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace belfry {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  /// For std::condition_variable only.
  std::mutex& native() { return mutex_; }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : lock_(mutex.native()) {}
  ~MutexLock() RELEASE() = default;
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  /// For waiting on a condition; the mutex is held again when the wait returns.
  std::unique_lock<std::mutex>& native() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace belfry
