#pragma once

#include <string>
#include <vector>

#include "sync/port/resource.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Certificates without keys, content that nobody can open. Not for several threads at once.
class FakeResources : public sync::ResourceOpener {
 public:
  Script script;
  std::vector<CertificateId> used;  ///< the certificates in use now

  sync::TokenVerdict verify(const EncryptedResource&, WallTime) const override {
    return sync::TokenVerdict::valid;
  }
  Result<Message> open(const EncryptedResource&, const MessageRef&) const override {
    return fail(ErrorKind::gone, "no key");
  }
  Result<> fetch_signing_keys() override {
    return script.run("fetch_signing_keys", [] { return Result<>(); });
  }
  Result<EncryptionCertificate> make_certificate(WallTime now) override {
    return script.run("make_certificate", [&]() -> Result<EncryptionCertificate> {
      const std::string name = "certificate-" + std::to_string(++made_);
      return EncryptionCertificate{CertificateId{name}, Secret("key of " + name),
                                   "base64 of " + name, now};
    });
  }
  Result<> use_certificates(std::span<const EncryptionCertificate> certificates) override {
    used.clear();
    for (const EncryptionCertificate& one : certificates) used.push_back(one.id);
    return {};
  }

 private:
  int made_ = 0;
};

}  // namespace belfry::kit
