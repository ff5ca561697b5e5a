// SPDX-License-Identifier: Apache-2.0
//
// The one table of exit codes (DESIGN.md 6): help, documentation and tests are made from it.

#ifndef UPKEEP_RUNNER_CLI_EXIT_CODES_H_
#define UPKEEP_RUNNER_CLI_EXIT_CODES_H_

#include <span>
#include <string_view>

#include "base/status.h"
#include "checks/model/result.h"

namespace upkeep::cli {

struct ExitCode {
  int number;
  std::string_view meaning;
};

/// All of them, ascending.
std::span<const ExitCode> ExitCodes();

/// Of two exit codes the one that says more of what is wrong: any fault of the tool before any
/// state, and of states 2 before 1 before 3. 0 only when both are.
int WorseExit(int a, int b);

/// 0, 1, 2 or 3: what a monitoring plugin returns for `state`; skipped counts as ok.
int ExitOf(checks::State state);

/// The fault's own number: 64 … 82, 130; 70 for what has none.
int ExitOf(const Status& status);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_EXIT_CODES_H_
