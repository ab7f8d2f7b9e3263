#include "sync/certificates.h"

#include <algorithm>

namespace belfry::sync {
namespace {

constexpr Duration k_check_every = std::chrono::hours{1};
/// Making fails when memory or the store does: nothing that seconds of trying would mend.
constexpr Duration k_make_again = std::chrono::minutes{1};

}  // namespace

Certificates::Certificates(SubscriptionStore& store, ResourceOpener& resources, Journal& journal,
                           const SubscriptionPolicy& policy)
    : store_(store), resources_(resources), journal_(journal), policy_(policy) {}

Result<> Certificates::open() {
  auto stored = store_.certificates();
  if (!stored) return fail(stored.error());
  certificates_ = std::move(*stored);
  return resources_.use_certificates(certificates_);
}

const EncryptionCertificate* Certificates::newest() const {
  return certificates_.empty() ? nullptr : &certificates_.back();
}

Certificates::Kept Certificates::keep(const std::set<CertificateId>& referenced, Moment now) {
  const bool has_fresh =
      !certificates_.empty() && now.wall - certificates_.back().made_at < policy_.certificate_lives;
  if (!has_fresh) return make(now);
  due_ = now.steady + k_check_every;
  drop_unneeded(referenced, now);
  return Kept::unchanged;
}

Certificates::Kept Certificates::make(Moment now) {
  const auto made = resources_.make_certificate(now.wall);
  const auto stored = made ? store_.put_certificate(*made) : Result<>(fail(made.error()));
  if (!stored) {
    journal_.record(StoreTrouble{"make a certificate", stored.error()});
    due_ = now.steady + (newest() == nullptr ? policy_.retry.first : k_make_again);
    return Kept::unchanged;
  }
  certificates_.push_back(*made);
  if (const auto used = resources_.use_certificates(certificates_); !used) {
    journal_.record(StoreTrouble{"use certificates", used.error()});
  }
  journal_.record(CertificateMade{made->id});
  due_ = now.steady + k_check_every;
  return Kept::made;
}

void Certificates::drop_unneeded(const std::set<CertificateId>& referenced, Moment now) {
  const auto is_needed = [&](const EncryptionCertificate& certificate) {
    Instant& last_used = last_used_.try_emplace(certificate.id, now.steady).first->second;
    if (referenced.contains(certificate.id) || certificate.id == certificates_.back().id)
      last_used = now.steady;
    return now.steady - last_used < policy_.old_certificate_kept;
  };
  std::vector<EncryptionCertificate> needed;
  for (const EncryptionCertificate& certificate : certificates_) {
    bool stays = is_needed(certificate);
    if (!stays) {
      if (const auto removed = store_.remove_certificate(certificate.id); !removed) {
        journal_.record(StoreTrouble{"remove a certificate", removed.error()});
        stays = true;
      }
    }
    if (stays) needed.push_back(certificate);
  }
  if (needed.size() == certificates_.size()) return;
  certificates_ = std::move(needed);
  std::erase_if(last_used_, [this](const auto& one) {
    return std::none_of(certificates_.begin(), certificates_.end(),
                        [&one](const auto& certificate) { return certificate.id == one.first; });
  });
  if (const auto used = resources_.use_certificates(certificates_); !used) {
    journal_.record(StoreTrouble{"use certificates", used.error()});
  }
}

}  // namespace belfry::sync
