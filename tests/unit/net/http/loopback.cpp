#include "tests/unit/net/http/loopback.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <Poco/TemporaryFile.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace belfry::tests {
namespace {

std::size_t body_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

std::string Peer::read_request() {
  for (;;) {
    const auto end = rest_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t whole = end + 4 + body_length(rest_.substr(0, end + 2));
      if (rest_.size() >= whole) {
        const std::string request = rest_.substr(0, whole);
        rest_.erase(0, whole);
        return request;
      }
    }
    char bytes[4096];
    const int got = socket_.receiveBytes(bytes, sizeof bytes);
    if (got <= 0) return {};
    rest_.append(bytes, static_cast<std::size_t>(got));
  }
}

void Peer::send(std::string_view bytes) {
  socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()), MSG_NOSIGNAL);
}

void Peer::await_end() {
  char bytes[4096];
  while (socket_.receiveBytes(bytes, sizeof bytes) > 0) {
  }
}

void Peer::note(const std::string& text) {
  server_.note(text);
}

void Peer::reset() {
  socket_.setLinger(true, 0);
  socket_.close();
}

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)),
      listener_(Poco::Net::SocketAddress("127.0.0.1", 0)),
      port_(listener_.address().port()),
      acceptor_([this] { accept(); }) {}

ScriptedServer::~ScriptedServer() {
  ends_ = true;
}

void ScriptedServer::accept() {
  while (!ends_) {
    if (!listener_.poll(Poco::Timespan(0, 20'000), Poco::Net::Socket::SELECT_READ)) continue;
    const Poco::Net::StreamSocket socket = listener_.acceptConnection();
    threads_.emplace_back([this, socket, number = connections_++] {
      try {
        Peer peer(socket, *this);
        script_(peer, number);
      } catch (const Poco::Exception&) {
        // The other side is gone: what the test expects of it is seen there.
      }
    });
  }
}

std::string ScriptedServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void ScriptedServer::note(const std::string& text) {
  const MutexLock lock(mutex_);
  noted_.push_back(text);
}

std::vector<std::string> ScriptedServer::noted() const {
  const MutexLock lock(mutex_);
  return noted_;
}

std::string ok(std::string_view body, std::string_view more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more_headers) + "\r\n" + std::string(body);
}

struct TestAuthority::Keys {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  Keys() = default;
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  ~Keys() {
    EVP_PKEY_free(key);
    X509_free(certificate);
  }
};

namespace {

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("no extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make_certificate(EVP_PKEY* key, const std::string& name, long serial) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

template <class Write>
void write_file(const std::string& path, Write write) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  write(file);
  std::fclose(file);
}

}  // namespace

TestAuthority::TestAuthority()
    : folder_(Poco::TemporaryFile::tempName()), keys_(std::make_unique<Keys>()) {
  std::filesystem::create_directories(folder_);
  ca_file_ = folder_ + "/ca.pem";
  keys_->key = EVP_EC_gen("P-256");
  keys_->certificate = make_certificate(keys_->key, "Test Authority", 1);
  X509* ca = keys_->certificate;
  X509_set_issuer_name(ca, X509_get_subject_name(ca));
  add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(ca, ca, NID_key_usage, "critical,keyCertSign");
  X509_sign(ca, keys_->key, EVP_sha256());
  write_file(ca_file_, [&](std::FILE* file) { PEM_write_X509(file, ca); });
}

TestAuthority::~TestAuthority() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TestAuthority::Files TestAuthority::sign(const std::string& name) {
  const std::string path = folder_ + "/" + std::to_string(++count_);
  Keys own;
  own.key = EVP_EC_gen("P-256");
  own.certificate = make_certificate(own.key, "server", 100 + count_);
  X509_set_issuer_name(own.certificate, X509_get_subject_name(keys_->certificate));
  add_extension(own.certificate, keys_->certificate, NID_subject_alt_name, name);
  X509_sign(own.certificate, keys_->key, EVP_sha256());
  write_file(path + ".pem", [&](std::FILE* file) { PEM_write_X509(file, own.certificate); });
  write_file(path + ".key", [&](std::FILE* file) {
    PEM_write_PrivateKey(file, own.key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  return {path + ".pem", path + ".key"};
}

}  // namespace belfry::tests
