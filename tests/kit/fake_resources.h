#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "sync/port/resource.h"
#include "tests/kit/script.h"

namespace belfry::kit {

/// Content that opens when its certificate is in use, verdicts as scripted, certificates by number.
/// Not for several threads at once.
class FakeResources : public sync::ResourceOpener {
 public:
  mutable Script script;
  sync::TokenVerdict verdict = sync::TokenVerdict::valid;
  /// What the closed content of a message turns out to be.
  std::map<MessageRef, Message> contents;
  std::vector<CertificateId> in_use;

  sync::TokenVerdict verify(const EncryptedResource&, WallTime) const override { return verdict; }
  Result<Message> open(const EncryptedResource& resource,
                       const MessageRef& expected) const override {
    return script.run("open", [&]() -> Result<Message> {
      const bool is_known =
          std::find(in_use.begin(), in_use.end(), resource.certificate) != in_use.end();
      if (!is_known) return fail(ErrorKind::gone, "certificate unknown");
      const auto found = contents.find(expected);
      if (found == contents.end()) return fail(ErrorKind::refused, "another message");
      return found->second;
    });
  }
  Result<Message> read(const Content&, const MessageRef& expected) const override {
    return script.run("read", [&]() -> Result<Message> {
      const auto found = contents.find(expected);
      if (found == contents.end()) return fail(ErrorKind::refused, "another message");
      return found->second;
    });
  }
  Result<> fetch_signing_keys() override {
    return script.run("fetch_signing_keys", [&]() -> Result<> {
      if (verdict == sync::TokenVerdict::unknown_key) verdict = after_fetch;
      return {};
    });
  }
  /// What `unknown_key` becomes once the keys were read.
  sync::TokenVerdict after_fetch = sync::TokenVerdict::valid;

  Result<EncryptionCertificate> make_certificate(WallTime now) override {
    return script.run("make_certificate", [&]() -> Result<EncryptionCertificate> {
      const std::string number = std::to_string(++made_);
      return EncryptionCertificate{CertificateId{"certificate-" + number},
                                   Secret{"private key " + number}, "certificate " + number, now};
    });
  }
  Result<> use_certificates(std::span<const EncryptionCertificate> certificates) override {
    return script.run("use_certificates", [&]() -> Result<> {
      in_use.clear();
      for (const EncryptionCertificate& one : certificates) in_use.push_back(one.id);
      return {};
    });
  }

 private:
  int made_ = 0;
};

}  // namespace belfry::kit
