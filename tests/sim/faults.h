#pragma once

#include <cstdint>
#include <functional>
#include <set>
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
  std::uint64_t slow = 0;          ///< our answer to a webhook takes more than ten seconds
  std::uint64_t edited = 0;        ///< a message is edited later
  std::uint64_t deleted = 0;       ///< a message is deleted later
  std::uint64_t forged = 0;        ///< a webhook that nobody of Microsoft's sent
  std::uint64_t lagging = 0;       ///< Graph's lists show a message minutes after it was written
  std::uint64_t void_link = 0;     ///< 410: the kept link of delta is not known any more
  std::uint64_t closed = 0;        ///< 402 although the month has some left
  std::uint64_t damaged = 0;       ///< what the store had of an account's sweeps cannot be read
  std::uint64_t unpostable = 0;    ///< Mattermost refuses a message's post for good
  std::uint64_t unreadable = 0;    ///< Graph refuses a message for good

  [[nodiscard]] static FaultRates chosen_by(Dice& dice);
  /// For a world of weeks, in which all of it happens many times.
  [[nodiscard]] static FaultRates rare_ones_chosen_by(Dice& dice);
};

/// Virtual time; moves only when the world says so.
class VirtualClock : public sync::Clock {
 public:
  [[nodiscard]] Moment now() const override { return now_; }
  /// Before anything has happened.
  void begin_at(WallTime wall) { now_.wall = wall; }
  void advance_to(Instant steady) {
    if (steady <= now_.steady) return;
    now_.wall += steady - now_.steady;
    now_.steady = steady;
  }

 private:
  /// A Monday morning.
  Moment now_{Instant{std::chrono::hours{1}}, WallTime{std::chrono::seconds{1'772'439'330}}};
};

/// The clocks of the machine that the service runs on: its time of day may be another than the
/// world's.
class MachineClock : public sync::Clock {
 public:
  explicit MachineClock(const sync::Clock& world) : world_(world) {}
  [[nodiscard]] Moment now() const override {
    const Moment now = world_.now();
    return {now.steady, now.wall + ahead_};
  }
  void set_ahead(Duration ahead) { ahead_ = ahead; }

 private:
  const sync::Clock& world_;
  Duration ahead_{};
};

/// What may happen around one call of an upstream: other stages step meanwhile, it fails, its
/// answer is lost, the process dies, or the upstream is down for a while. The effect is placed at
/// the beginning or at the end of the call.
class Turbulence {
 public:
  Turbulence(const sync::Clock& clock, Dice& dice, const FaultRates& rates)
      : clock_(clock), dice_(dice), rates_(rates) {}

  /// Runs other work of the world; set by the world.
  std::function<void()> meanwhile;
  /// Told of each request that went wrong by the world's hand.
  std::function<void()> disturbed;
  /// Told of each success that reached the caller.
  std::function<void()> answered;
  bool is_calm = false;  ///< the world is healed: nothing goes wrong any more

  /// 503 to all until then.
  void go_down(Duration time) { down_until_ = clock_.now().steady + time; }
  [[nodiscard]] bool is_down() const { return !is_calm && clock_.now().steady < down_until_; }

  /// A request. `lost` = how a lost answer shows: in_doubt for a POST, else transient.
  template <class T, class Effect>
  Result<T> request(ErrorKind lost, Effect&& effect) {
    Result<T> result = turbulent<T>(lost, std::forward<Effect>(effect));
    if (!result) kinds_.insert(result.error().kind);
    if (result && answered) answered();
    return result;
  }
  /// Errors that were answered.
  [[nodiscard]] const std::set<ErrorKind>& kinds() const { return kinds_; }

 private:
  template <class T, class Effect>
  Result<T> turbulent(ErrorKind lost, Effect&& effect) {
    if (is_calm) return effect();
    if (is_down()) return disturb(Error{lost, "injected: down", {}, 503, {}});
    if (dice_.falls(rates_.refused))
      return disturb(Error{ErrorKind::transient, "injected: refused", {}, 0, {}});
    if (dice_.falls(rates_.throttled)) return disturb(throttled());
    if (dice_.falls(rates_.unauthorized))
      return disturb(Error{ErrorKind::unauthorized, "injected: unauthorized", {}, 401, {}});
    if (dice_.falls(rates_.crash)) throw Crash{};
    const bool effect_first = dice_.falls(500);
    if (!effect_first && meanwhile) meanwhile();
    Result<T> result = effect();
    if (effect_first && meanwhile) meanwhile();
    if (dice_.falls(rates_.crash)) throw Crash{};
    if (dice_.falls(rates_.lost_answer))
      return disturb(Error{lost, "injected: lost answer", {}, 0, {}});
    return result;
  }
  tl::unexpected<Error> disturb(Error error) {
    if (disturbed) disturbed();
    return fail(std::move(error));
  }
  Error throttled() {
    Error error{ErrorKind::throttled, "injected: throttled", std::nullopt, 429, {}};
    if (dice_.falls(500)) error.retry_after = std::chrono::seconds{dice_.between(1, 30)};
    return error;
  }

  const sync::Clock& clock_;
  Dice& dice_;
  const FaultRates& rates_;
  Instant down_until_;
  std::set<ErrorKind> kinds_;
};

}  // namespace belfry::sim
