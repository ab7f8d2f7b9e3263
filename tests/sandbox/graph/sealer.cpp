#include "tests/sandbox/graph/sealer.h"

#include <array>

#include <fmt/format.h>

#include "tests/sandbox/web.h"

namespace belfry::sandbox {

namespace {

// Graph's own publisher: the application that signs for change notifications.
constexpr std::string_view k_publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086";
constexpr std::string_view k_stranger = "12345678-1234-1234-1234-123456789abc";
constexpr std::int64_t k_token_life_s = 29'100;  // about 8 hours
constexpr std::int64_t k_renewed_before_s = 4 * 3'600;

struct DamageName {
  Damage damage;
  std::string_view name;
};

constexpr std::array k_names{
    DamageName{Damage::none, "none"},
    DamageName{Damage::wrong_client_state, "wrong_client_state"},
    DamageName{Damage::unknown_subscription, "unknown_subscription"},
    DamageName{Damage::foreign_tenant, "foreign_tenant"},
    DamageName{Damage::tampered_data, "tampered_data"},
    DamageName{Damage::tampered_signature, "tampered_signature"},
    DamageName{Damage::missing_signature, "missing_signature"},
    DamageName{Damage::unknown_certificate, "unknown_certificate"},
    DamageName{Damage::no_content, "no_content"},
    DamageName{Damage::token_missing, "token_missing"},
    DamageName{Damage::token_wrong_audience, "token_wrong_audience"},
    DamageName{Damage::token_wrong_publisher, "token_wrong_publisher"},
    DamageName{Damage::token_wrong_tenant, "token_wrong_tenant"},
    DamageName{Damage::token_wrong_issuer, "token_wrong_issuer"},
    DamageName{Damage::token_expired, "token_expired"},
    DamageName{Damage::token_not_yet_valid, "token_not_yet_valid"},
    DamageName{Damage::token_bad_signature, "token_bad_signature"},
    DamageName{Damage::token_unknown_key, "token_unknown_key"},
    DamageName{Damage::token_unsigned, "token_unsigned"},
};

bool is_about_tokens(Damage damage) {
  return name_of(damage).starts_with("token_");
}

void flip_a_bit(std::string& bytes) {
  char& middle = bytes[bytes.size() / 2];
  middle = static_cast<char>(middle ^ 1);
}

}  // namespace

std::string_view name_of(Damage damage) {
  for (const DamageName& entry : k_names)
    if (entry.damage == damage) return entry.name;
  return "none";
}

Damage damage_named(std::string_view name) {
  for (const DamageName& entry : k_names)
    if (entry.name == name) return entry.damage;
  return Damage::none;
}

Sealer::ContentKey Sealer::content_key(const Subscription& subscription, bool reuse) {
  const auto make = [&] {
    ContentKey out{.key = random_bytes(32), .sealed = {}};
    out.sealed = base64(rsa_oaep_encrypt(subscription.certificate.key, out.key));
    return out;
  };
  if (!reuse) return make();
  const std::lock_guard lock(mutex_);
  const auto found = kept_keys_.find(subscription.certificate.thumbprint);
  if (found != kept_keys_.end()) return found->second;
  return kept_keys_.emplace(subscription.certificate.thumbprint, make()).first->second;
}

std::string Sealer::encrypt(std::string_view resource, const Subscription& subscription,
                            const CourierSettings& settings, Damage damage) {
  const ContentKey key = content_key(subscription, settings.reuse_content_keys);
  std::string data = aes256_cbc_encrypt(key.key, std::string_view(key.key).substr(0, 16), resource);
  std::string signature = hmac_sha256(key.key, data);
  if (damage == Damage::tampered_data) flip_a_bit(data);
  if (damage == Damage::tampered_signature) flip_a_bit(signature);
  std::string out = fmt::format(R"({{"data":"{}")", base64(data));
  if (damage != Damage::missing_signature)
    out += fmt::format(R"(,"dataSignature":"{}")", base64(signature));
  return out +
         fmt::format(
             R"(,"dataKey":"{}","encryptionCertificateId":{},"encryptionCertificateThumbprint":"{}"}})",
             key.sealed,
             json_string(damage == Damage::unknown_certificate ? "no-such-certificate"
                                                               : subscription.certificate_id),
             subscription.certificate.thumbprint);
}

std::string Sealer::make_token(int version, Damage damage) const {
  std::int64_t from = clock_.now_ms() / 1'000 - 60;
  if (damage == Damage::token_expired) from -= 2 * k_token_life_s;
  if (damage == Damage::token_not_yet_valid) from += 2 * k_token_life_s;
  const std::string tenant =
      damage == Damage::token_wrong_tenant ? random_guid() : directory_.tenant_id();
  const std::string_view publisher =
      damage == Damage::token_wrong_publisher ? k_stranger : k_publisher;
  std::string issuer = version == 2
                           ? fmt::format("https://login.microsoftonline.com/{}/v2.0", tenant)
                           : fmt::format("https://sts.windows.net/{}/", tenant);
  if (damage == Damage::token_wrong_issuer)
    issuer = fmt::format("https://login.evil.example/{}/", tenant);
  const std::string by = version == 2 ? fmt::format(R"("azp":"{}","azpacr":"2")", publisher)
                                      : fmt::format(R"("appid":"{}","appidacr":"2")", publisher);
  const std::string claims = fmt::format(
      R"({{"aud":"{}","iss":"{}","iat":{},"nbf":{},"exp":{},"aio":"E2NgYHjx","tid":"{}","uti":"{}","ver":"{}.0",{}}})",
      damage == Damage::token_wrong_audience ? std::string(k_stranger) : directory_.client_id(),
      issuer, from, from, from + k_token_life_s, tenant, random_text(16), version, by);
  if (damage == Damage::token_unsigned)
    return base64url(R"({"typ":"JWT","alg":"none"})") + "." + base64url(claims) + ".";
  if (damage == Damage::token_unknown_key) return authority_.sign_with_unknown_key(claims);
  std::string token = authority_.sign(claims);
  if (damage == Damage::token_bad_signature) {
    char& inside = token[token.size() - 20];
    inside = inside == 'A' ? 'B' : 'A';
  }
  return token;
}

std::string Sealer::validation_tokens(const CourierSettings& settings, Damage damage) {
  if (damage == Damage::token_missing) return {};
  if (is_about_tokens(damage))
    return fmt::format(R"(["{}"])", make_token(settings.token_version, damage));
  const std::int64_t now = clock_.now_ms();
  const std::lock_guard lock(mutex_);
  KeptToken& kept = kept_tokens_[settings.token_version];
  if (kept.until_ms <= now) {
    kept.token = make_token(settings.token_version, Damage::none);
    kept.until_ms = now + (k_token_life_s - k_renewed_before_s) * 1'000;
  }
  return fmt::format(R"(["{}"])", kept.token);
}

void Sealer::forget_tokens() {
  const std::lock_guard lock(mutex_);
  kept_tokens_.clear();
}

}  // namespace belfry::sandbox
