// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/remedy_parts.h"

#include <cstdlib>
#include <filesystem>

#include "runner/remedy/house_policy.h"

namespace upkeep::cli {

std::string KeysFolder(const Invocation& invocation) {
  const char* const set = std::getenv("UPKEEP_KEYS");
  return invocation.Value("--keys", set != nullptr ? set : "/etc/upkeep/keys");
}

Result<remedy::KeyRing> LoadKeys(const Invocation& invocation) {
  return remedy::ReadKeys(KeysFolder(invocation));
}

Result<remedy::Policy> LoadPolicy(const Invocation& invocation) {
  const char* const set = std::getenv("UPKEEP_POLICY");
  std::string own = invocation.Value("--policy", set != nullptr ? set : "");
  std::error_code error;
  if (own.empty() && std::filesystem::exists("policy.yaml", error)) own = "policy.yaml";
  return remedy::PolicyInForce(own);
}

}  // namespace upkeep::cli
