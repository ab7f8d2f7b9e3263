#include "net/graph/rich_notification.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "net/crypto/base64.h"
#include "net/crypto/symmetric.h"
#include "net/graph/links.h"
#include "net/graph/message_json.h"
#include "net/http/outcome.h"
#include "net/json/ascii.h"
#include "net/json/json_view.h"

namespace belfry::net {
namespace {

using sync::TokenVerdict;

Result<HttpAnswer> get(HttpClient& http, const std::string& url, Duration timeout) {
  HttpRequest request;
  request.method = "GET";
  request.url = url;
  request.headers = {{"Accept", "application/json"}};
  request.timeout = timeout;
  auto answer = http.send(request);
  if (answer && answer->status != 200) return fail(classify(*answer, "read signing keys"));
  return answer;
}

Result<Message> message_named(std::string_view json, const MessageRef& expected, const ChatId& chat,
                              const std::string& operation) {
  auto message = message_from_json(json, chat);
  if (!message) return fail(ErrorKind::refused, operation + message.error().text);
  if (message->ref.message != expected.message ||
      !same_without_case(message->ref.chat.text(), expected.chat.text()))
    return fail(ErrorKind::refused, operation + "it holds another message than it names");
  message->ref = expected;
  return message;
}

}  // namespace

RichNotifications::RichNotifications(HttpClient& http, sync::Entropy& entropy, TokenRules rules,
                                     const RichPolicy& policy)
    : http_(http),
      entropy_(entropy),
      rules_(std::move(rules)),
      policy_(policy),
      signing_keys_(std::make_shared<const SigningKeys>()),
      private_keys_(std::make_shared<const PrivateKeys>()) {}

TokenVerdict RichNotifications::verify(const EncryptedResource& resource, WallTime received) const {
  if (resource.validation_tokens.empty() ||
      !same_without_case(resource.tenant.text(), rules_.tenant.text()))
    return TokenVerdict::invalid;
  TokenVerdict verdict = TokenVerdict::valid;
  for (const std::string& token : resource.validation_tokens) {
    // One bad token makes the whole body suspicious.
    const TokenVerdict one = verify_one(token, received);
    if (one == TokenVerdict::invalid) return one;
    if (one == TokenVerdict::unknown_key) verdict = one;
  }
  return verdict;
}

TokenVerdict RichNotifications::verify_one(const std::string& token, WallTime received) const {
  if (token.size() > policy_.max_token_bytes) return TokenVerdict::invalid;
  const std::string digest = sha256(token);
  std::shared_ptr<const SigningKeys> keys;
  {
    const MutexLock lock(mutex_);
    if (const auto known = verdicts_.find(digest); known != verdicts_.end())
      return verdict_at(known->second, received, rules_);
    keys = signing_keys_;
  }
  const CheckedToken checked = check_token(token, *keys, rules_);
  {
    const MutexLock lock(mutex_);
    remember(digest, checked, keys.get());
  }
  return verdict_at(checked, received, rules_);
}

void RichNotifications::remember(const std::string& digest, const CheckedToken& token,
                                 const SigningKeys* judged_by) const {
  // A verdict by keys that were replaced meanwhile is not worth keeping, one that waits for a key
  // neither.
  if (judged_by != signing_keys_.get() || token.verdict == TokenVerdict::unknown_key) return;
  if (!verdicts_.emplace(digest, token).second) return;
  oldest_verdicts_.push_back(digest);
  if (oldest_verdicts_.size() > policy_.max_verdicts) {
    verdicts_.erase(oldest_verdicts_.front());
    oldest_verdicts_.pop_front();
  }
}

Result<Message> RichNotifications::open(const EncryptedResource& resource,
                                        const MessageRef& expected) const {
  std::shared_ptr<const PrivateKeys> keys;
  {
    const MutexLock lock(mutex_);
    keys = private_keys_;
  }
  const auto key = keys->find(resource.certificate);
  if (key == keys->end())
    return fail(ErrorKind::gone, "open a rich notification: its certificate is not known");
  const auto data = decode_base64(resource.data);
  const auto signature = decode_base64(resource.signature);
  const auto data_key = decode_base64(resource.key);
  if (!data || !data_key || !signature || signature->empty())
    return fail(ErrorKind::refused, "open a rich notification: a part is missing or no base64");

  const auto symmetric = key->second.decrypt_oaep(*data_key);
  if (!symmetric || symmetric->size() != 32)
    return fail(ErrorKind::refused, "open a rich notification: its key cannot be decrypted");
  if (!is_hmac_sha256(*symmetric, *data, *signature))
    return fail(ErrorKind::refused, "open a rich notification: its signature is wrong");
  const auto plain =
      aes256_cbc_decrypt(*symmetric, std::string_view(*symmetric).substr(0, 16), *data);
  if (!plain)
    return fail(ErrorKind::refused, "open a rich notification: its content cannot be decrypted");

  return message_named(*plain, expected, {}, "open a rich notification: ");
}

Result<Message> RichNotifications::read(const Content& json, const MessageRef& expected) const {
  return message_named(json.reveal(), expected, expected.chat,
                       "read a message that a sweep found: ");
}

Result<> RichNotifications::fetch_signing_keys() {
  // Validation tokens come as version 1.0 (documented) and 2.0 (seen); each has its own list of
  // keys.
  const std::array<std::string, 2> configurations = {
      rules_.cloud.login_url + "/common/v2.0/.well-known/openid-configuration",
      rules_.cloud.login_url + "/common/.well-known/openid-configuration"};
  SigningKeys found;
  std::optional<Error> trouble;
  for (const std::string& url : configurations) {
    auto keys = keys_named_by(url);
    if (keys) {
      found.merge(*std::move(keys));
    } else if (!trouble || keys.error().kind == ErrorKind::throttled) {
      trouble = keys.error();
    }
  }
  if (found.empty()) {
    Error error = trouble.value_or(Error{});
    // Nothing that the login host may say makes asking again useless.
    if (error.kind != ErrorKind::throttled) error.kind = ErrorKind::transient;
    return fail(std::move(error));
  }
  const MutexLock lock(mutex_);
  signing_keys_ = std::make_shared<const SigningKeys>(std::move(found));
  verdicts_.clear();
  oldest_verdicts_.clear();
  return {};
}

Result<SigningKeys> RichNotifications::keys_named_by(const std::string& configuration_url) {
  const auto configuration = get(http_, configuration_url, policy_.timeout);
  if (!configuration) return fail(configuration.error());
  const auto json = JsonView::parse(configuration->body);
  if (!json) return fail(ErrorKind::refused, "read signing keys: " + json.error().text);
  const std::string url = (*json)["jwks_uri"].text();
  if (!is_within(url, rules_.cloud.login_url))
    return fail(ErrorKind::refused, "read signing keys: the configuration names a foreign host");
  const auto answer = get(http_, url, policy_.timeout);
  if (!answer) return fail(answer.error());
  auto keys = SigningKeys::from_json(answer->body);
  if (!keys) return fail(ErrorKind::refused, "read signing keys: " + keys.error().text);
  return keys;
}

Result<EncryptionCertificate> RichNotifications::make_certificate(WallTime now) {
  EncryptionCertificate certificate;
  certificate.id = CertificateId("belfry-" + entropy_.token(12));
  certificate.made_at = now;
  // Issuer and dates are not checked by Graph; a day in advance forgives a clock that is wrong.
  auto made = make_key_with_certificate({.common_name = certificate.id.text(),
                                         .rsa_bits = policy_.rsa_bits,
                                         .valid_from = now - std::chrono::days(1),
                                         .valid_until = now + policy_.certificate_life});
  if (!made) return fail(made.error());
  certificate.private_key_pem = std::move(made->private_key_pem);
  certificate.certificate_base64 = std::move(made->certificate_base64);
  return certificate;
}

Result<> RichNotifications::use_certificates(std::span<const EncryptionCertificate> certificates) {
  auto keys = std::make_shared<PrivateKeys>();
  for (const EncryptionCertificate& each : certificates) {
    auto key = RsaPrivateKey::from_pem(each.private_key_pem);
    if (!key)
      return fail(ErrorKind::damaged,
                  fmt::format("the private key of certificate {} cannot be read", each.id.text()));
    keys->emplace(each.id, *std::move(key));
  }
  const MutexLock lock(mutex_);
  private_keys_ = std::move(keys);
  return {};
}

}  // namespace belfry::net
