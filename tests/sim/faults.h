#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/clock.h"
#include "tests/sim/dice.h"

namespace belfry::sim {

/// The process dies here: thrown out of a port by the world. The engine and everything unsynced are
/// dropped.
struct Crash {};

/// How often things go wrong, in thousandths. A world switches on a random subset, so that some
/// worlds have only one.
struct FaultRates {
  std::uint64_t refused = 0;       ///< fails before anything was done
  std::uint64_t lost_answer = 0;   ///< done, but the answer never comes
  std::uint64_t throttled = 0;     ///< 429 with or without Retry-After
  std::uint64_t unauthorized = 0;  ///< the token is void
  std::uint64_t crash = 0;         ///< the process dies before or after the effect
  std::uint64_t duplicate = 0;     ///< a webhook comes again
  std::uint64_t late = 0;          ///< a webhook overtakes another
  std::uint64_t unannounced = 0;   ///< no webhook ever comes, and nothing tells of it
  std::uint64_t edited = 0;        ///< a message is edited later
  std::uint64_t deleted = 0;       ///< a message is deleted later
  std::uint64_t forged = 0;        ///< a webhook that nobody of Microsoft's sent

  [[nodiscard]] static FaultRates chosen_by(Dice& dice);
};

/// Virtual time; moves only when the world says so.
class VirtualClock : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override { return now_; }
  void advance_to(Instant steady) {
    if (steady <= now_.steady) return;
    now_.wall += steady - now_.steady;
    now_.steady = steady;
  }

 private:
  Moment now_{Instant{std::chrono::hours{1}}, WallTime{std::chrono::seconds{1'772'439'330}}};
};

/// What may happen around one call of a port: other stages step meanwhile, it fails, its answer is
/// lost, the process dies. The effect is placed at the beginning or at the end of the call.
class Turbulence {
 public:
  Turbulence(Dice& dice, const FaultRates& rates) : dice_(dice), rates_(rates) {}

  /// Runs other work of the world; set by the world.
  std::function<void()> meanwhile;
  bool is_calm = false;  ///< the world is healed: nothing goes wrong any more

  /// A request. `lost` = how a lost answer shows: in_doubt for a POST, else transient.
  template <class T, class Effect>
  Result<T> request(ErrorKind lost, Effect&& effect) {
    if (is_calm) return effect();
    if (dice_.falls(rates_.refused)) return fail(ErrorKind::transient, "injected: refused");
    if (dice_.falls(rates_.throttled)) return fail(throttled());
    if (dice_.falls(rates_.unauthorized))
      return fail(ErrorKind::unauthorized, "injected: unauthorized");
    if (dice_.falls(rates_.crash)) throw Crash{};
    const bool effect_first = dice_.falls(500);
    if (!effect_first && meanwhile) meanwhile();
    Result<T> result = effect();
    if (effect_first && meanwhile) meanwhile();
    if (dice_.falls(rates_.crash)) throw Crash{};
    if (dice_.falls(rates_.lost_answer)) return fail(lost, "injected: lost answer");
    return result;
  }

 private:
  Error throttled() {
    Error error{ErrorKind::throttled, "injected: throttled", std::nullopt, 429, {}};
    if (dice_.falls(500)) error.retry_after = std::chrono::seconds{dice_.between(1, 30)};
    return error;
  }

  Dice& dice_;
  const FaultRates& rates_;
};

}  // namespace belfry::sim
