// SPDX-License-Identifier: Apache-2.0
//
// Compiles and runs the file of a playbook, and keeps the table that it returns.
//
// THREADS: as its State.

#ifndef UPKEEP_BASE_LUA_LOAD_H_
#define UPKEEP_BASE_LUA_LOAD_H_

#include <string_view>

#include "base/lua/state.h"
#include "base/status.h"

namespace upkeep::lua {

/// `source` is the text of the file that State::file names. Its table is State::playbook afterwards.
/// What Sandbox::Load() says of errors holds.
Status LoadPlaybook(State& state, std::string_view source);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_LOAD_H_
