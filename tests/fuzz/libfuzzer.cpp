#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

/// What libFuzzer calls; BELFRY_FUZZ_TARGET is a function of targets.h.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  belfry::fuzz::BELFRY_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
