// SPDX-License-Identifier: Apache-2.0
#include "base/io/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <mutex>

namespace upkeep::io {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

std::unique_ptr<BIO, FreeBio> Reader(const std::string& pem) {
  return std::unique_ptr<BIO, FreeBio>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// Asks nobody for the passphrase of an encrypted key: there may be a terminal, and it is not
/// ours to read from.
int NoPassphrase(char*, int, int, void*) { return 0; }

Status UseSystemAuthorities(SSL_CTX* context) {
  static std::mutex mutex;
  static std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(nullptr, &X509_STORE_free);
  static std::chrono::steady_clock::time_point loaded;
  constexpr std::chrono::minutes kGoodFor{10};

  const std::lock_guard lock(mutex);
  const auto now = std::chrono::steady_clock::now();
  if (!store || now - loaded > kGoodFor) {
    store.reset(X509_STORE_new());
    if (!store || X509_STORE_set_default_paths(store.get()) != 1) {
      store.reset();
      return Status(Code::kConfig, "the system's certificate authorities can't be read: " +
                                       TakeTlsError("unknown cause"));
    }
    loaded = now;
  }
  SSL_CTX_set1_cert_store(context, store.get());
  return Status::Ok();
}

Status UseAuthorities(SSL_CTX* context, const std::string& pem) {
  const auto reader = Reader(pem);
  int count = 0;
  while (Certificate authority{PEM_read_bio_X509(reader.get(), nullptr, &NoPassphrase, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return Status(Code::kConfig, "the CA text holds no PEM certificate");
  return Status::Ok();
}

Status UseClientCertificate(SSL_CTX* context, const TlsOptions& options) {
  const auto reader = Reader(options.certificate_pem);
  const Certificate leaf(PEM_read_bio_X509(reader.get(), nullptr, &NoPassphrase, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Status(Code::kConfig, "the client certificate can't be used: " +
                                     TakeTlsError("no PEM certificate in it"));
  }
  while (Certificate link{PEM_read_bio_X509(reader.get(), nullptr, &NoPassphrase, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(context, link.get()) == 1) static_cast<void>(link.release());
  }
  ERR_clear_error();
  const auto key_reader = Reader(options.private_key_pem);
  const std::unique_ptr<EVP_PKEY, FreeKey> key(
      PEM_read_bio_PrivateKey(key_reader.get(), nullptr, &NoPassphrase, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return Status(Code::kConfig, "the client certificate's key can't be used: " +
                                     TakeTlsError("no PEM key in it, or another certificate's"));
  }
  return Status::Ok();
}

}  // namespace

std::string TakeTlsError(const char* fallback) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return fallback;
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? fallback : reason;
}

Result<TlsContext> MakeTlsContext(const TlsOptions& options) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return Status(Code::kInternal, "OpenSSL: " + TakeTlsError("no context"));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (options.ca_pem.empty()) {
    UPKEEP_RETURN_IF_ERROR(UseSystemAuthorities(context.get()));
  } else {
    UPKEEP_RETURN_IF_ERROR(UseAuthorities(context.get(), options.ca_pem));
  }
  // As libcurl does: whoever names an intermediate authority as trusted means it.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(context.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!options.certificate_pem.empty()) {
    UPKEEP_RETURN_IF_ERROR(UseClientCertificate(context.get(), options));
  }
  return context;
}

}  // namespace upkeep::io
