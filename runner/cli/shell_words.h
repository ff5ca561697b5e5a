// SPDX-License-Identifier: Apache-2.0
//
// A command in one string, cut into words as a shell cuts it: by blanks, with '…', "…" and \ to keep
// what they hold together. Nothing is expanded.
//
// THREADS: a pure function.

#ifndef UPKEEP_RUNNER_CLI_SHELL_WORDS_H_
#define UPKEEP_RUNNER_CLI_SHELL_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace upkeep::cli {

/// kUsage for a quote that is never closed, and for a \ with nothing behind it.
Result<std::vector<std::string>> ShellWords(std::string_view text);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_SHELL_WORDS_H_
