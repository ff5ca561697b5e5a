// SPDX-License-Identifier: Apache-2.0
//
// --param NAME=VALUE, of the commands that run playbooks.

#ifndef UPKEEP_RUNNER_CLI_PARAMETERS_H_
#define UPKEEP_RUNNER_CLI_PARAMETERS_H_

#include <vector>

#include "base/status.h"
#include "runner/cli/command.h"
#include "runner/run/executor.h"

namespace upkeep::cli {

/// Gives each --param to every pair whose playbook has a parameter of that name. kUsage for one that
/// no playbook has, or whose value does not fit.
Status ReadParameters(const Invocation& invocation, std::vector<run::Pair>& pairs);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_PARAMETERS_H_
