#include "sync/base/result.h"

namespace belfry {

const char* name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::transient:
      return "transient";
    case ErrorKind::throttled:
      return "throttled";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::forbidden:
      return "forbidden";
    case ErrorKind::gone:
      return "gone";
    case ErrorKind::exhausted:
      return "exhausted";
    case ErrorKind::refused:
      return "refused";
    case ErrorKind::in_doubt:
      return "in_doubt";
    case ErrorKind::damaged:
      return "damaged";
  }
  return "unknown";
}

}  // namespace belfry
