// SPDX-License-Identifier: Apache-2.0
#include "runner/keys/ed25519.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "base/value.h"
#include "runner/keys/small_file.h"

namespace upkeep::keys {
namespace {

constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;
using Bio = std::unique_ptr<BIO, Free>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// An encrypted key would ask on the terminal; nobody is asked.
int NoPassword(char*, int, int, void*) { return -1; }

std::string RawPublicKey(EVP_PKEY* key) {
  std::string raw(kKeyBytes, '\0');
  std::size_t size = raw.size();
  if (EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(raw.data()), &size) != 1) {
    return "";
  }
  return raw;
}

std::string FingerprintOf(const std::string& raw) { return "SHA256:" + Sha256Hex(raw); }

std::string Base64(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), Bytes(bytes),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// The bytes of a signature; "" when the text is no base64 of one.
std::string SignatureBytes(std::string_view base64) {
  constexpr std::size_t kBase64Bytes = 88;   // Of 64 bytes, with its padding "==".
  if (base64.size() != kBase64Bytes) return "";
  std::string bytes(kBase64Bytes / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), Bytes(base64),
                                   static_cast<int>(base64.size()));
  if (size < static_cast<int>(kSignatureBytes)) return "";
  bytes.resize(kSignatureBytes);
  return Base64(bytes) == base64 ? bytes : "";
}

}  // namespace

Result<RegisteredKey> ReadPublicKey(std::string_view pem, const std::string& file) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassword, nullptr));
  RegisteredKey registered;
  if (key) registered.public_key = RawPublicKey(key.get());
  if (registered.public_key.empty()) {
    return Status(Code::kConfig, file + " is no Ed25519 public key in PEM")
        .WithHint("openssl pkey -in PRIVATE_KEY -pubout -out " + file);
  }
  registered.fingerprint = FingerprintOf(registered.public_key);
  return registered;
}

Result<Signature> Sign(const std::string& file, std::string_view text) {
  Result<std::string> pem = ReadSmallFile(file, [&](int, const struct stat& about) {
    return (about.st_mode & (S_IRWXG | S_IRWXO)) == 0 || about.st_uid == 0
               ? Status::Ok()
               : Status(Code::kConfig, "others may read the private key " + file)
                     .WithHint("chmod 600 " + file + "; make a new key if anybody could have read it");
  });
  if (!pem.ok()) return pem.status();
  const Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  OPENSSL_cleanse(pem->data(), pem->size());
  const std::string raw = key ? RawPublicKey(key.get()) : "";
  if (raw.empty()) {
    return Status(Code::kConfig, file + " is no Ed25519 private key in PEM without a passphrase")
        .WithHint("openssl genpkey -algorithm ed25519 -out " + file);
  }
  const Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     Bytes(text), text.size()) != 1) {
    return Status(Code::kInternal, "nothing could be signed with " + file);
  }
  return Signature{FingerprintOf(raw), Base64(signature)};
}

Status Verify(const RegisteredKey& registered, std::string_view text, std::string_view base64) {
  const std::string signature = SignatureBytes(base64);
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(registered.public_key),
                                            registered.public_key.size()));
  const Context context(EVP_MD_CTX_new());
  if (key && signature.size() == kSignatureBytes &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                       text.size()) == 1) {
    return Status::Ok();
  }
  return Status(Code::kDenied, "the signature is not " + registered.name + "'s");
}

}  // namespace upkeep::keys
