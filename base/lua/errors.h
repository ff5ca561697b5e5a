// SPDX-License-Identifier: Apache-2.0
//
// Errors on their way between Lua and Status. A host's error is a table {reason, message, hint?,
// at = "file:line"}; anything else that a playbook raises is a message with its place.

#ifndef UPKEEP_BASE_LUA_ERRORS_H_
#define UPKEEP_BASE_LUA_ERRORS_H_

#include <lua.hpp>
#include <string>
#include <string_view>

#include "base/lua/state.h"
#include "base/status.h"

namespace upkeep::lua {

/// The code of the error value on top of `thread`. Reads strings and plain fields only: a
/// metamethod would run the playbook with nobody to catch it. Never raises.
Status StatusOfRaised(State& state, lua_State* thread);

/// Pushes an error table; its message is `message_index`'s string. Raises when memory ends.
void PushErrorTable(lua_State* L, const char* reason, int message_index, const char* hint);

/// Pushes "file:line" of the nearest frame that is the playbook's, or "". Raises when memory ends.
void PushPlace(lua_State* L);
/// The line of the same frame; 0 when there is none. Never raises.
int LineOfPlaybook(lua_State* L);

/// Raises the string on top of the stack with the place of the nearest frame of the playbook.
int RaiseAtPlaybook(lua_State* L);

/// "file:12: text" → the place, with the rest left in `message`.
SourcePlace TakePlace(std::string& message, std::string_view file, std::string_view source);

/// The line `line` of `source`, without its end.
std::string LineOf(std::string_view source, int line);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_ERRORS_H_
