// SPDX-License-Identifier: Apache-2.0
//
// The compiled form of a Lua function, as bytes. Private to base/lua.
//
// THREADS: as the state.

#ifndef UPKEEP_BASE_LUA_DUMP_H_
#define UPKEEP_BASE_LUA_DUMP_H_

#include <string>

#include "base/lua/state.h"

namespace upkeep::lua {

enum class Names { kKept, kLeftOut };

/// The function on top of `L`'s stack, which stays there, with its lines and names or without.
std::string DumpOf(lua_State* L, Names names);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_DUMP_H_
