// SPDX-License-Identifier: Apache-2.0
#include "base/lua/meter.h"

#include <ctime>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "base/lua/state.h"

namespace upkeep::lua {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kWorkPerLook = std::size_t{1} << 20;
constexpr int kFewestInstructions = 16;
constexpr int kFirstInstructions = 1'000;

}  // namespace

nanoseconds Meter::ThreadTime() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

nanoseconds Meter::spent() const {
  return counting_ ? spent_ + (ThreadTime() - begun_) : spent_;
}

int Meter::MostInstructions() const {
  return std::max(budget_.instructions_per_look, kFewestInstructions);
}

void Meter::Begin(lua_State* running, bool turns) {
  running_ = running;
  turns_ = turns;
  begun_ = ThreadTime();
  last_look_ = begun_;
  counting_ = true;
  gave_way_ = false;
}

void Meter::End() {
  spent_ = spent();
  counting_ = false;
  running_ = nullptr;
}

void Meter::Renew() {
  spent_ = nanoseconds(0);
  work_ = 0;
  overrun_ = Overrun::kNone;
}

void Meter::Watch(lua_State* thread) const {
  lua_sethook(thread, &Meter::Look, Mask(), std::min(kFirstInstructions, MostInstructions()));
}

void* Meter::Allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) {
  Meter& meter = *static_cast<Meter*>(self);
  if (block == nullptr) old_size = 0;  // Lua passes a type tag here, not a size.
  if (new_size == 0) {
    meter.blocks_.Free(block, old_size);
    meter.used_ -= old_size;
    return nullptr;
  }
  if (new_size > old_size) {
    const std::size_t more = new_size - old_size;
    if (more > meter.budget_.memory_bytes - std::min(meter.used_, meter.budget_.memory_bytes)) {
      // Each refusal costs a whole collection: a playbook that catches them must pay for them.
      if (meter.running_ != nullptr) meter.IsOver();
      return nullptr;
    }
    meter.Work(more);
  }
  void* const moved = meter.blocks_.Resize(block, old_size, new_size);
  if (moved != nullptr) meter.used_ += new_size - old_size;
  return moved;
}

void Meter::Work(std::size_t bytes) {
  work_ += bytes;
  if (work_ < kWorkPerLook || running_ == nullptr) return;
  IsOver();
}

bool Meter::IsOver() {
  work_ = 0;
  if (overrun_ == Overrun::kNone) {
    if (counting_ && spent() >= budget_.cpu) {
      overrun_ = Overrun::kCpu;
    } else if (deadline_ != SteadyInstant::max() && std::chrono::steady_clock::now() >= deadline_) {
      overrun_ = Overrun::kDeadline;
    }
  }
  if (overrun_ == Overrun::kNone) return false;
  // Setting a hook is what Lua allows at any moment, inside the allocator too.
  if (running_ != nullptr) lua_sethook(running_, &Meter::Look, LUA_MASKCOUNT, 1);
  return true;
}

void Meter::TellLine(lua_State* L, lua_Debug* record) noexcept {
  // The call's identity: nothing of it is read.
  const void* const call = record->i_ci;
  try {
    if (record->event == LUA_HOOKCALL || record->event == LUA_HOOKTAILCALL) {
      auto replaced = watched_.extract(call);
      // Otherwise it was left by an error, and has not returned.
      if (replaced && record->event == LUA_HOOKTAILCALL) on_line_(replaced.mapped().file, replaced.mapped().line, 0);
      return;
    }
    // Of the embedded library nobody asks; a file's source begins with "@".
    if (lua_getinfo(L, "S", record) == 0 || record->source[0] != '@') return;
    if (record->event == LUA_HOOKLINE) {
      const auto [found, first] = watched_.try_emplace(call);
      if (first) found->second.file = record->source + 1;
      on_line_(found->second.file, std::exchange(found->second.line, record->currentline), record->currentline);
    } else if (const auto ended = watched_.extract(call)) {
      on_line_(ended.mapped().file, ended.mapped().line, 0);
    }
  } catch (const std::exception&) {
    on_line_ = nullptr;  // No memory to note lines with: the run itself goes on.
  }
}

// Yielding is the only exit that a playbook's pcall cannot catch; where yielding is impossible
// (inside a comparison of table.sort, say), every further instruction raises instead.
void Meter::Look(lua_State* L, lua_Debug* record) {
  Meter& meter = State::From(L).meter();
  if (record->event != LUA_HOOKCOUNT) {
    meter.TellLine(L, record);
    return;
  }
  if (!meter.IsOver()) {
    const nanoseconds now = ThreadTime();
    if (meter.turns_ && now - meter.begun_ >= meter.budget_.turn && lua_isyieldable(L) != 0) {
      meter.gave_way_ = true;
      lua_yield(L, 0);
      return;
    }
    // Instructions that do much (a comparison of two long strings) come closer under watch.
    const nanoseconds took = now - meter.last_look_;
    meter.last_look_ = now;
    const int count = lua_gethookcount(L);
    if (took > microseconds(2'000) && count > kFewestInstructions) {
      lua_sethook(L, &Meter::Look, meter.Mask(), std::max(count / 16, kFewestInstructions));
    } else if (took < microseconds(500) && count < meter.MostInstructions()) {
      lua_sethook(L, &Meter::Look, meter.Mask(), std::min(count * 2, meter.MostInstructions()));
    }
    return;
  }
  if (lua_isyieldable(L) != 0) {
    lua_yield(L, 0);
    return;
  }
  lua_sethook(L, &Meter::Look, LUA_MASKCOUNT, 1);
  lua_pushstring(L, "the playbook spent its budget");
  lua_error(L);
}

}  // namespace upkeep::lua
