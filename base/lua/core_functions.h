// SPDX-License-Identifier: Apache-2.0
//
// What the Lua half of the library has from C++, as the table `core` that only it can reach.

#ifndef UPKEEP_BASE_LUA_CORE_FUNCTIONS_H_
#define UPKEEP_BASE_LUA_CORE_FUNCTIONS_H_

#include <lua.hpp>

namespace upkeep::lua {

/// Pushes the table. Raises when memory ends.
void PushCore(lua_State* L);

/// core.host_function(module, name): a function that calls the host and waits (host_functions.cc).
int MakeHostFunction(lua_State* L);
/// core.host_functions(module): an array of names; nil when there is no host at all.
int HostFunctionNames(lua_State* L);
/// core.each{items, function, count, at_once}: waits until all were called.
int Each(lua_State* L);
/// core.load_module(name): the chunk of lib.NAME (library_loader.cc).
int LoadModule(lua_State* L);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_CORE_FUNCTIONS_H_
