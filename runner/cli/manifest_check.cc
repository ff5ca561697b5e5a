// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/manifest_check.h"

#include "runner/cli/kubernetes_names.h"
#include "runner/cli/manifest_inventory.h"

namespace upkeep::cli {
namespace {

constexpr const char* kNameHint = "lower-case letters and digits, with '-' and '.' between them";

Status CheckTypedNames(const ManifestOptions& options, const std::string& approver) {
  if (!IsDnsLabel(options.space)) {
    return Status(Code::kUsage, "'" + options.space + "' can't be the name of a namespace");
  }
  if (options.image.empty() || options.image.find_first_of(" \t\n\"'") != std::string::npos) {
    return Status(Code::kUsage, "'" + options.image + "' can't be the name of an image");
  }
  if (!IsSize(options.storage)) {
    return Status(Code::kUsage, "--storage '" + options.storage + "' is no size").WithHint("1Gi, 500Mi");
  }
  if (!options.storage_class.empty() && !IsDnsSubdomain(options.storage_class)) {
    return Status(Code::kUsage, "'" + options.storage_class + "' can't be the name of a storage class").WithHint(kNameHint);
  }
  if (!approver.empty() && !IsDnsSubdomain(approver)) {
    return Status(Code::kUsage, "'" + approver + "' can't be the name of a Secret").WithHint(kNameHint);
  }
  return Status::Ok();
}

}  // namespace

Status CheckManifest(const ManifestOptions& options, const std::string& approver) {
  UPKEEP_RETURN_IF_ERROR(CheckTypedNames(options, approver));
  for (const auto& [space, secrets] : SecretsRead(options.inventory, options.delivery_secrets)) {
    if (!IsDnsLabel(space)) return Status(Code::kInvalid, "'" + space + "' can't be the name of a namespace");
    for (const std::string& secret : secrets) {
      if (IsDnsSubdomain(secret)) continue;
      return Status(Code::kInvalid, "'" + secret + "' can't be the name of a Secret").WithHint(kNameHint);
    }
  }
  for (const auto* const files : {&options.schedule_files, &options.calendar_files}) {
    for (const auto& [name, ignored] : *files) {
      if (IsConfigMapKey(name)) continue;
      return Status(Code::kInvalid, "no file in a pod can be named '" + name + "'")
          .WithHint("rename it: letters and digits of ASCII, '-', '_' and '.'");
    }
  }
  return Status::Ok();
}

}  // namespace upkeep::cli
