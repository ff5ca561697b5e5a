// SPDX-License-Identifier: Apache-2.0
//
// A guard calls the original as plain C, in the same frame: the original's messages then name the
// playbook's line and the function that it called.
#include "base/lua/guards.h"

#include <cstring>

#include "base/lua/state.h"

namespace upkeep::lua {
namespace {

constexpr lua_Integer kMostElements = 4'000'000;
constexpr lua_Integer kUninterrupted = 10'000;  // Elements that sort may compare in C.

int Original(lua_State* L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

void Charge(lua_State* L, std::size_t bytes) { State::From(L).meter().Work(bytes); }

/// Charges for the elements `first` to `last`. A length may be whatever a __len says.
void CheckRange(lua_State* L, lua_Integer first, lua_Integer last) {
  if (last < first) return;
  const lua_Unsigned count = static_cast<lua_Unsigned>(last) - static_cast<lua_Unsigned>(first);
  if (count >= static_cast<lua_Unsigned>(kMostElements)) {
    luaL_error(L, "this would go through more than 4,000,000 elements");
  }
  Charge(L, static_cast<std::size_t>(count) * 32);
}

bool IsContainer(lua_State* L) { return lua_istable(L, 1) || lua_isuserdata(L, 1) != 0; }

int CheckInsert(lua_State* L) {
  if (lua_gettop(L) == 3 && IsContainer(L) && lua_isinteger(L, 2) != 0) {
    CheckRange(L, lua_tointeger(L, 2), luaL_len(L, 1));
  }
  return Original(L);
}

int CheckRemove(lua_State* L) {
  if (lua_gettop(L) == 2 && IsContainer(L) && lua_isinteger(L, 2) != 0) {
    CheckRange(L, lua_tointeger(L, 2), luaL_len(L, 1));
  }
  return Original(L);
}

int CheckMove(lua_State* L) {
  const lua_Integer first = luaL_checkinteger(L, 2);
  CheckRange(L, first, luaL_checkinteger(L, 3));
  return Original(L);
}

/// concat(list, separator, first, last) and unpack(list, first, last).
int CheckSpan(lua_State* L, int at) {
  if (IsContainer(L)) {
    const lua_Integer first = luaL_optinteger(L, at, 1);
    CheckRange(L, first, lua_isnoneornil(L, at + 1) ? luaL_len(L, 1) : luaL_checkinteger(L, at + 1));
  }
  return Original(L);
}
int CheckConcat(lua_State* L) { return CheckSpan(L, 3); }
int CheckUnpack(lua_State* L) { return CheckSpan(L, 2); }

// Upvalue 2 makes a comparison in Lua, which can be stopped, of a C function or of none.
int CheckSort(lua_State* L) {
  if (IsContainer(L)) {
    const lua_Integer count = luaL_len(L, 1);
    CheckRange(L, 1, count);
    if (lua_iscfunction(L, 2) != 0 || (lua_isnoneornil(L, 2) && count > kUninterrupted)) {
      lua_settop(L, 2);
      lua_pushvalue(L, lua_upvalueindex(2));
      lua_insert(L, 2);
      lua_call(L, 1, 1);
    }
  }
  return Original(L);
}

int CheckText(lua_State* L) {
  if (lua_type(L, 1) == LUA_TSTRING) Charge(L, lua_rawlen(L, 1) * 4);
  return Original(L);
}

int CheckRepeat(lua_State* L) {
  const bool nothing = lua_type(L, 1) == LUA_TSTRING && lua_rawlen(L, 1) == 0 &&
                       lua_isnumber(L, 2) != 0 &&
                       (lua_isnoneornil(L, 3) ||
                        (lua_type(L, 3) == LUA_TSTRING && lua_rawlen(L, 3) == 0));
  if (!nothing) return Original(L);
  lua_settop(L, 1);  // Lua's own goes round as often as it is told, to make nothing.
  return 1;
}

int CheckMetatable(lua_State* L) {
  if (lua_istable(L, 2)) {
    lua_pushliteral(L, "__gc");
    // Lua stops no hook inside a finalizer: a loop there could not be ended.
    if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "a playbook has no finalizers: __gc is refused");
    lua_pop(L, 1);
  }
  return Original(L);
}

/// True for what Lua would show by where it lies in memory, which is nobody's business.
bool ShowsAddress(lua_State* L, int index) {
  switch (lua_type(L, index)) {
    case LUA_TTABLE: case LUA_TFUNCTION: case LUA_TUSERDATA: case LUA_TLIGHTUSERDATA: case LUA_TTHREAD: break;
    default: return false;
  }
  if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

/// What it is instead: "table", "function", or the name that its metatable gives.
void PushKind(lua_State* L, int index) {
  const int named = luaL_getmetafield(L, index, "__name");
  if (named == LUA_TSTRING) return;
  if (named != LUA_TNIL) lua_pop(L, 1);
  lua_pushstring(L, luaL_typename(L, index));
}

int CheckToString(lua_State* L) {
  if (!ShowsAddress(L, 1)) return Original(L);
  PushKind(L, 1);
  return 1;
}

int CheckFormat(lua_State* L) {
  if (lua_type(L, 1) != LUA_TSTRING) return Original(L);
  std::size_t size = 0;
  const char* const format = lua_tolstring(L, 1, &size);
  int argument = 1;
  for (const char* at = format; at < format + size; ++at) {
    if (*at != '%') continue;
    if (*++at == '%') continue;
    ++argument;
    at += std::strspn(at, "-+ #0123456789.");   // Ends at the 0 that Lua puts behind every string.
    if (*at == 'p') return luaL_error(L, "string.format tells nobody where a value lies in memory");
    if (*at == 's' && argument <= lua_gettop(L) && ShowsAddress(L, argument)) {
      PushKind(L, argument);
      lua_replace(L, argument);
    }
  }
  return Original(L);
}

constexpr luaL_Reg kGuards[] = {
    {"tostring", &CheckToString},   {"string.format", &CheckFormat},
    {"table.insert", &CheckInsert}, {"table.remove", &CheckRemove}, {"table.move", &CheckMove},
    {"table.concat", &CheckConcat}, {"table.unpack", &CheckUnpack}, {"table.sort", &CheckSort},
    {"text", &CheckText},           {"string.rep", &CheckRepeat},   {"setmetatable", &CheckMetatable}};

}  // namespace

int Guard(lua_State* L) {
  const char* const name = luaL_checkstring(L, 1);
  lua_settop(L, 3);
  for (const luaL_Reg& guard : kGuards) {
    if (std::strcmp(guard.name, name) != 0) continue;
    luaL_argcheck(L, lua_iscfunction(L, 2) != 0, 2, "a C function");
    lua_pushcclosure(L, guard.func, 2);
    return 1;
  }
  return luaL_error(L, "no guard is named %s", name);
}

}  // namespace upkeep::lua
