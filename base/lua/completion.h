// SPDX-License-Identifier: Apache-2.0
//
// What a half-typed name may become.
//
// THREADS: as its State.

#ifndef UPKEEP_BASE_LUA_COMPLETION_H_
#define UPKEEP_BASE_LUA_COMPLETION_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/lua/state.h"

namespace upkeep::lua {

/// Looks `word` ("upkeep.", "run:re") up in the table that the reference `variables` keeps and in
/// what it inherits from, without running a metamethod. Whole words, sorted, at most 200.
std::vector<std::string> CompleteName(State& state, int variables, std::string_view word);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_COMPLETION_H_
