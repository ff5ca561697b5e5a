// SPDX-License-Identifier: Apache-2.0
#include "base/lua/core_functions.h"

#include <exception>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/korean.h"
#include "base/lua/documents.h"
#include "base/lua/errors.h"
#include "base/lua/guards.h"
#include "base/lua/pattern_functions.h"
#include "base/lua/state.h"
#include "base/lua/values.h"

namespace upkeep::lua {
namespace {

/// core.now(): seconds since 1970.
int Now(lua_State* L) {
  const auto since = State::From(L).options().clock->Now().time_since_epoch();
  lua_pushnumber(L, std::chrono::duration<lua_Number>(since).count());
  return 1;
}

bool ParseTimeText(const char* text, std::size_t size, lua_Number& seconds) noexcept {
  try {
    const Result<Instant> instant = ParseRfc3339(std::string_view(text, size));
    if (!instant.ok()) return false;
    seconds = std::chrono::duration<lua_Number>(instant->time_since_epoch()).count();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

/// core.parse_time(text): seconds, or nothing.
int ParseTime(lua_State* L) {
  std::size_t size = 0;
  const char* const text = luaL_checklstring(L, 1, &size);
  lua_Number seconds = 0;
  if (size > 64 || !ParseTimeText(text, size, seconds)) return 0;
  lua_pushnumber(L, seconds);
  return 1;
}

int IsNull(lua_State* L) {
  lua_pushboolean(L, lua_touserdata(L, 1) == &kNullMark ? 1 : 0);
  return 1;
}

bool Translate(State& state, const char* text, std::size_t size) noexcept {
  try {
    state.SetProblem(ValueInKorean(std::string_view(text, size)));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

/// core.in_korean(text): a message of ours in Korean, foreign prose quoted, names as they are.
int InKoreanText(lua_State* L) {
  std::size_t size = 0;
  const char* const text = luaL_checklstring(L, 1, &size);
  State& state = State::From(L);
  if (!Translate(state, text, size)) return luaL_error(L, "not enough memory");
  lua_pushlstring(L, state.problem().data(), state.problem().size());
  return 1;
}

/// core.fail(message): raises with the place of the playbook's line.
int Fail(lua_State* L) {
  luaL_checkstring(L, 1);
  lua_settop(L, 1);
  return RaiseAtPlaybook(L);
}

bool Record(lua_State* L, int line) noexcept {
  State& state = State::From(L);
  try {
    ValueReader reader(state, L);
    Value record = reader.Read(1);
    if (!reader.problem().empty()) {
      state.SetProblem(reader.problem());
      return false;
    }
    record["line"] = line;
    if (!state.AddRecord(std::move(record), reader.bytes())) {
      state.SetProblem("the playbook records more than its memory budget");
      return false;
    }
    return true;
  } catch (const std::exception&) {
    state.SetProblem("a record could not be kept");
    return false;
  }
}

/// core.record(table): appends it to the run's records, with the playbook's line.
int AddRecord(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  luaL_checkstack(L, LUA_MINSTACK, nullptr);
  if (Record(L, LineOfPlaybook(L))) return 0;
  lua_pushstring(L, State::From(L).problem().c_str());
  return RaiseAtPlaybook(L);
}

/// core.set_pattern_functions(table).
int SetPatterns(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  SetPatternFunctions(L);
  return 0;
}

/// core.set_new_run(function): what makes the run object.
int SetNewRun(lua_State* L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry::kNewRun);
  return 0;
}

/// core.set_environment(table): what chunks compiled from now on have as globals.
int SetEnvironment(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  return 0;
}

}  // namespace

void PushCore(lua_State* L) {
  const luaL_Reg functions[] = {{"now", &Now},
                                {"parse_time", &ParseTime},
                                {"is_null", &IsNull},
                                {"in_korean", &InKoreanText},
                                {"fail", &Fail},
                                {"guard", &Guard},
                                {"record", &AddRecord},
                                {"items", &DocumentItems},
                                {"host_function", &MakeHostFunction},
                                {"host_functions", &HostFunctionNames},
                                {"each", &Each},
                                {"load_module", &LoadModule},
                                {"set_pattern_functions", &SetPatterns},
                                {"set_new_run", &SetNewRun},
                                {"set_environment", &SetEnvironment},
                                {nullptr, nullptr}};
  luaL_newlib(L, functions);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::kArrayMeta);
  lua_setfield(L, -2, "array_meta");
  const SandboxOptions& options = State::From(L).options();
  lua_pushinteger(L, static_cast<lua_Integer>(options.seed));
  lua_setfield(L, -2, "seed");
}

}  // namespace upkeep::lua
