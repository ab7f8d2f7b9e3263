#pragma once

#include <string>

#include "sync/base/time.h"

namespace belfry {

/// A line of the journal family: what was done, for the status page and the audit export.
struct JournalRecord {
  WallTime at;
  std::string event;   ///< name of the event, e.g. "delivered"
  std::string detail;  ///< `key=value` pairs as in the log; no content, ids as short hashes

  friend bool operator==(const JournalRecord&, const JournalRecord&) = default;
};

}  // namespace belfry
