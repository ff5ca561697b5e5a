// SPDX-License-Identifier: Apache-2.0
//
// The registered keys and the policy that a command works with.
//
// THREADS: as Invocation.

#ifndef UPKEEP_RUNNER_CLI_REMEDY_PARTS_H_
#define UPKEEP_RUNNER_CLI_REMEDY_PARTS_H_

#include <string>

#include "runner/cli/command.h"
#include "runner/remedy/approval_key.h"
#include "runner/remedy/policy.h"

namespace upkeep::cli {

/// --keys, UPKEEP_KEYS, /etc/upkeep/keys.
std::string KeysFolder(const Invocation& invocation);
Result<remedy::KeyRing> LoadKeys(const Invocation& invocation);

/// --policy, UPKEEP_POLICY or ./policy.yaml, within the policy of the house, else the defaults.
Result<remedy::Policy> LoadPolicy(const Invocation& invocation);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_REMEDY_PARTS_H_
