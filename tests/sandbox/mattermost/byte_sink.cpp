#include "tests/sandbox/mattermost/byte_sink.h"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace belfry::sandbox::mattermost {

void ByteSink::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

ByteSink::ByteSink() : digest_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr);
}

ByteSink::ByteSink(ByteSink&&) noexcept = default;
ByteSink& ByteSink::operator=(ByteSink&&) noexcept = default;
ByteSink::~ByteSink() = default;

void ByteSink::take(std::string_view bytes) {
  EVP_DigestUpdate(digest_.get(), bytes.data(), bytes.size());
  size_ += static_cast<std::int64_t>(bytes.size());
  if (head_.size() < k_head_bytes) head_ += bytes.substr(0, k_head_bytes - head_.size());
}

std::string ByteSink::sha256() const {
  const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  EVP_MD_CTX_copy_ex(copy.get(), digest_.get());
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  EVP_DigestFinal_ex(copy.get(), bytes.data(), &length);
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

}  // namespace belfry::sandbox::mattermost
