// SPDX-License-Identifier: Apache-2.0
#include "base/lua/compiled_library.h"

#include <cstring>

#include "base/lua/dump.h"
#include "base/lua/library.h"
#include "base/lua/state.h"

namespace upkeep::lua {
const std::array<LibraryPart, 4>& CompiledLibrary() {
  static const std::array<LibraryPart, 4> library = [] {
    std::array<LibraryPart, 4> parts{{{"=[upkeep] text", kLibrary_text, {}},
                                      {"=[upkeep] guards", kLibrary_guards, {}},
                                      {"=[upkeep] upkeep", kLibrary_upkeep, {}},
                                      {"=[upkeep] run", kLibrary_run, {}}}};
    lua_State* const compiler = luaL_newstate();
    if (compiler == nullptr) return parts;
    for (LibraryPart& part : parts) {
      if (luaL_loadbufferx(compiler, part.source, std::strlen(part.source), part.name, "t") == LUA_OK) {
        part.compiled = DumpOf(compiler);
      }
      lua_settop(compiler, 0);
    }
    lua_close(compiler);
    return parts;
  }();
  return library;
}

}  // namespace upkeep::lua
