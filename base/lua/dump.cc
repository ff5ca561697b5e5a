// SPDX-License-Identifier: Apache-2.0
#include "base/lua/dump.h"

namespace upkeep::lua {
namespace {

int Append(lua_State*, const void* bytes, size_t size, void* text) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return 0;
}

}  // namespace

std::string DumpOf(lua_State* L, Names names) {
  std::string dump;
  lua_dump(L, &Append, &dump, names == Names::kLeftOut ? 1 : 0);
  return dump;
}

}  // namespace upkeep::lua
