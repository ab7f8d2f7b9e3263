// Preloaded into the unchanged program (LD_PRELOAD): its time of day is BELFRY_TEST_AHEAD_MS ahead
// of the machine's. Clocks that only measure are left alone, so that waits stay as long as they
// are.
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

constexpr std::int64_t k_nanoseconds = 1'000'000'000;

std::int64_t ahead_ms() {
  static const std::int64_t ahead = [] {
    const char* text = std::getenv("BELFRY_TEST_AHEAD_MS");
    return text == nullptr ? std::int64_t{0} : std::int64_t{std::strtoll(text, nullptr, 10)};
  }();
  return ahead;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  const long result = ::syscall(SYS_clock_gettime, clock, time);
  if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
    return static_cast<int>(result);
  const std::int64_t nanoseconds = time->tv_nsec + ahead_ms() % 1000 * 1'000'000;
  time->tv_sec += ahead_ms() / 1000 + nanoseconds / k_nanoseconds;
  time->tv_nsec = nanoseconds % k_nanoseconds;
  return 0;
}

extern "C" int gettimeofday(timeval* time, void* /*zone*/) {
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

extern "C" time_t time(time_t* place) {
  timespec now{};
  static_cast<void>(clock_gettime(CLOCK_REALTIME, &now));
  if (place != nullptr) *place = now.tv_sec;
  return now.tv_sec;
}
