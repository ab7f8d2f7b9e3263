#include "sync/signing_key_upkeep.h"

namespace belfry::sync {

SigningKeyUpkeep::SigningKeyUpkeep(ResourceOpener& resources, Random& random, Journal& journal,
                                   const SigningKeyPolicy& policy)
    : resources_(resources), random_(random), journal_(journal), policy_(policy) {}

Result<Instant> SigningKeyUpkeep::read_for_unknown(Moment now) {
  {
    MutexLock lock(mutex_);
    if (is_reading_) return now.steady + policy_.busy_pause;
    if (now.steady < not_before_)
      return fail(ErrorKind::throttled, "the signing keys were read a moment ago");
    is_reading_ = true;
  }
  if (const auto done = read(now); !done) return fail(done.error());
  return now.steady;
}

StepOutcome SigningKeyUpkeep::step(Moment now) {
  {
    MutexLock lock(mutex_);
    if (!due_) return {false, now.steady + policy_.lives};
    if (*due_ > now.steady) return {false, *due_};
    if (is_reading_) return {false, now.steady + policy_.busy_pause};
    is_reading_ = true;
  }
  if (const auto done = read(now); !done) journal_.record(SigningKeysUnread{done.error()});
  MutexLock lock(mutex_);
  return {false, *due_};
}

Result<> SigningKeyUpkeep::read(Moment now) {
  auto done = resources_.fetch_signing_keys();
  MutexLock lock(mutex_);
  is_reading_ = false;
  if (done) {
    not_before_ = now.steady + policy_.every;
    due_ = now.steady + policy_.lives;
    failures_ = 0;
  } else {
    not_before_ = now.steady + policy_.soon_again;
    if (due_) due_ = now.steady + delay_after(done.error(), failures_++, policy_.retry, random_);
  }
  return done;
}

}  // namespace belfry::sync
