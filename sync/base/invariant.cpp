#include "sync/base/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace belfry {

void invariant(bool holds, const char* what, const char* file, int line) {
  if (holds) return;
  std::fprintf(stderr, "belfry: broken invariant: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace belfry
