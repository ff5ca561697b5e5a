// SPDX-License-Identifier: Apache-2.0
//
// Which lines of a Lua file hold something to execute, and where its conditions lead, function by
// function: what coverage is counted against. Read from the compiled file, so that it agrees with
// what the line hook tells. The hook knows lines: both ways of a condition that leads to one line
// ("x = a or b") are one to it.

#ifndef UPKEEP_BASE_LUA_EXECUTABLE_LINES_H_
#define UPKEEP_BASE_LUA_EXECUTABLE_LINES_H_

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace upkeep::lua {

/// From a line with a condition or a loop to a line where it can lead; 0 where the function returns.
using Branch = std::pair<int, int>;

struct FunctionLines {
  int first = 0, last = 0;   ///< From "function" to "end"; 0 and 0 for the file itself.
  std::set<int> lines;       ///< Those of functions inside it left out.
  std::set<Branch> branches; ///< Of lines that lead to more than one.
};

/// Each function of `source`, one that stands in another after it. kInvalid when it does not compile.
Result<std::vector<FunctionLines>> ExecutableLines(const std::string& source);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_EXECUTABLE_LINES_H_
