// SPDX-License-Identifier: Apache-2.0
//
// The Lua half of the library, compiled once a process: compiling it took nine tenths of a state's
// start. These are the only binary chunks that are ever loaded.
//
// THREADS: any. Whoever has time before the first sandbox asks for it on another thread.

#ifndef UPKEEP_BASE_LUA_COMPILED_LIBRARY_H_
#define UPKEEP_BASE_LUA_COMPILED_LIBRARY_H_

#include <array>
#include <string>

namespace upkeep::lua {

struct LibraryPart {
  const char* name;      ///< For core.load_part.
  bool at_once;          ///< Run as a state begins, in this order; others when core.load_part asks.
  const char* source;
  std::string compiled;  ///< Empty where there was no memory for it.
};

const std::array<LibraryPart, 6>& CompiledLibrary();

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_COMPILED_LIBRARY_H_
