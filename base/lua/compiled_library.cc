// SPDX-License-Identifier: Apache-2.0
#include "base/lua/compiled_library.h"

#include <cstring>

#include "base/lua/dump.h"
#include "base/lua/library.h"
#include "base/lua/state.h"

namespace upkeep::lua {

const std::array<LibraryPart, 6>& CompiledLibrary() {
  static const std::array<LibraryPart, 6> library = [] {
    std::array<LibraryPart, 6> parts{{{"guards", true, kLibrary_guards, {}},
                                      {"upkeep", true, kLibrary_upkeep, {}},
                                      {"run", true, kLibrary_run, {}},
                                      {"text", false, kLibrary_text, {}},
                                      {"lists", false, kLibrary_lists, {}},
                                      {"results", false, kLibrary_results, {}}}};
    lua_State* const compiler = luaL_newstate();
    if (compiler == nullptr) return parts;
    for (LibraryPart& part : parts) {
      if (luaL_loadbufferx(compiler, part.source, std::strlen(part.source), "=[upkeep]", "t") == LUA_OK) {
        // Each state has a copy: a fifth of it would be lines and names that nobody is shown.
        part.compiled = DumpOf(compiler, Names::kLeftOut);
      }
      lua_settop(compiler, 0);
    }
    lua_close(compiler);
    return parts;
  }();
  return library;
}

}  // namespace upkeep::lua
