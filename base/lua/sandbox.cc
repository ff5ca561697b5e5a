// SPDX-License-Identifier: Apache-2.0
#include "base/lua/sandbox.h"

#include <algorithm>
#include <utility>

#include "base/lua/errors.h"
#include "base/lua/fiber.h"
#include "base/lua/load.h"
#include "base/lua/run_scope.h"
#include "base/lua/state.h"
#include "base/lua/values.h"

namespace upkeep::lua {
namespace {

struct Start {
  Fiber& fiber;
  const std::string& path;
  const std::vector<Value>& arguments;
  bool found = false;
};

/// Puts the function at the path and its arguments on the fiber's thread.
int PrepareCall(lua_State* L) {
  Start& start = *static_cast<Start*>(lua_touserdata(L, 1));
  lua_settop(L, 0);
  const int count = static_cast<int>(start.arguments.size());
  luaL_checkstack(L, count + LUA_MINSTACK, "too many arguments");
  luaL_checkstack(start.fiber.thread, count + LUA_MINSTACK, "too many arguments");
  lua_rawgeti(L, LUA_REGISTRYINDEX, State::From(L).playbook);
  lua_pushvalue(L, 1);
  const char* at = start.path.c_str();
  while (*at != '\0' && lua_istable(L, -1)) {
    const char* end = at;
    while (*end != '\0' && *end != '.') ++end;
    lua_pushlstring(L, at, static_cast<std::size_t>(end - at));
    lua_rawget(L, -2);
    lua_remove(L, -2);
    at = *end == '.' ? end + 1 : end;
  }
  start.found = lua_isfunction(L, -1);
  if (!start.found) return 0;
  for (int i = 0; i < count; ++i) {
    const Value& argument = start.arguments[static_cast<std::size_t>(i)];
    const auto run = argument.find("$run");
    if (argument.is_object() && argument.size() == 1 && run != argument.end()) {
      lua_rawgetp(L, LUA_REGISTRYINDEX, &registry::kNewRun);
      PushValue(L, *run);
      lua_pushvalue(L, 1);
      lua_call(L, 2, 1);
    } else {
      PushValue(L, argument);
    }
  }
  lua_xmove(L, start.fiber.thread, count + 1);
  return 0;
}

/// The first result; a refusal (nil and a reason) is {"$results": [null, reason]}.
Result<Value> ResultOf(State& state, Fiber& fiber) {
  if (fiber.results == 0) return Value();
  ValueReader reader(state, fiber.thread);
  const int first = lua_gettop(fiber.thread) - fiber.results + 1;
  Value value = reader.Read(first);
  if (fiber.results > 1 && lua_isnil(fiber.thread, first) && !lua_isnil(fiber.thread, first + 1)) {
    Value results = Value::array();
    for (int i = 0; i < fiber.results; ++i) results.push_back(reader.Read(first + i));
    value = Value::object();
    value["$results"] = std::move(results);
  }
  if (!reader.problem().empty()) {
    return Status(Code::kError, "the function's result can't be kept: " + reader.problem());
  }
  return value;
}

}  // namespace

struct Sandbox::Impl {
  std::unique_ptr<State> state;
  bool busy = false;
};

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::Create(SandboxOptions options) {
  auto state = State::Create(std::move(options));
  if (!state.ok()) return state.status();
  auto impl = std::make_unique<Impl>();
  impl->state = std::move(*state);
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(impl)));
}

Status Sandbox::Load(std::string_view source, std::string_view name) {
  State& state = *impl_->state;
  if (state.playbook != LUA_NOREF || impl_->busy || state.closed()) {
    return Status(Code::kInternal, "a sandbox loads one file");
  }
  state.file = name;
  UPKEEP_RETURN_IF_ERROR(LoadPlaybook(state, source));
  // What compiling left behind would stay for as long as the playbook waits.
  lua_gc(state.main(), LUA_GCCOLLECT);
  state.meter().FreePages();
  return Status::Ok();
}

Result<Value> Sandbox::Head() const {
  State& state = *impl_->state;
  if (state.closed() || state.playbook == LUA_NOREF) {
    return Status(Code::kInternal, "no playbook is loaded");
  }
  if (lua_checkstack(state.main(), LUA_MINSTACK) == 0) return Status(Code::kBudget, "out of memory");
  lua_rawgeti(state.main(), LUA_REGISTRYINDEX, state.playbook);
  ValueReader reader(state, state.main(), ValueReader::Functions::kAsLines);
  Value head = reader.Read(-1);
  lua_pop(state.main(), 1);
  if (!reader.problem().empty()) {
    return Status(Code::kInvalid, "the head can't be read: " + reader.problem())
        .At({state.file, 0, 0, ""});
  }
  return head;
}

Task<Result<Value>> Sandbox::Call(std::string path, std::vector<Value> arguments, Limits limits) {
  State& state = *impl_->state;
  if (impl_->busy) co_return Status(Code::kInternal, "a sandbox serves one call at a time");
  if (state.closed() || state.playbook == LUA_NOREF) {
    co_return state.stopped().value_or(Status(Code::kInternal, "no playbook is loaded"));
  }
  RunScope scope(state, impl_->busy, limits.cancel, RunScope::After::kNothingStays);
  state.meter().set_deadline(limits.deadline);
  OwnedFiber fiber(state);
  Start start{*fiber, path, arguments};
  Status ready = state.NewThread(*fiber);
  if (ready.ok()) ready = state.Protect(&PrepareCall, &start);
  if (!ready.ok() || !start.found) {
    scope.set_ended();
    if (!ready.ok()) co_return ready;
    co_return Status(Code::kNotFound, state.file + " has no function '" + path + "'");
  }
  const int count = static_cast<int>(arguments.size());
  std::vector<Value>().swap(arguments);   // The fiber has them; this waits as long as it does.
  Task<FiberEnd> run = RunFiber(state, *fiber, count, limits);
  const FiberEnd end = co_await std::move(run);
  scope.set_ended();
  if (!end.fault.ok()) state.Stop(end.fault);
  if (state.stopped()) co_return *state.stopped();
  if (end.how == FiberEnd::How::kRaised) co_return StatusOfRaised(state, fiber->thread);
  co_return ResultOf(state, *fiber);
}

void Sandbox::WatchLines(std::function<void(std::string_view file, int before, int line)> on_line) {
  impl_->state->meter().set_on_line(std::move(on_line));
}

std::vector<Value> Sandbox::TakeRecords() { return impl_->state->TakeRecords(); }

std::size_t Sandbox::memory_used() const { return impl_->state->meter().used(); }

std::chrono::microseconds Sandbox::cpu_used() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(impl_->state->meter().spent());
}

std::string Sandbox::waiting_for() const {
  const std::vector<const Fiber*>& waiting = impl_->state->waiting;
  if (waiting.empty()) return "";
  std::string text = DescribeWait(*waiting.front());
  if (waiting.size() > 1) text += " and " + std::to_string(waiting.size() - 1) + " more";
  return text;
}

std::chrono::microseconds Sandbox::waiting_time() const {
  const std::vector<const Fiber*>& waiting = impl_->state->waiting;
  if (waiting.empty()) return std::chrono::microseconds(0);
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               waiting.front()->since);
}

}  // namespace upkeep::lua
