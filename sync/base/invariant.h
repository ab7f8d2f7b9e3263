#pragma once

namespace belfry {

/// Stays on in releases and aborts: a restart from a sound store beats a wrong post. For our own
/// mistakes only, never for input. `what` says what must be true.
void invariant(bool holds, const char* what, const char* file = __builtin_FILE(),
               int line = __builtin_LINE());

}  // namespace belfry
