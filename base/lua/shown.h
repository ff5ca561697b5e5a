// SPDX-License-Identifier: Apache-2.0
//
// A Lua value as somebody at a prompt looks at it: bounded, in a fixed order, and read without
// running anything of the playbook's. What was left out is counted.

#ifndef UPKEEP_BASE_LUA_SHOWN_H_
#define UPKEEP_BASE_LUA_SHOWN_H_

#include <cstddef>
#include <string>
#include <vector>

namespace upkeep::lua {

struct Shown {
  enum class Kind { kWord, kText, kList, kObject };
  Kind kind = Kind::kWord;
  /// kWord: nil, true, 12, 1.5, null, function … as it is written. kText: the text's own bytes,
  /// which may be anything.
  std::string text;
  std::vector<std::string> keys;  ///< kObject: of `items`, in byte order.
  std::vector<Shown> items;       ///< Of a list or an object, the first ones.
  std::size_t left_out = 0;       ///< Items, or bytes of a text, that are not here.
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_SHOWN_H_
