// SPDX-License-Identifier: Apache-2.0
#include "base/lua/load.h"

#include <string>
#include <utility>

#include "base/lua/errors.h"
#include "base/lua/fiber.h"
#include "base/lua/syntax.h"

namespace upkeep::lua {
namespace {

struct Chunk {
  std::string_view source;
  const std::string& name;  ///< With Lua's "@" in front.
  Fiber& fiber;
};

int Compile(lua_State* L) {
  Chunk& chunk = *static_cast<Chunk*>(lua_touserdata(L, 1));
  if (luaL_loadbufferx(L, chunk.source.data(), chunk.source.size(), chunk.name.c_str(), "t") !=
      LUA_OK) {
    return lua_error(L);
  }
  lua_xmove(L, chunk.fiber.thread, 1);
  return 0;
}

/// Keeps the first result of the fiber as the playbook.
int KeepPlaybook(lua_State* L) {
  Fiber& fiber = *static_cast<Fiber*>(lua_touserdata(L, 1));
  lua_pushvalue(fiber.thread, -fiber.results);
  lua_xmove(fiber.thread, L, 1);
  State::From(L).playbook = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

}  // namespace

Status LoadPlaybook(State& state, std::string_view source) {
  if (!source.empty() && source.front() == LUA_SIGNATURE[0]) {
    return Status(Code::kInvalid, state.file + " is bytecode; a playbook is text");
  }
  OwnedFiber fiber(state);
  UPKEEP_RETURN_IF_ERROR(state.NewThread(*fiber));
  const std::string chunk_name = "@" + state.file;
  Chunk chunk{source, chunk_name, *fiber};
  Status status = state.Protect(&Compile, &chunk);
  if (!status.ok() && status.code() != Code::kBudget) {
    std::string message = status.message();
    const SourcePlace place = TakePlace(message, state.file, source);
    return SyntaxError(std::move(message), state.file, source, place.line);
  }
  if (status.ok()) {
    state.loading = true;
    const Step step = state.Resume(*fiber, 0);
    state.loading = false;
    if (step == Step::kStopped) {
      status = *state.stopped();
      state.Close();
      return std::move(status).Within(state.file);
    }
    if (step == Step::kDone) {
      if (fiber->results == 1 && lua_istable(fiber->thread, -1)) {
        return state.Protect(&KeepPlaybook, &*fiber);
      }
      return Status(Code::kInvalid, "the file does not return one table")
          .WithHint("end it with: return upkeep.playbook { ... }")
          .At({state.file, 0, 0, ""});
    }
    status = StatusOfRaised(state, fiber->thread);
  }
  if (status.code() == Code::kBudget) return std::move(status).Within(state.file);
  // A file that can't be loaded is bad data, whatever it raised.
  std::string message = status.message();
  SourcePlace place = TakePlace(message, state.file, source);
  if (status.place()) place = *status.place();
  if (place.file == state.file) place.text = LineOf(source, place.line);
  return Status(Code::kInvalid, std::move(message)).WithHint(status.hint()).At(std::move(place));
}

}  // namespace upkeep::lua
