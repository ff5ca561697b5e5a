// SPDX-License-Identifier: Apache-2.0
//
// The Lua half of the library, as text: library/*.lua, made into sources by embed.cmake. Each is
// a chunk that gets (core, shared): functions in C++, and what earlier parts offer to later ones.

#ifndef UPKEEP_BASE_LUA_LIBRARY_H_
#define UPKEEP_BASE_LUA_LIBRARY_H_

namespace upkeep::lua {

extern const char kLibrary_guards[];
extern const char kLibrary_text[];
extern const char kLibrary_upkeep[];
extern const char kLibrary_run[];
extern const char kLibrary_lists[];
extern const char kLibrary_results[];
/// Of prompts alone; gets more (prompt.cc).
extern const char kLibrary_prompt[];

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_LIBRARY_H_
