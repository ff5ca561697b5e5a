// SPDX-License-Identifier: Apache-2.0
#include "base/lua/meter.h"

#include <ctime>

#include <algorithm>
#include <cstring>
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
// The slowest instructions (reading a number, hashing) take a nanosecond for each byte of their operand;
// between two looks they may take a tenth of the budget.
constexpr nanoseconds::rep kBytesPerNanosecond = 1, kPartOfBudget = 10;
constexpr std::size_t kLargeBlock = 4096;
constexpr microseconds kBetweenReadings{200};

thread_local Meter* running = nullptr;

}  // namespace

Meter* Meter::Running() { return running; }

nanoseconds Meter::ThreadTime() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

nanoseconds Meter::spent() const {
  return counting_ ? spent_ + (ThreadTime() - begun_) : spent_;
}

int Meter::MostInstructions() const {
  const int most = std::max(budget_.instructions_per_look, kFewestInstructions);
  const auto largest = static_cast<nanoseconds::rep>(blocks_.largest());
  if (largest == 0) return most;
  const nanoseconds::rep bytes = nanoseconds(budget_.cpu).count() / kPartOfBudget * kBytesPerNanosecond;
  return static_cast<int>(std::clamp<nanoseconds::rep>(bytes / largest, 1, most));
}

void Meter::LookSooner() {
  if (running_ == nullptr || overrun_ != Overrun::kNone) return;
  const int most = MostInstructions();
  if (lua_gethookcount(running_) > most) lua_sethook(running_, &Meter::Look, Mask(), most);
}

void Meter::Begin(lua_State* thread, bool turns) {
  running_ = thread;
  outer_ = std::exchange(running, thread != nullptr ? this : nullptr);
  turns_ = turns;
  begun_ = ThreadTime();
  last_look_ = begun_;
  counting_ = true;
  gave_way_ = false;
  LookSooner();
}

void Meter::End() {
  spent_ = spent();
  counting_ = false;
  running_ = nullptr;
  running = std::exchange(outer_, nullptr);
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
    return nullptr;
  }
  if (new_size > old_size && meter.Work(new_size - old_size)) return nullptr;
  void* resized = meter.blocks_.Resize(block, old_size, new_size);
  if (resized == nullptr) {
    if (meter.blocks_.FreePages()) resized = meter.blocks_.Resize(block, old_size, new_size);
    // Each refusal costs a whole collection: a playbook that catches them must pay for them.
    if (meter.running_ != nullptr) meter.IsOver();
  }
  if (new_size >= kLargeBlock) meter.LookSooner();
  return resized;
}

bool Meter::Work(std::size_t bytes) {
  work_ += bytes;
  return work_ >= kWorkPerLook && running_ != nullptr && IsOver();
}

bool Meter::Glance() {
  constexpr unsigned kOneOf = 8;   // The wall clock takes as long as a whole call.
  if (overrun_ != Overrun::kNone) return true;
  if (++glances_ % kOneOf != 0 || running_ == nullptr) return false;
  const SteadyInstant wall = std::chrono::steady_clock::now();
  if (wall - last_reading_ < kBetweenReadings) return false;
  last_reading_ = wall;
  return IsOver();
}

void Meter::Spend(nanoseconds time) {
  spent_ += time;
  if (overrun_ == Overrun::kNone && spent() >= budget_.cpu) EndAsOver(Overrun::kCpu);
}

bool Meter::EndAsOver(Overrun why) {
  overrun_ = why;
  // Setting a hook is what Lua allows at any moment, inside the allocator too.
  if (running_ != nullptr) lua_sethook(running_, &Meter::Look, LUA_MASKCOUNT, 1);
  return true;
}

bool Meter::IsOver() { return IsOverAt(ThreadTime()); }

bool Meter::IsOverAt(nanoseconds now) {
  work_ = 0;
  if (overrun_ != Overrun::kNone) return EndAsOver(overrun_);
  if (counting_ && spent_ + (now - begun_) >= budget_.cpu) return EndAsOver(Overrun::kCpu);
  if (deadline_ != SteadyInstant::max() && std::chrono::steady_clock::now() >= deadline_) return EndAsOver(Overrun::kDeadline);
  return false;
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
  // Where few instructions run between two looks, most of them find that no time has passed: the thread's
  // own clock is a call of the kernel's, and no thread spends more than the time that passes.
  const SteadyInstant wall = std::chrono::steady_clock::now();
  if (meter.overrun_ == Overrun::kNone && wall - meter.last_reading_ < kBetweenReadings) return;
  meter.last_reading_ = wall;
  const nanoseconds now = ThreadTime();
  if (!meter.IsOverAt(now)) {
    if (meter.turns_ && now - meter.begun_ >= meter.budget_.turn && lua_isyieldable(L) != 0) {
      meter.gave_way_ = true;
      lua_yield(L, 0);
      return;
    }
    // Instructions that do much (a comparison of two long strings) come closer under watch.
    const nanoseconds took = now - meter.last_look_;
    meter.last_look_ = now;
    const int count = lua_gethookcount(L);
    int next = count;
    if (took > microseconds(2'000) && count > kFewestInstructions) {
      next = std::max(count / 16, kFewestInstructions);
    } else if (took < microseconds(500)) {
      next = count * 2;
    }
    next = std::min(next, meter.MostInstructions());
    if (next != count) lua_sethook(L, &Meter::Look, meter.Mask(), next);
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

// Lua compares texts with strcoll, once for each stretch between two zeros, within one instruction. The
// library is shared and finds this one first: bytes are compared, so that the order is the same on
// every machine, the work is counted, and a run that is over has an answer at once.
extern "C" __attribute__((visibility("default"))) int strcoll(const char* left, const char* right) noexcept {
  constexpr std::size_t kStep = 4096, kCall = 64;   // A call costs as much as that many bytes.
  upkeep::lua::Meter* const meter = upkeep::lua::Meter::Running();
  for (;; left += kStep, right += kStep) {
    const int order = std::strncmp(left, right, kStep);
    const std::size_t walked = order != 0 ? 0 : strnlen(left, kStep);
    if (meter != nullptr && meter->Work(walked + kCall)) return -1;
    if (order != 0 || walked < kStep) return order;
  }
}
