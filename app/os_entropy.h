#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "sync/base/mutex.h"
#include "sync/base/secret.h"
#include "sync/port/random.h"
#include "sync/port/signer.h"

namespace belfry::app {

/// Unguessable bytes from the operating system, through OpenSSL. Safe from any thread.
class OsEntropy : public sync::Entropy {
 public:
  [[nodiscard]] std::string token(std::size_t bytes) override;
};

/// Jitter; seeded by the operating system. Safe from any thread.
class JitterRandom : public sync::Random {
 public:
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) override;

 private:
  Mutex mutex_;
  std::mt19937_64 engine_ GUARDED_BY(mutex_){std::random_device{}()};
};

/// HMAC-SHA-256 with a key that is derived from the master key and the installation's id: it
/// outlives restarts and is stored nowhere.
class HmacSigner : public sync::Signer {
 public:
  HmacSigner(const Secret& master_key, std::string_view instance_id);
  [[nodiscard]] std::string sign(std::string_view purpose, std::string_view text) const override;

 private:
  Secret key_;
};

}  // namespace belfry::app
