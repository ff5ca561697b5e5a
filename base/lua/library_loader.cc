// SPDX-License-Identifier: Apache-2.0
//
// require "lib.NAME": one file of the pack's own library folder, and nothing else on the disk.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/lua/core_functions.h"
#include "base/lua/errors.h"
#include "base/lua/state.h"

namespace upkeep::lua {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 20;

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
    if (state.options().library_folder.empty()) {
      state.SetProblem("lib." + std::string(name) + " is required, and this pack has no lib folder");
      return false;
    }
    const fs::path path = fs::path(state.options().library_folder) / (std::string(name) + ".lua");
    std::error_code error;
    // A link could lead out of the pack.
    if (!fs::is_regular_file(fs::symlink_status(path, error)) || error) {
      state.SetProblem("there is no module lib." + std::string(name) + ": no file " + path.string());
      return false;
    }
    const std::uintmax_t size = fs::file_size(path, error);
    if (error || size > kMostBytes) {
      state.SetProblem(path.string() + " is larger than 1 MiB, which no module is");
      return false;
    }
    std::ifstream in(path, std::ios::binary);
    state.library_source.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (!in) {
      state.SetProblem("cannot read " + path.string());
      return false;
    }
    state.SetProblem("@" + path.string());
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
