#pragma once

#include <optional>
#include <set>
#include <string>

#include "sync/port/resource.h"
#include "tests/sim/faults.h"
#include "tests/sim/sim_company.h"

namespace belfry::sim {

/// Rich content without cryptography: it is "encrypted" by naming the version that it holds, and
/// "signed" with a key that Microsoft changes now and then. True vectors are tested where the real
/// opener lives.
class SimResources : public sync::ResourceOpener {
 public:
  SimResources(const SimCompany& company, Turbulence& turbulence)
      : company_(company), turbulence_(turbulence) {}

  /// The content of a rich notification of the message as it is now.
  [[nodiscard]] EncryptedResource seal(const MessageRef& ref,
                                       const CertificateId& certificate) const;
  /// Content that is not from Microsoft.
  [[nodiscard]] static EncryptedResource forge();
  /// Microsoft signs with another key from now on.
  void change_signing_key() { ++signing_key_; }
  /// The process ended: what it had read is gone.
  void forget();

  [[nodiscard]] sync::TokenVerdict verify(const EncryptedResource& resource,
                                          WallTime received) const override;
  [[nodiscard]] Result<Message> open(const EncryptedResource& resource,
                                     const MessageRef& expected) const override;
  [[nodiscard]] Result<Message> read(const Content& json,
                                     const MessageRef& expected) const override;
  Result<> fetch_signing_keys() override;
  Result<EncryptionCertificate> make_certificate(WallTime now) override;
  Result<> use_certificates(std::span<const EncryptionCertificate> certificates) override;

  /// The JSON of a message as Graph's lists give it.
  [[nodiscard]] static Content json_of(const SimCompany::Said& said);

 private:
  [[nodiscard]] Message read_version(const std::string& version, const MessageRef& ref) const;

  const SimCompany& company_;
  Turbulence& turbulence_;
  int signing_key_ = 1;
  int known_key_ = 0;
  int certificates_made_ = 0;
  std::set<CertificateId> certificates_;
};

}  // namespace belfry::sim
