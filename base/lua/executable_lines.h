// SPDX-License-Identifier: Apache-2.0
//
// Which lines of a Lua file hold something to execute, function by function: what coverage is
// counted against. Read from the compiled file, so that it agrees with what the line hook tells.

#ifndef UPKEEP_BASE_LUA_EXECUTABLE_LINES_H_
#define UPKEEP_BASE_LUA_EXECUTABLE_LINES_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace upkeep::lua {

struct FunctionLines {
  int first = 0, last = 0;   ///< From "function" to "end"; 0 and 0 for the file itself.
  std::set<int> lines;       ///< Those of functions inside it left out.
};

/// Each function of `source`, one that stands in another after it. kInvalid when it does not compile.
Result<std::vector<FunctionLines>> ExecutableLines(const std::string& source);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_EXECUTABLE_LINES_H_
