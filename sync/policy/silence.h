#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sync/base/time.h"
#include "sync/model/sweep.h"

namespace belfry::sync {

/// When it is a bad sign that no webhook comes.
struct SilencePolicy {
  /// `reconcile.silence`: none = learnt from the traffic.
  std::optional<Duration> fixed;
  /// Messages that would usually have come meanwhile. When they come by chance, none of eight comes
  /// once in 3,000 times; and the next alarm takes twice as many, until traffic is back.
  double expected = 8;
  /// Graph tells of a message within a minute, and after an outage of its own later.
  Duration least = std::chrono::minutes{10};
  /// Of the newest week in what is usual: old habits fade within two months.
  float newest_weighs = 0.3F;
  /// Microsoft's terms allow looking whether something changed once a day, more often only after an
  /// incident. A look that found nothing saw none: there are no more of them in a day than so many.
  std::size_t most_in_vain = 2;
  Duration in_vain_within = std::chrono::hours{24};
  /// Traffic is back with this share of what is usual: a single webhook says nothing of the others.
  double back = 0.5;
};

/// Messages that usually come between two times; hours that were never seen count nothing.
[[nodiscard]] double usual_traffic(const TrafficProfile& profile, WallTime from, WallTime to);
/// In a full hour that brought `came`, which is what is usual where the hour was never seen.
[[nodiscard]] double usual_beside(const TrafficProfile& profile, WallTime hour, double came);

/// What is usual after one more full hour, the one that begins at `profile.counted_to`.
[[nodiscard]] TrafficProfile learnt(TrafficProfile profile, std::uint32_t count,
                                    const SilencePolicy& policy);

/// `heard` = the last webhook, or the last alarm if that was later; `alarms` = how many there were
/// since traffic was as usual.
[[nodiscard]] bool is_alarming(const TrafficProfile& profile, WallTime heard, int alarms,
                               WallTime now, const SilencePolicy& policy);

}  // namespace belfry::sync
