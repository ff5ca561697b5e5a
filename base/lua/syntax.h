// SPDX-License-Identifier: Apache-2.0
//
// What Lua says against a file that it can't compile is a line and a word; people look for a column.
//
// THREADS: any.

#ifndef UPKEEP_BASE_LUA_SYNTAX_H_
#define UPKEEP_BASE_LUA_SYNTAX_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::lua {

/// kInvalid with the place, to the column, and a hint where one is known. `message` is Lua's without
/// its place ("'}' expected near 'owner'"), `line` its line, `source` the whole file.
Status SyntaxError(std::string message, const std::string& file, std::string_view source, int line);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_SYNTAX_H_
