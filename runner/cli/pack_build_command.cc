// SPDX-License-Identifier: Apache-2.0
//
// upkeep pack build: a folder of playbooks as one file.
#include "runner/cli/command_parts.h"
#include "runner/cli/pack_parts.h"

namespace upkeep::cli {
namespace {

int Build(Invocation& invocation) {
  const std::string& folder = invocation.positionals.front();
  Result<packs::Pack> pack = packs::OpenUnsigned(folder);
  if (!pack.ok()) return invocation.Fail(pack.status());
  if (Status good = CheckPackFolder(folder); !good.ok()) return invocation.Fail(good);
  if (Status sealed = Seal(*pack, invocation.Value("--key")); !sealed.ok()) return invocation.Fail(sealed);
  const std::string path = invocation.Value(
      "--output", pack->manifest.id + "-" + pack->manifest.version.ToString() + ".tar.gz");
  if (Status written = WritePack(invocation, *pack, path); !written.ok()) return invocation.Fail(written);
  *invocation.err << invocation.Say(NameOf(*pack) + ": " + std::to_string(pack->digests.files.size()) +
                                    " files in " + path)
                  << "\n";
  return 0;
}

}  // namespace

Command MakePackBuildCommand() {
  Command build;
  build.name = "pack build";
  build.summary = "Check a folder with a pack.yaml and make an archive of it";
  build.positionals = {{"FOLDER", "The pack's folder", true, false}};
  build.options = {{"--key", "FILE", "Sign it, too, with this private key (PEM, Ed25519)", false, {}},
                   {"-o,--output", "FILE", "The archive (default: ID-VERSION.tar.gz)", false, {}}};
  build.examples = "  upkeep pack build shop-checks -o shop-checks.tar.gz\n";
  build.run = Build;
  return build;
}

}  // namespace upkeep::cli
