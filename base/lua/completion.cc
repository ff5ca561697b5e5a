// SPDX-License-Identifier: Apache-2.0
#include "base/lua/completion.h"

#include <exception>
#include <set>

namespace upkeep::lua {
namespace {

constexpr std::size_t kMostNames = 200;
/// Tables that look names up in tables: variables, the environment, what a playbook may use.
constexpr int kMostInherited = 6;

struct Asked {
  int variables;
  std::string_view path;        ///< "a.b." of "a.b.c", or empty.
  std::string_view prefix;      ///< "c"
  std::set<std::string> found;
};

bool IsName(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

/// Puts the table on top's raw __index in its place; false, and nothing on top, without one.
bool Inherited(lua_State* L) {
  const bool has = lua_getmetatable(L, -1) != 0;
  if (has) {
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    if (lua_istable(L, -1)) {
      lua_replace(L, -3);
      lua_pop(L, 1);
      return true;
    }
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
  return false;
}

/// Replaces the table on top by what it has, or inherits, under `name`; nil without.
void StepInto(lua_State* L, std::string_view name) {
  for (int i = 0; i < kMostInherited && lua_istable(L, -1); ++i) {
    lua_pushlstring(L, name.data(), name.size());
    lua_rawget(L, -2);
    if (!lua_isnil(L, -1)) {
      lua_replace(L, -2);
      return;
    }
    lua_pop(L, 1);
    if (!Inherited(L)) {
      lua_pushnil(L);
      return;
    }
  }
  lua_pop(L, 1);
  lua_pushnil(L);
}

void Take(Asked& asked, std::string_view name) noexcept {
  try {
    if (asked.found.size() < kMostNames && name.starts_with(asked.prefix) && IsName(name)) {
      asked.found.insert(std::string(asked.path) + std::string(name));
    }
  } catch (const std::exception&) {
    // A name fewer.
  }
}

int Look(lua_State* L) {
  Asked& asked = *static_cast<Asked*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  lua_rawgeti(L, LUA_REGISTRYINDEX, asked.variables);
  std::string_view path = asked.path;
  while (!path.empty()) {
    const std::size_t end = path.find_first_of(".:");
    StepInto(L, path.substr(0, end));
    path.remove_prefix(end + 1);
  }
  for (int i = 0; i < kMostInherited && lua_istable(L, -1); ++i) {
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
      if (lua_type(L, -2) != LUA_TSTRING) continue;
      size_t size = 0;
      const char* const name = lua_tolstring(L, -2, &size);
      Take(asked, {name, size});
    }
    if (!Inherited(L)) break;
  }
  return 0;
}

}  // namespace

std::vector<std::string> CompleteName(State& state, int variables, std::string_view word) {
  const std::size_t last = word.find_last_of(".:");
  const std::size_t begin = last == std::string_view::npos ? 0 : last + 1;
  Asked asked{variables, word.substr(0, begin), word.substr(begin), {}};
  if (!state.Protect(&Look, &asked).ok()) return {};
  return {asked.found.begin(), asked.found.end()};
}

}  // namespace upkeep::lua
