#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "sync/base/result.h"

namespace belfry::net {

/// Settings of TLS that many connections share: versions, trust, our own certificate. Never the
/// library's global ones. Safe from any thread once made.
class TlsContext {
 public:
  /// Trusts the system's certificates and those of `ca_file` (PEM; empty: none). TLS 1.2 or later.
  /// Errors: refused, when the file cannot be read or holds no certificate.
  [[nodiscard]] static Result<TlsContext> for_client(const std::string& ca_file);
  /// Shows the PEM chain `certificate`. TLS 1.2 or later. Errors: refused, when a file cannot be
  /// read, the key has a passphrase, or they do not belong together.
  [[nodiscard]] static Result<TlsContext> for_server(const std::string& certificate,
                                                     const std::string& key);

  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  explicit TlsContext(SSL_CTX* context) : context_(context) {}

  std::unique_ptr<SSL_CTX, Free> context_;
};

/// What OpenSSL last complained about in this thread, and forgets it.
[[nodiscard]] std::string last_tls_error();

}  // namespace belfry::net
