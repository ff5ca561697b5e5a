// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdlib>

#include "tests/base/io/local_server.h"

namespace upkeep::testing_io {
namespace {

template <typename Write>
std::string ToPem(Write write) {
  BIO* const bio = BIO_new(BIO_s_mem());
  write(bio);
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  std::string pem(bytes, static_cast<std::size_t>(length));
  BIO_free(bio);
  return pem;
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

BIO* Reader(const std::string& pem) {
  return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
}

}  // namespace

Identity MakeCertificate(const CertificateWish& wish, const Identity* issuer) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  unsigned serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), static_cast<long>(serial | 1u));
  using std::chrono::seconds;
  X509_gmtime_adj(X509_getm_notBefore(certificate), seconds(wish.starts).count());
  X509_gmtime_adj(X509_getm_notAfter(certificate), seconds(wish.ends).count());
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                             -1, 0);
  X509* signer = certificate;
  EVP_PKEY* signing_key = key;
  if (issuer != nullptr) {
    BIO* const certificates = Reader(issuer->certificate_pem);
    BIO* const keys = Reader(issuer->key_pem);
    signer = PEM_read_bio_X509(certificates, nullptr, nullptr, nullptr);
    signing_key = PEM_read_bio_PrivateKey(keys, nullptr, nullptr, nullptr);
    BIO_free(certificates);
    BIO_free(keys);
  }
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  AddExtension(certificate, signer, NID_basic_constraints,
               wish.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!wish.alternative_names.empty()) {
    AddExtension(certificate, signer, NID_subject_alt_name, wish.alternative_names);
  }
  X509_sign(certificate, signing_key, EVP_sha256());

  Identity identity;
  identity.certificate_pem = ToPem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  identity.key_pem = ToPem([&](BIO* bio) {
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (issuer != nullptr) {
    X509_free(signer);
    EVP_PKEY_free(signing_key);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
  return identity;
}

}  // namespace upkeep::testing_io
