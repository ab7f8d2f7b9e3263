#include "net/http/tls.h"

#include <array>

#include <openssl/err.h>

#include "sync/base/invariant.h"

namespace belfry::net {
namespace {

int no_passphrase(char*, int, int, void*) {
  // Without this OpenSSL would ask on the terminal and wait.
  return 0;
}

}  // namespace

std::string last_tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "connection closed";
  const char* reason = ERR_reason_error_string(code);
  if (reason != nullptr) return reason;
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

Result<TlsContext> TlsContext::for_client(const std::string& ca_file) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  invariant(context.get() != nullptr, "OpenSSL makes a client context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(context.get());
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
  ERR_clear_error();
  if (!ca_file.empty() &&
      SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) {
    return fail(ErrorKind::refused, "CA file " + ca_file + ": " + last_tls_error());
  }
  return context;
}

Result<TlsContext> TlsContext::for_server(const std::string& certificate, const std::string& key) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  invariant(context.get() != nullptr, "OpenSSL makes a server context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return fail(ErrorKind::refused, "TLS certificate " + certificate + ": " + last_tls_error());
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(ErrorKind::refused, "TLS private key " + key + ": " + last_tls_error());
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return fail(ErrorKind::refused,
                "TLS private key " + key + " does not belong to certificate " + certificate);
  }
  return context;
}

}  // namespace belfry::net
