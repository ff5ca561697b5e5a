// SPDX-License-Identifier: Apache-2.0
//
// string.find, match, gmatch and gsub over PatternMatcher: the same answers as Lua's own, and
// they end when the budget does.

#ifndef UPKEEP_BASE_LUA_PATTERN_FUNCTIONS_H_
#define UPKEEP_BASE_LUA_PATTERN_FUNCTIONS_H_

#include <lua.hpp>

namespace upkeep::lua {

/// Sets the four functions in the table on top of the stack. Raises when memory ends.
void SetPatternFunctions(lua_State* L);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_PATTERN_FUNCTIONS_H_
