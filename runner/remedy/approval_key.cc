// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/approval_key.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/value.h"

namespace upkeep::remedy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64, kMostFileBytes = 16384;

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

/// Reads a small file whose owner and mode `allowed` accepts; looks at what it opened, not at
/// what stands under the name later.
template <typename Allowed>
Result<std::string> ReadSmallFile(const std::string& path, Allowed allowed) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Status(Code::kConfig, path + ": " + std::strerror(errno));
  std::string text(kMostFileBytes, '\0');
  struct stat about {};
  Status status;
  ssize_t count = 0;
  if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
    status = Status(Code::kConfig, path + " is not a file");
  } else if (status = allowed(descriptor, about); status.ok()) {
    count = read(descriptor, text.data(), text.size());
    if (count < 0) status = Status(Code::kConfig, path + ": " + std::strerror(errno));
  }
  close(descriptor);
  if (!status.ok()) return status;
  text.resize(static_cast<std::size_t>(count));
  return text;
}

bool ReadOnlyMount(int descriptor) {
  struct statvfs about {};
  return fstatvfs(descriptor, &about) == 0 && (about.f_flag & ST_RDONLY) != 0;
}

/// Whether only root can have written it. A volume of a ConfigMap has an open mode and a
/// read-only mount.
Status OnlyRootWrote(const std::string& path, int descriptor, const struct stat& about, Trust trust) {
  if (trust == Trust::kAnyOwner) return Status::Ok();
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  if (about.st_uid == 0 && ((about.st_mode & kOthersWrite) == 0 || ReadOnlyMount(descriptor))) {
    return Status::Ok();
  }
  return Status(Code::kConfig, "keys in " + path + " do not count: others than root could have put them there")
      .WithHint("chown -R root: " + path + "; chmod -R go-w " + path);
}

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

Result<RegisteredKey> ReadKey(const fs::path& path, Trust trust) {
  Result<std::string> pem =
      ReadSmallFile(path.string(), [&](int descriptor, const struct stat& about) {
        return OnlyRootWrote(path.string(), descriptor, about, trust);
      });
  if (!pem.ok()) return pem.status();
  const Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassword, nullptr));
  RegisteredKey registered;
  if (key) registered.public_key = RawPublicKey(key.get());
  if (registered.public_key.empty()) {
    return Status(Code::kConfig, path.string() + " is no Ed25519 public key in PEM")
        .WithHint("openssl pkey -in PRIVATE_KEY -pubout -out " + path.string());
  }
  registered.name = path.stem().string();
  registered.fingerprint = FingerprintOf(registered.public_key);
  return registered;
}

}  // namespace

const RegisteredKey* KeyRing::Find(std::string_view fingerprint) const {
  for (const RegisteredKey& key : keys_) {
    if (key.fingerprint == fingerprint) return &key;
  }
  return nullptr;
}

Result<KeyRing> ReadKeys(const std::string& folder, Trust trust) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return KeyRing();
    return Status(Code::kConfig, "keys in " + folder + ": " + std::strerror(errno));
  }
  struct stat about {};
  Status status = fstat(descriptor, &about) == 0
                      ? OnlyRootWrote(folder, descriptor, about, trust)
                      : Status(Code::kConfig, folder + ": " + std::strerror(errno));
  close(descriptor);
  if (!status.ok()) return status;
  std::vector<RegisteredKey> keys;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".pub") continue;
    Result<RegisteredKey> key = ReadKey(entry.path(), trust);
    if (!key.ok()) return key.status();
    // One key under two names would be two people to whoever counts approvals.
    for (const RegisteredKey& other : keys) {
      if (other.fingerprint == key->fingerprint) {
        return Status(Code::kConfig, folder + ": " + other.name + ".pub and " + key->name +
                                         ".pub are the same key");
      }
    }
    keys.push_back(std::move(*key));
  }
  if (error) return Status(Code::kConfig, folder + ": " + error.message());
  std::sort(keys.begin(), keys.end(),
            [](const RegisteredKey& a, const RegisteredKey& b) { return a.name < b.name; });
  return KeyRing(std::move(keys));
}

std::string DecisionText(const store::Approval& approval) {
  const Value body{{"plan", approval.plan},
                   {"hash", approval.hash},
                   {"decision", approval.approve ? "approve" : "deny"},
                   {"reason", approval.reason}};
  return "upkeep decision 1\n" + CanonicalJson(body);
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
    return Status(Code::kInternal, "the decision could not be signed with " + file);
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

}  // namespace upkeep::remedy
