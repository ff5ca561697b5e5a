// SPDX-License-Identifier: Apache-2.0
//
// Between Lua values and Values. A table with the keys 1..n is an array, any other an object
// whose whole-number keys become text; an empty table is an object unless upkeep.array marked it.

#ifndef UPKEEP_BASE_LUA_VALUES_H_
#define UPKEEP_BASE_LUA_VALUES_H_

#include <cstddef>
#include <lua.hpp>
#include <string>

#include "base/lua/state.h"
#include "base/value.h"

namespace upkeep::lua {

/// True when the value at `index` has the metatable `meta`. Never raises.
bool HasMetatable(lua_State* L, int index, const void* meta);

/// Reads Lua values without raising, without metamethods, and within bounds: a table that holds
/// itself, or one that unfolds to far more than it is, ends in problem().
class ValueReader {
 public:
  enum class Functions { kRefused, kAsLines };  ///< kAsLines: {"$function": line}, for heads.

  ValueReader(State& state, lua_State* L, Functions functions = Functions::kRefused);
  /// The same with a bound of its own instead of the memory budget, and the problem of what is larger.
  ValueReader(State& state, lua_State* L, std::size_t most_bytes, const char* too_large);
  /// Null, with a problem(), when it can't be read.
  Value Read(int index);
  /// Empty: all that was read is whole.
  const std::string& problem() const { return problem_; }
  std::size_t bytes() const { return bytes_; }

 private:
  Value ReadAt(int index, int depth);
  Value ReadTable(int index, int depth);
  Value ReadFunction(int index);
  Value ReadUserdata(int index);
  Value ReadNode(const NodeRef& ref, DocumentPage::Index index, const FieldNode* field);
  bool Take(std::size_t bytes);
  Value Fail(std::string problem);

  State& state_;
  lua_State* const L_;
  const Functions functions_;
  const std::size_t most_bytes_;
  const char* const too_large_ = "the value is larger than the memory budget";
  std::size_t bytes_ = 0;
  std::string problem_;
};

/// Pushes a copy of `value`; a JSON null becomes the null that upkeep.is_null knows. Raises when
/// memory ends or when nesting is deeper than 200; `value` must be owned outside of Lua frames.
void PushValue(lua_State* L, const Value& value);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_VALUES_H_
