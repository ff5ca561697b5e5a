// SPDX-License-Identifier: Apache-2.0
//
// The functions that wait: they note in their fiber what for, yield our mark, and go on in a
// continuation when the fiber is resumed with the answer.
#include <exception>
#include <utility>

#include "base/lua/core_functions.h"
#include "base/lua/errors.h"
#include "base/lua/state.h"
#include "base/lua/values.h"

namespace upkeep::lua {
namespace {

constexpr int kMostEachDepth = 4;
constexpr lua_Integer kMostAtOnce = 256;
// Whoever answers copies them several times, and all of that is outside of the run's memory and time.
constexpr std::size_t kMostArgumentBytes = std::size_t{256} << 10, kMostWaitingBytes = std::size_t{4} << 20;
constexpr std::chrono::nanoseconds kCostOfCall{50'000};
constexpr int kNanosecondsPerByte = 10;

/// Raises when the running function may not wait here.
void CheckMayWait(lua_State* L, const char* what) {
  const State& state = State::From(L);
  if (state.loading) {
    lua_pushfstring(L, "%s is called while the file is loading; call it inside check", what);
  } else if (lua_isyieldable(L) == 0 || state.current == nullptr) {
    lua_pushfstring(L, "%s cannot wait here: inside a function that table.sort, string.gsub or "
                       "require calls", what);
  } else {
    return;
  }
  RaiseAtPlaybook(L);
}

bool PackArguments(lua_State* L, const char* module, const char* function) noexcept {
  State& state = State::From(L);
  try {
    Value arguments = Value::array();
    ValueReader reader(state, L, kMostArgumentBytes, "a call may be told at most 256 KiB");
    int count = lua_gettop(L);
    // Missing and nil are the same to an author, so they are the same in a recorded call.
    while (count > 0 && lua_isnil(L, count)) --count;
    for (int i = 1; i <= count; ++i) {
      arguments.push_back(reader.Read(i));
      if (!reader.problem().empty()) {
        state.SetProblem("argument " + std::to_string(i) + " of " + module + "." + function +
                         ": " + reader.problem());
        return false;
      }
    }
    if (state.waiting_bytes + reader.bytes() > kMostWaitingBytes) {
      state.SetProblem("the calls that wait were told more than 4 MiB together");
      return false;
    }
    state.meter().Spend(kCostOfCall + std::chrono::nanoseconds(reader.bytes() * kNanosecondsPerByte));
    Fiber& fiber = *state.current;
    fiber.argument_bytes = reader.bytes();
    fiber.module = module;
    fiber.function = function;
    fiber.arguments = std::move(arguments);
    fiber.wait = Fiber::Wait::kHostCall;
    return true;
  } catch (const std::exception&) {
    state.SetProblem("the arguments are too large");
    return false;
  }
}

DocumentView* ViewOf(State& state) noexcept {
  const Fiber& fiber = *state.current;
  try {
    std::string need = fiber.module + ":" + fiber.function;
    if (!fiber.arguments.empty() && fiber.arguments[0].is_string()) {
      need += ":" + fiber.arguments[0].get<std::string>();
    }
    return state.documents().Add(**fiber.answer, std::move(need));
  } catch (const std::exception&) {
    return nullptr;
  }
}

int HostCallDone(lua_State* L, int, lua_KContext) {
  State& state = State::From(L);
  const Result<Answer>& answer = *state.current->answer;
  lua_settop(L, 0);
  luaL_checkstack(L, LUA_MINSTACK, nullptr);
  if (answer.ok()) {
    if (answer->documents == nullptr) {
      PushValue(L, answer->value);
      if (answer->value.is_null()) {  // "Nothing", as functions of Lua say it.
        lua_settop(L, 0);
        lua_pushnil(L);
      }
      return 1;
    }
    DocumentView* const view = ViewOf(state);
    if (view == nullptr) return luaL_error(L, "not enough memory");
    PushList(L, view);
    return 1;
  }
  // status() gives a copy with a destructor; the fiber keeps one for us.
  const Status& failed = state.current->failed;
  lua_pushlstring(L, failed.message().data(), failed.message().size());
  PushErrorTable(L, CodeName(failed.code()).data(), -1, failed.hint().c_str());
  return lua_error(L);
}

// Upvalues: module, function.
int HostCall(lua_State* L) {
  const char* const module = lua_tostring(L, lua_upvalueindex(1));
  const char* const function = lua_tostring(L, lua_upvalueindex(2));
  luaL_checkstack(L, LUA_MINSTACK, nullptr);
  const State& state = State::From(L);
  if (state.options().host == nullptr) {
    lua_pushfstring(L, "upkeep.%s.%s is called, and there is no target to look at", module, function);
    return RaiseAtPlaybook(L);
  }
  lua_pushfstring(L, "%s.%s", module, function);
  CheckMayWait(L, lua_tostring(L, -1));
  lua_pop(L, 1);
  if (!PackArguments(L, module, function)) {
    lua_pushstring(L, state.problem().c_str());
    return RaiseAtPlaybook(L);
  }
  lua_pushlightuserdata(L, const_cast<char*>(&kYieldMark));
  return lua_yieldk(L, 1, 0, &HostCallDone);
}

int EachDone(lua_State* L, int, lua_KContext) {
  State& state = State::From(L);
  Fiber& fiber = *state.current;
  if (fiber.each_failed == nullptr) return 0;
  luaL_checkstack(L, 1, nullptr);
  lua_xmove(fiber.each_failed, L, 1);
  luaL_unref(L, LUA_REGISTRYINDEX, fiber.each_failed_ref);
  fiber.each_failed = nullptr;
  fiber.each_failed_ref = LUA_NOREF;
  return lua_error(L);
}

/// The names as one string, each ended by a NUL, in the state's problem: plain C++ that may
/// throw, away from Lua.
bool ListFunctions(State& state, const char* module) noexcept {
  try {
    std::string names;
    for (const std::string& name : state.options().host->Functions(module)) {
      names += name;
      names += '\0';
    }
    state.SetProblem(std::move(names));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

int MakeHostFunction(lua_State* L) {
  luaL_checkstring(L, 1);
  luaL_checkstring(L, 2);
  lua_settop(L, 2);
  lua_pushcclosure(L, &HostCall, 2);
  return 1;
}

int HostFunctionNames(lua_State* L) {
  State& state = State::From(L);
  const char* const module = luaL_checkstring(L, 1);
  if (state.options().host == nullptr) return 0;
  if (!ListFunctions(state, module)) return luaL_error(L, "not enough memory");
  lua_newtable(L);
  const char* at = state.problem().data();
  const char* const end = at + state.problem().size();
  for (lua_Integer i = 1; at < end; ++i) {
    lua_pushstring(L, at);
    at += lua_rawlen(L, -1) + 1;
    lua_rawseti(L, -2, i);
  }
  return 1;
}

int Each(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  CheckMayWait(L, "upkeep.each");
  Fiber& fiber = *State::From(L).current;
  if (fiber.depth >= kMostEachDepth) {
    lua_pushfstring(L, "upkeep.each stands inside %d others; that is too deep", kMostEachDepth);
    return RaiseAtPlaybook(L);
  }
  lua_rawgeti(L, 1, 3);
  lua_rawgeti(L, 1, 4);
  const lua_Integer count = lua_tointeger(L, -2);
  const lua_Integer at_once = lua_tointeger(L, -1);
  fiber.each_count = count > 0 ? static_cast<std::size_t>(count) : 0;
  fiber.each_at_once =
      static_cast<std::size_t>(at_once < 1 ? 1 : at_once > kMostAtOnce ? kMostAtOnce : at_once);
  lua_settop(L, 1);
  fiber.each_job = luaL_ref(L, LUA_REGISTRYINDEX);
  fiber.wait = Fiber::Wait::kEach;
  lua_pushlightuserdata(L, const_cast<char*>(&kYieldMark));
  return lua_yieldk(L, 1, 0, &EachDone);
}

}  // namespace upkeep::lua
