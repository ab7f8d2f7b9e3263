#include "sync/model/file.h"

namespace belfry {

const char* name_of(FileTrouble trouble) {
  switch (trouble) {
    case FileTrouble::no_access:
      return "no_access";
    case FileTrouble::gone:
      return "gone";
    case FileTrouble::blocked:
      return "blocked";
    case FileTrouble::folder:
      return "folder";
    case FileTrouble::too_large:
      return "too_large";
    case FileTrouble::empty:
      return "empty";
    case FileTrouble::unreachable:
      return "unreachable";
    case FileTrouble::refused:
      return "refused";
  }
  return "unknown";
}

}  // namespace belfry
