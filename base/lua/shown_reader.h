// SPDX-License-Identifier: Apache-2.0
//
// Reads Shown values off a Lua stack.
//
// THREADS: as its State.

#ifndef UPKEEP_BASE_LUA_SHOWN_READER_H_
#define UPKEEP_BASE_LUA_SHOWN_READER_H_

#include <cstddef>
#include <lua.hpp>

#include "base/lua/documents.h"
#include "base/lua/shown.h"
#include "base/lua/state.h"

namespace upkeep::lua {

/// Never raises and runs no metamethod. What it reads of documents is not noted as read.
class ShownReader {
 public:
  ShownReader(State& state, lua_State* L) : state_(state), L_(L) {}
  Shown Read(int index) { return ReadAt(lua_absindex(L_, index), 0); }

 private:
  Shown ReadAt(int index, int depth);
  Shown ReadTable(int index, int depth);
  Shown ReadList(int index, lua_Unsigned length, int depth);
  Shown ReadObject(int index, std::size_t count, int depth);
  Shown ReadUserdata(int index, int depth);
  Shown ReadDocuments(const ListRef& ref, int depth);
  Shown ReadNode(const NodeRef& ref, DocumentPage::Index index, const FieldNode* field, int depth);
  /// Whether one more value at this depth is shown.
  bool HasRoom(int depth) const;

  State& state_;
  lua_State* const L_;
  std::size_t values_ = 0;
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_SHOWN_READER_H_
