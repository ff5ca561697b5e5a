// SPDX-License-Identifier: Apache-2.0
//
// upkeep pack sign: a signature over the digest list, in the archive or the folder itself.
#include <filesystem>

#include "runner/cli/command_parts.h"
#include "runner/cli/pack_parts.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

/// Digest list and signature as files of the folder.
Status WriteInto(const Invocation& invocation, const packs::Pack& pack, const std::string& folder) {
  for (const std::string_view name : {packs::kDigestFile, packs::kSignatureFile}) {
    const std::string path = (std::filesystem::path(folder) / name).string();
    UPKEEP_RETURN_IF_ERROR(WriteOutput(invocation, path, pack.contents.at(std::string(name))));
  }
  return Status::Ok();
}

int Sign(Invocation& invocation) {
  if (!invocation.Has("--key")) {
    return invocation.Fail(Status(Code::kUsage, "no key was named, so nothing can be signed")
                               .WithHint("openssl genpkey -algorithm ed25519 -out FILE makes one; then --key FILE"));
  }
  const std::string& path = invocation.positionals.front();
  std::error_code error;
  const bool folder = std::filesystem::is_directory(path, error);
  // An archive that somebody has altered is not signed by accident; a folder is where one works.
  Result<packs::Pack> pack = folder ? packs::OpenUnsigned(path) : packs::OpenPack(path);
  if (!pack.ok()) return invocation.Fail(pack.status());
  if (Status sealed = Seal(*pack, invocation.Value("--key")); !sealed.ok()) return invocation.Fail(sealed);
  const Status written = folder ? WriteInto(invocation, *pack, path) : WritePack(invocation, *pack, path);
  if (!written.ok()) return invocation.Fail(written);
  *invocation.err << invocation.Say(NameOf(*pack) + ": signed with " + pack->signature->fingerprint) << "\n";
  return 0;
}

}  // namespace

Command MakePackSignCommand() {
  Command sign;
  sign.name = "pack sign";
  sign.summary = "Sign a pack";
  sign.positionals = {{"PACK", "An archive or a folder", true, false}};
  sign.options = {{"--key", "FILE", "The private key (PEM, Ed25519)", false, {}}};
  sign.examples = "  upkeep pack sign shop-checks.tar.gz --key release.key\n";
  sign.run = Sign;
  return sign;
}

}  // namespace upkeep::cli
