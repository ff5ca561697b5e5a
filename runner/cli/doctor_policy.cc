// SPDX-License-Identifier: Apache-2.0
// What may be changed here, and whose keys decide.
#include "runner/cli/doctor.h"
#include "runner/cli/remedy_parts.h"

namespace upkeep::cli {

using Level = Diagnosis::Level;

void DiagnosePolicy(const Invocation& invocation, std::vector<Diagnosis>& found) {
  if (const Result<remedy::Policy> policy = LoadPolicy(invocation); !policy.ok()) {
    found.push_back(FaultOf("policy", policy.status()));
  } else {
    std::string files;
    for (const std::string& file : policy->files) files += (files.empty() ? "" : ", ") + file;
    const std::string cap(checks::RiskName(policy->risk_cap));
    if (files.empty()) files = "built-in defaults";
    const std::string line = policy->mode == remedy::Mode::kOff ? "mode off, risk_cap " + cap + " (" + files + ")"
                                                                : "mode propose, risk_cap " + cap + " (" + files + ")";
    found.push_back({Level::kOk, "policy", line, "", 0});
  }
  const Result<remedy::KeyRing> keys = LoadKeys(invocation);
  if (!keys.ok()) {
    found.push_back(FaultOf("keys", keys.status()));
    return;
  }
  const std::string count = std::to_string(keys->keys().size());
  found.push_back({Level::kOk, "keys", count + " registered in " + KeysFolder(invocation), "", 0});
}

}  // namespace upkeep::cli
