// SPDX-License-Identifier: Apache-2.0
//
// Where the conditions and loops of a compiled function lead. Instructions as in Lua 5.4's lopcodes.h;
// who reads a dump has made sure of the version.
//
// THREADS: pure functions. Private to base/lua.

#ifndef UPKEEP_BASE_LUA_INSTRUCTIONS_H_
#define UPKEEP_BASE_LUA_INSTRUCTIONS_H_

#include <cstdint>
#include <set>
#include <vector>

#include "base/lua/executable_lines.h"

namespace upkeep::lua {

/// `lines` has the line of each instruction of `code`.
std::set<Branch> BranchesOf(const std::vector<std::uint32_t>& code, const std::vector<int>& lines);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_INSTRUCTIONS_H_
