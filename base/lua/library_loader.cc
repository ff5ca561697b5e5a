// SPDX-License-Identifier: Apache-2.0
//
// require "lib.NAME": one module of the playbook's own pack, and nothing else on the disk.
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/lua/core_functions.h"
#include "base/lua/errors.h"
#include "base/lua/state.h"

namespace upkeep::lua {
namespace {

bool IsPlainName(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && name.size() <= 100 &&
         name.find_first_not_of(kLetters) == std::string_view::npos;
}

/// Reads the file into state.library_source and its name into state.problem(), or says there
/// what is wrong.
bool ReadLibrary(State& state, std::string_view name) noexcept {
  try {
    if (!IsPlainName(name)) {
      state.SetProblem("a module of the pack is named lib.NAME, with a-z, 0-9 and _ in NAME");
      return false;
    }
    if (!state.options().read_module) {
      state.SetProblem("lib." + std::string(name) + " is required, and this pack has no modules");
      return false;
    }
    Result<ModuleSource> source = state.options().read_module(std::string(name));
    if (!source.ok()) {
      state.SetProblem(source.status().code() == Code::kNotFound
                           ? "there is no module lib." + std::string(name)
                           : source.status().message());
      return false;
    }
    state.library_source = std::move(source->text);
    state.SetProblem("@" + source->path);
    return true;
  } catch (const std::exception&) {
    state.SetProblem("the module cannot be read");
    return false;
  }
}

}  // namespace

int LoadModule(lua_State* L) {
  State& state = State::From(L);
  std::size_t size = 0;
  const char* const name = luaL_checklstring(L, 1, &size);
  if (!ReadLibrary(state, {name, size})) {
    lua_pushstring(L, state.problem().c_str());
    return RaiseAtPlaybook(L);
  }
  const std::string& source = state.library_source;
  if (luaL_loadbufferx(L, source.data(), source.size(), state.problem().c_str(), "t") != LUA_OK) {
    return lua_error(L);
  }
  return 1;
}

}  // namespace upkeep::lua
