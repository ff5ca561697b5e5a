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
constexpr lua_Unsigned kLongestNumber = 64;

int Original(lua_State* L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

/// Raises once the run is over: no hook runs between the calls that a C function makes. It may be
/// caught, and then the next instruction ends the run.
void EndWhere(lua_State* L, bool over) {
  if (over) luaL_error(L, "the playbook spent its budget");
}

void Charge(lua_State* L, std::size_t bytes) { EndWhere(L, State::From(L).meter().Work(bytes)); }

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

/// A number's text is short: one of megabytes, handed over a thousand times, would be read as often.
void CheckNumber(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TSTRING || lua_rawlen(L, index) <= kLongestNumber) return;
  luaL_argerror(L, index, "number expected, got a text of more than 64 bytes");
}

/// For functions that read any number of numbers.
int CheckNumbers(lua_State* L) {
  const int count = lua_gettop(L);
  Charge(L, static_cast<std::size_t>(count) * kLongestNumber);
  for (int i = 1; i <= count; ++i) CheckNumber(L, i);
  return Original(L);
}

/// Going on in a table that was emptied walks all of it, and a C function may ask for that often.
int CheckNext(lua_State* L) {
  EndWhere(L, State::From(L).meter().Glance());
  return Original(L);
}

/// Lua's own gives its own next, which is behind no check. Upvalue 2 is the one to give.
int CheckPairs(lua_State* L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pop(L, 1);
    return Original(L);
  }
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

// What a metatable can say to a playbook: all but __gc (Lua stops no hook inside a finalizer: a loop there
// could not be ended) and __mode (a collection goes through all weak tables in one step).
constexpr const char* kMetamethods[] = {
    "__index", "__newindex", "__call", "__tostring", "__name", "__len",  "__pairs", "__close", "__eq",
    "__lt",    "__le",       "__concat", "__unm",    "__add",  "__sub",  "__mul",   "__div",   "__mod",
    "__pow",   "__idiv",     "__band", "__bor",      "__bxor", "__shl",  "__shr",   "__bnot"};

void Refuse(lua_State* L, const char* field, const char* why) {
  lua_pushstring(L, field);
  if (lua_rawget(L, 2) != LUA_TNIL) luaL_error(L, "%s", why);
  lua_pop(L, 1);
}

/// One that is called for another one, and so on round a ring, is found within one instruction, which
/// never ends: a __call is a function.
void CheckCall(lua_State* L) {
  lua_pushliteral(L, "__call");
  const int type = lua_rawget(L, 2);
  if (type != LUA_TNIL && type != LUA_TFUNCTION) luaL_error(L, "__call must be a function, not a %s", lua_typename(L, type));
  lua_pop(L, 1);
}

/// The key of a metatable that a playbook may replace, since it gave it without __metatable.
const char kSealMark = 0;

/// Pushes what the playbook's metatable at 2 says now. It is never seen: getmetatable gives the
/// playbook's own, so that nothing can be added to it later.
void PushSeal(lua_State* L) {
  lua_newtable(L);
  for (const char* const name : kMetamethods) {
    lua_pushstring(L, name);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 2) != LUA_TNIL) {
      lua_rawset(L, -3);
    } else {
      lua_pop(L, 2);
    }
  }
  lua_pushliteral(L, "__metatable");
  lua_pushvalue(L, -1);
  if (lua_rawget(L, 2) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushvalue(L, 2);
    lua_pushboolean(L, 1);
    lua_rawsetp(L, -4, &kSealMark);
  }
  lua_rawset(L, -3);
}

int CheckMetatable(lua_State* L) {
  const bool resets = lua_isnil(L, 2);
  if (!lua_istable(L, 1) || !(resets || lua_istable(L, 2))) return Original(L);
  lua_settop(L, 2);
  if (!resets) {
    Refuse(L, "__gc", "a playbook has no finalizers: __gc is refused");
    Refuse(L, "__mode", "a playbook has no weak tables: __mode is refused");
    CheckCall(L);
    PushSeal(L);
    lua_replace(L, 2);
  }
  if (lua_getmetatable(L, 1) != 0) {
    const bool sealed = lua_rawgetp(L, -1, &kSealMark) != LUA_TNIL;
    lua_settop(L, 2);
    if (sealed) {
      lua_pushnil(L);
      lua_setmetatable(L, 1);
    }
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
    if (argument > lua_gettop(L)) continue;
    if (*at == 's' && ShowsAddress(L, argument)) {
      PushKind(L, argument);
      lua_replace(L, argument);
    } else if (*at != 's' && *at != 'q') {
      CheckNumber(L, argument);
    }
  }
  return Original(L);
}

constexpr luaL_Reg kGuards[] = {
    {"tostring", &CheckToString},   {"string.format", &CheckFormat},
    {"table.insert", &CheckInsert}, {"table.remove", &CheckRemove}, {"table.move", &CheckMove},
    {"table.concat", &CheckConcat}, {"table.unpack", &CheckUnpack}, {"table.sort", &CheckSort},
    {"text", &CheckText},           {"string.rep", &CheckRepeat},   {"setmetatable", &CheckMetatable},
    {"numbers", &CheckNumbers},     {"next", &CheckNext},           {"pairs", &CheckPairs}};

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
