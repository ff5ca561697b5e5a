// SPDX-License-Identifier: Apache-2.0
//
// Functions of Lua's libraries that could work for long inside one instruction, or that take
// what a playbook may not have, behind a check.

#ifndef UPKEEP_BASE_LUA_GUARDS_H_
#define UPKEEP_BASE_LUA_GUARDS_H_

#include <lua.hpp>

namespace upkeep::lua {

/// core.guard(name, original, wrap?): the C function `original` behind the check for `name`
/// ("table.insert", "setmetatable", "text" for one that walks its first argument, "numbers" for one
/// that reads each of them as a number …).
int Guard(lua_State* L);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_GUARDS_H_
