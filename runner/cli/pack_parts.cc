// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/pack_parts.h"

#include <vector>

#include "base/yaml/yaml.h"
#include "runner/cli/settings.h"
#include "runner/run/catalog.h"

namespace upkeep::cli {

Status CheckPackFolder(const std::string& folder, bool isolate) {
  std::vector<Status> errors;
  const bool any = !run::Catalog({folder}, isolate).All(errors).empty();
  if (!errors.empty()) return yaml::Combine(errors);
  if (any) return Status::Ok();
  return Status(Code::kInvalid, "there is no playbook in " + folder)
      .WithHint("the file kubernetes/nodes.lua is the playbook kubernetes.nodes");
}

std::string NameOf(const packs::Pack& pack) {
  return pack.manifest.id + " " + pack.manifest.version.ToString();
}

std::string ChangeText(const Invocation& invocation, const packs::Pack& pack, const packs::Change& change) {
  std::string text = pack.manifest.id + " " + (change.installed ? change.from.ToString() : "-") + " -> " +
                     change.to.ToString() + "\n";
  for (const std::string& need : change.new_needs) text += "  + " + need + "\n";
  for (const std::string& need : change.dropped_needs) text += "  - " + need + "\n";
  for (const std::string& file : change.files) text += "  " + invocation.Say(file) + "\n";
  return text;
}

Status Seal(packs::Pack& pack, const std::string& key_file) {
  const std::string digests = pack.digests.ToText();
  pack.contents[std::string(packs::kDigestFile)] = digests;
  if (key_file.empty()) return Status::Ok();
  Result<keys::Signature> signature = keys::Sign(key_file, digests);
  if (!signature.ok()) return signature.status();
  pack.contents[std::string(packs::kSignatureFile)] = packs::SignatureText(*signature);
  pack.signature = *std::move(signature);
  return Status::Ok();
}

Status WritePack(const Invocation& invocation, const packs::Pack& pack, const std::string& path) {
  const Result<std::string> bytes = packs::WriteArchive(pack.contents);
  if (!bytes.ok()) return bytes.status();
  return WriteOutput(invocation, path, *bytes);
}

}  // namespace upkeep::cli
