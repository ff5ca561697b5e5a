// SPDX-License-Identifier: Apache-2.0
#include "base/lua/state.h"

#include <algorithm>
#include <utility>

#include "base/lua/errors.h"

namespace upkeep::lua {

const char kYieldMark = 0;
const char kNullMark = 0;

namespace registry {
const char kErrorMeta = 0, kArrayMeta = 0, kListMeta = 0, kNodeMeta = 0, kNewRun = 0,
           kRequireCache = 0;
}

namespace {

int MakeThread(lua_State* L) {
  Fiber& fiber = *static_cast<Fiber*>(lua_touserdata(L, 1));
  lua_State* const thread = lua_newthread(L);
  fiber.ref = luaL_ref(L, LUA_REGISTRYINDEX);
  fiber.thread = thread;
  return 0;
}

}  // namespace

State::State(SandboxOptions options) : options_(std::move(options)), meter_(options_.budget) {}

State::~State() { Close(); }

Result<std::unique_ptr<State>> State::Create(SandboxOptions options, bool keeps_documents) {
  if (options.clock == nullptr) return Status(Code::kInternal, "a sandbox needs a clock");
  std::unique_ptr<State> state(new State(std::move(options)));
  if (keeps_documents) state->documents_.KeepBetweenCalls();
  state->main_ = lua_newstate(&Meter::Allocate, &state->meter_);
  if (state->main_ == nullptr) {
    return Status(Code::kBudget, "the memory budget is too small for any playbook");
  }
  *static_cast<State**>(lua_getextraspace(state->main_)) = state.get();
  if (Status opened = state->Protect(&OpenEnvironment, nullptr); !opened.ok()) {
    if (opened.code() != Code::kBudget) return std::move(opened).Within("the sandbox's own library");
    return Status(Code::kBudget, "the memory budget is too small for any playbook");
  }
  return state;
}

void State::Close() {
  if (main_ == nullptr) return;
  lua_close(std::exchange(main_, nullptr));
  documents_.Clear();
  playbook = LUA_NOREF;
}

Status State::Protect(lua_CFunction function, void* argument) {
  if (closed()) return stopped_.value_or(Status(Code::kInternal, "the sandbox is closed"));
  if (lua_checkstack(main_, LUA_MINSTACK) == 0) return Status(Code::kBudget, "out of memory");
  const int top = lua_gettop(main_);
  lua_pushcfunction(main_, function);
  lua_pushlightuserdata(main_, argument);
  Status status;
  if (lua_pcall(main_, 1, 0, 0) != LUA_OK) status = StatusOfRaised(*this, main_);
  lua_settop(main_, top);
  return status;
}

Status State::NewThread(Fiber& fiber) {
  Status status = Protect(&MakeThread, &fiber);
  if (status.ok()) meter_.Watch(fiber.thread);
  return status;
}

void State::Release(Fiber& fiber) {
  if (!closed()) {
    for (int* const ref : {&fiber.ref, &fiber.each_job, &fiber.each_failed_ref}) {
      luaL_unref(main_, LUA_REGISTRYINDEX, *ref);  // Nothing for LUA_NOREF.
      *ref = LUA_NOREF;
    }
  }
  fiber.thread = nullptr;
  fiber.each_failed = nullptr;
}

Step State::Resume(Fiber& fiber, int arguments) {
  if (stopped_) return Step::kStopped;
  fiber.wait = Fiber::Wait::kNothing;
  current = &fiber;
  meter_.Begin(fiber.thread, !loading && options_.host != nullptr);
  int results = 0;
  const int code = lua_resume(fiber.thread, main_, arguments, &results);
  meter_.End();
  current = nullptr;
  switch (meter_.overrun()) {
    case Meter::Overrun::kNone: break;
    case Meter::Overrun::kCpu: {
      const double seconds = std::chrono::duration<double>(options_.budget.cpu).count();
      char text[96];
      std::snprintf(text, sizeof text, "the playbook spent its processor budget of %g s", seconds);
      Stop(Status(Code::kBudget, text));
      return Step::kStopped;
    }
    case Meter::Overrun::kDeadline:
      Stop(Status(Code::kTimeout, "the deadline passed while the playbook was computing"));
      return Step::kStopped;
  }
  if (code == LUA_OK) {
    fiber.results = results;
    return Step::kDone;
  }
  if (code != LUA_YIELD) return Step::kRaised;
  if (meter_.gave_way()) return Step::kGivesWay;
  if (results == 1 && lua_touserdata(fiber.thread, -1) == &kYieldMark &&
      fiber.wait != Fiber::Wait::kNothing) {
    lua_pop(fiber.thread, 1);
    return Step::kWaits;
  }
  Stop(Status(Code::kInternal, "the playbook yielded outside of a call that waits"));
  return Step::kStopped;
}

void State::Stop(Status reason) {
  if (stopped_) return;
  stopped_ = std::move(reason);
  if (cancel != nullptr) cancel->Cancel();
}

void State::Renew() {
  stopped_.reset();
  meter_.Renew();
}

bool State::AddRecord(Value record, std::size_t bytes) {
  record_bytes_ += bytes;
  if (record_bytes_ > options_.budget.memory_bytes) return false;
  records_.push_back(std::move(record));
  return true;
}

std::vector<Value> State::TakeRecords() { return std::exchange(records_, {}); }

}  // namespace upkeep::lua
