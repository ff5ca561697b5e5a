// SPDX-License-Identifier: Apache-2.0
#include "runner/packs/pack.h"

#include <filesystem>
#include <utility>
#include <vector>

namespace upkeep::packs {
namespace {

/// What messages call the file `name` of the pack at `path`.
std::string Shown(const std::string& path, std::string_view name) {
  std::error_code error;
  const bool folder = std::filesystem::is_directory(path, error);
  return folder ? (std::filesystem::path(path) / name).string() : path + "!" + std::string(name);
}

Result<Pack> Read(const std::string& path) {
  Result<Contents> contents = ReadContents(path);
  if (!contents.ok()) return contents.status();
  const auto manifest = contents->find(std::string(kManifestFile));
  if (manifest == contents->end()) {
    return Status(Code::kInvalid, path + " is no pack: it has no pack.yaml").WithHint("docs/packs.md has one to copy");
  }
  Result<Manifest> read = ReadManifest(manifest->second, Shown(path, kManifestFile));
  if (!read.ok()) return read.status();
  Pack pack;
  pack.path = path;
  pack.manifest = *std::move(read);
  pack.contents = *std::move(contents);
  pack.digests = DigestsOf(pack.manifest, pack.contents);
  return pack;
}

std::string Join(const std::vector<std::string>& sentences) {
  constexpr std::size_t kMostShown = 20;
  std::string text;
  for (std::size_t i = 0; i < sentences.size() && i < kMostShown; ++i) {
    text += (text.empty() ? "" : "; ") + sentences[i];
  }
  return sentences.size() > kMostShown
             ? text + "; and " + std::to_string(sentences.size() - kMostShown) + " more"
             : text;
}

}  // namespace

Result<Pack> OpenPack(const std::string& path) {
  Result<Pack> pack = Read(path);
  if (!pack.ok()) return pack;
  const auto digests = pack->contents.find(std::string(kDigestFile));
  const auto signature = pack->contents.find(std::string(kSignatureFile));
  if (digests != pack->contents.end()) {
    const Result<DigestList> recorded = ReadDigests(digests->second, Shown(path, kDigestFile));
    if (!recorded.ok()) return recorded.status();
    if (const auto differences = Differences(*recorded, pack->digests); !differences.empty()) {
      return Status(Code::kInvalid, path + " was altered after it was built: " + Join(differences))
          .WithHint("get it again from whoever made it, or build and sign it anew");
    }
  }
  if (signature != pack->contents.end()) {
    Result<keys::Signature> read = ReadSignature(signature->second, Shown(path, kSignatureFile));
    if (!read.ok()) return read.status();
    pack->signature = *std::move(read);
  }
  return pack;
}

Result<Pack> OpenUnsigned(const std::string& path) {
  Result<Pack> pack = Read(path);
  if (!pack.ok()) return pack;
  pack->contents.erase(std::string(kDigestFile));
  pack->contents.erase(std::string(kSignatureFile));
  return pack;
}

std::string SignatureText(const keys::Signature& signature) {
  return "key " + signature.fingerprint + "\nsignature " + signature.base64 + "\n";
}

Result<keys::Signature> ReadSignature(std::string_view text, const std::string& file) {
  constexpr std::string_view kKey = "key ", kSignature = "\nsignature ";
  const std::size_t middle = text.find(kSignature);
  if (text.starts_with(kKey) && middle != std::string_view::npos && text.ends_with('\n')) {
    keys::Signature signature;
    signature.fingerprint = text.substr(kKey.size(), middle - kKey.size());
    signature.base64 = text.substr(middle + kSignature.size());
    signature.base64.pop_back();
    if (SignatureText(signature) == text) return signature;
  }
  return Status(Code::kInvalid, file + " is no signature of a pack").WithHint("upkeep pack sign writes one");
}

Result<std::string> Signer(const DigestList& list, const keys::Signature& signature,
                           const keys::KeyRing& ring, const std::string& keys_folder) {
  const keys::RegisteredKey* const key = ring.Find(signature.fingerprint);
  if (key == nullptr) {
    return Status(Code::kDenied, list.id + " " + list.version.ToString() + " is signed by an unknown key, " +
                                     signature.fingerprint)
        .WithHint("if you trust its owner, put the public key into " + keys_folder + " as NAME.pub");
  }
  if (!keys::Verify(*key, list.ToText(), signature.base64).ok()) {
    return Status(Code::kInvalid, list.id + " " + list.version.ToString() + " is not what " + key->name + " signed")
        .WithHint("get it again from whoever made it, or sign it anew");
  }
  return key->name;
}

}  // namespace upkeep::packs
