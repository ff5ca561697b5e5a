// SPDX-License-Identifier: Apache-2.0
#include "base/lua/compiled_library.h"

#include <cstring>

#include "base/lua/library.h"
#include "base/lua/state.h"

namespace upkeep::lua {
namespace {

int Append(lua_State*, const void* bytes, size_t size, void* text) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return 0;
}

}  // namespace

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
        lua_dump(compiler, &Append, &part.compiled, 0);
      }
      lua_settop(compiler, 0);
    }
    lua_close(compiler);
    return parts;
  }();
  return library;
}

}  // namespace upkeep::lua
