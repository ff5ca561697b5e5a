// SPDX-License-Identifier: Apache-2.0
#include "base/io/certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <chrono>
#include <ctime>
#include <memory>

namespace upkeep::io {
namespace {

std::string NameText(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  if (!bio) return "";
  // RFC 2253, but letters outside ASCII stay readable as UTF-8.
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &bytes);
  return std::string(bytes, static_cast<std::size_t>(length));
}

std::string SerialText(const ASN1_INTEGER* serial) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(ASN1_INTEGER_to_BN(serial, nullptr),
                                                           &BN_free);
  if (!number) return "";
  char* text = BN_bn2hex(number.get());
  std::string hex(text == nullptr ? "" : text);
  OPENSSL_free(text);
  for (char& c : hex) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return hex;
}

Instant ReadTime(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return {};
  return Instant(std::chrono::seconds(timegm(&fields)));
}

std::string AddressText(const ASN1_OCTET_STRING* bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return "";
  inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text);
  return text;
}

void ReadAlternativeNames(X509* certificate, PeerCertificate& out) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  if (!names) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    const auto* text = static_cast<const ASN1_STRING*>(value);
    if (type == GEN_DNS) {
      out.dns_names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                 static_cast<std::size_t>(ASN1_STRING_length(text)));
    } else if (type == GEN_IPADD) {
      out.ip_addresses.push_back(AddressText(text));
    }
  }
}

std::string Fingerprint(const X509* certificate) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (X509_digest(certificate, EVP_sha256(), bytes, &length) != 1) return "";
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += kDigits[bytes[i] >> 4];
    hex += kDigits[bytes[i] & 15];
  }
  return hex;
}

}  // namespace

PeerCertificate ReadCertificate(X509* certificate) {
  PeerCertificate out;
  out.subject = NameText(X509_get_subject_name(certificate));
  out.issuer = NameText(X509_get_issuer_name(certificate));
  out.serial = SerialText(X509_get0_serialNumber(certificate));
  out.not_before = ReadTime(X509_get0_notBefore(certificate));
  out.not_after = ReadTime(X509_get0_notAfter(certificate));
  out.sha256 = Fingerprint(certificate);
  ReadAlternativeNames(certificate, out);
  if (const EVP_PKEY* key = X509_get0_pubkey(certificate); key != nullptr) {
    if (const char* type = EVP_PKEY_get0_type_name(key); type != nullptr) out.key_type = type;
    out.key_bits = EVP_PKEY_get_bits(key);
  }
  if (const char* name = OBJ_nid2ln(X509_get_signature_nid(certificate)); name != nullptr) {
    out.signature_algorithm = name;
  }
  return out;
}

bool IsAddress(const std::string& text) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

bool CertificateIsFor(X509* certificate, const std::string& name) {
  if (IsAddress(name)) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
  return X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
}

}  // namespace upkeep::io
