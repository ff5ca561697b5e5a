// SPDX-License-Identifier: Apache-2.0
//
// Opens Lua's libraries for the embedded library, which hands on to the playbook what is safe.
// Not even the library gets io, os, package, debug or coroutine.
#include "base/lua/compiled_library.h"
#include "base/lua/core_functions.h"
#include "base/lua/documents.h"
#include "base/lua/state.h"

#include <cstring>

namespace upkeep::lua {
namespace {

constexpr const char kLibraryChunk[] = "=[upkeep]";

int RaiseNull(lua_State* L) {
  return luaL_error(L, "this value is a JSON null; ask upkeep.is_null first");
}

int NullText(lua_State* L) {
  lua_pushliteral(L, "null");
  return 1;
}

int ErrorText(lua_State* L) {
  if (lua_type(L, 1) == LUA_TTABLE) {
    lua_pushliteral(L, "message");
    if (lua_rawget(L, 1) == LUA_TSTRING) return 1;
  }
  lua_pushliteral(L, "error");
  return 1;
}

void LockMetatable(lua_State* L, const char* name) {
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
}

void OpenMetatables(lua_State* L) {
  lua_newtable(L);
  LockMetatable(L, "error");
  lua_pushcfunction(L, &ErrorText);
  lua_setfield(L, -2, "__tostring");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::kErrorMeta);

  lua_newtable(L);
  LockMetatable(L, "array");
  State::From(L).array_meta = lua_topointer(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::kArrayMeta);

  // All light userdata share one metatable; the null is the only one a playbook sees.
  lua_pushlightuserdata(L, const_cast<char*>(&kNullMark));
  lua_newtable(L);
  LockMetatable(L, "null");
  lua_pushcfunction(L, &RaiseNull);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, &NullText);
  lua_setfield(L, -2, "__tostring");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

/// Runs one part with `core` and `shared`, which stand at these indices, and the globals that stand at
/// `globals`: the playbook's are others.
void RunPart(lua_State* L, const LibraryPart& part, int core, int shared, int globals) {
  const bool compiled = !part.compiled.empty();
  const char* const chunk = compiled ? part.compiled.data() : part.source;
  const size_t size = compiled ? part.compiled.size() : std::strlen(part.source);
  if (luaL_loadbufferx(L, chunk, size, kLibraryChunk, compiled ? "b" : "t") != LUA_OK) lua_error(L);
  lua_pushvalue(L, globals);
  lua_setupvalue(L, -2, 1);
  lua_pushvalue(L, core);
  lua_pushvalue(L, shared);
  lua_call(L, 2, 0);
}

/// core.load_part(name), with (core, shared, globals) as upvalues.
int LoadPart(lua_State* L) {
  const char* const name = luaL_checkstring(L, 1);
  for (const LibraryPart& part : CompiledLibrary()) {
    if (std::strcmp(part.name, name) != 0) continue;
    RunPart(L, part, lua_upvalueindex(1), lua_upvalueindex(2), lua_upvalueindex(3));
    return 0;
  }
  return luaL_argerror(L, 1, name);
}

}  // namespace

int OpenEnvironment(lua_State* L) {
  lua_settop(L, 0);
  luaL_requiref(L, LUA_GNAME, &luaopen_base, 1);
  luaL_requiref(L, LUA_STRLIBNAME, &luaopen_string, 1);
  luaL_requiref(L, LUA_TABLIBNAME, &luaopen_table, 1);
  luaL_requiref(L, LUA_MATHLIBNAME, &luaopen_math, 1);
  luaL_requiref(L, LUA_UTF8LIBNAME, &luaopen_utf8, 1);
  OpenMetatables(L);
  OpenDocuments(L);
  lua_settop(L, 0);
  PushCore(L);
  lua_newtable(L);
  lua_pushglobaltable(L);
  for (int i = 1; i <= 3; ++i) lua_pushvalue(L, i);
  lua_pushcclosure(L, &LoadPart, 3);
  lua_setfield(L, 1, "load_part");
  for (const LibraryPart& part : CompiledLibrary()) {
    if (part.at_once) RunPart(L, part, 1, 2, 3);
  }
  return 0;
}

}  // namespace upkeep::lua
