// SPDX-License-Identifier: Apache-2.0
//
// upkeep pack verify: what install would say, without installing.
#include "runner/cli/command_parts.h"
#include "runner/cli/pack_parts.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

int Verify(Invocation& invocation) {
  const Result<packs::Pack> pack = packs::OpenPack(invocation.positionals.front());
  if (!pack.ok()) return invocation.Fail(pack.status());
  const Result<std::string> signer =
      packs::CheckSignature(*pack, PacksFolder(invocation), invocation.Has("--allow-unsigned"));
  if (!signer.ok()) return invocation.Fail(signer.status());
  const std::string files = std::to_string(pack->digests.files.size());
  *invocation.out << invocation.Say(signer->empty() ? NameOf(*pack) + ": " + files + " files, not signed"
                                                    : NameOf(*pack) + ": " + files + " files, signed by " + *signer)
                  << "\n";
  for (const checks::Need& need : pack->manifest.needs) *invocation.out << "  " << need.ToString() << "\n";
  return 0;
}

}  // namespace

Command MakePackVerifyCommand() {
  Command verify;
  verify.name = "pack verify";
  verify.summary = "Check the files and the signature of a pack";
  verify.positionals = {{"PACK", "An archive or a folder", true, false}};
  verify.options = {{"--allow-unsigned", "", "A pack without a signature is good enough", false, {}}};
  verify.run = Verify;
  return verify;
}

}  // namespace upkeep::cli
