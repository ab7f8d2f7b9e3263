#include "tests/sim/sim_resources.h"

namespace belfry::sim {
namespace {

constexpr const char* k_true_signature = "signed with the content's key";
constexpr const char* k_deleted = "deleted";
const std::string k_true_token = "token of Microsoft ";

std::string version_now(const SimCompany::Said& said) {
  return said.deleted ? k_deleted : std::to_string(said.edits.size());
}

}  // namespace

EncryptedResource SimResources::seal(const MessageRef& ref,
                                     const CertificateId& certificate) const {
  return {version_now(company_.said().at(ref)),          k_true_signature,  "key", certificate,
          {k_true_token + std::to_string(signing_key_)}, TenantId{"tenant"}};
}

EncryptedResource SimResources::forge() {
  return {"forged",
          k_true_signature,
          "key",
          CertificateId{"certificate-1"},
          {"token of a rogue"},
          TenantId{"tenant"}};
}

void SimResources::forget() {
  known_key_ = 0;
  certificates_.clear();
}

sync::TokenVerdict SimResources::verify(const EncryptedResource& resource, WallTime) const {
  const std::string& token = resource.validation_tokens.front();
  if (!token.starts_with(k_true_token)) return sync::TokenVerdict::invalid;
  const int key = std::stoi(token.substr(k_true_token.size()));
  return key <= known_key_ ? sync::TokenVerdict::valid : sync::TokenVerdict::unknown_key;
}

Message SimResources::read_version(const std::string& version, const MessageRef& ref) const {
  const SimCompany::Said& said = company_.said().at(ref);
  return version == k_deleted ? SimCompany::tombstone_of(said)
                              : SimCompany::version_of(said, std::stoul(version));
}

Result<Message> SimResources::open(const EncryptedResource& resource,
                                   const MessageRef& expected) const {
  if (!certificates_.contains(resource.certificate))
    return fail(ErrorKind::gone, "an unknown certificate");
  if (resource.signature != k_true_signature) return fail(ErrorKind::refused, "signature");
  return read_version(resource.data, expected);
}

Result<Message> SimResources::read(const Content& json, const MessageRef& expected) const {
  return read_version(json.reveal(), expected);
}

Content SimResources::json_of(const SimCompany::Said& said) {
  return Content{version_now(said)};
}

Result<> SimResources::fetch_signing_keys() {
  return turbulence_.request<void>(ErrorKind::transient, [&]() -> Result<> {
    known_key_ = signing_key_;
    return {};
  });
}

Result<EncryptionCertificate> SimResources::make_certificate(WallTime now) {
  const std::string name = "certificate-" + std::to_string(++certificates_made_);
  return EncryptionCertificate{CertificateId{name}, Secret{"key"}, name, now};
}

Result<> SimResources::use_certificates(std::span<const EncryptionCertificate> certificates) {
  certificates_.clear();
  for (const EncryptionCertificate& one : certificates) certificates_.insert(one.id);
  return {};
}

}  // namespace belfry::sim
