// SPDX-License-Identifier: Apache-2.0
//
// The Meter counts what one Lua state spends: bytes through the allocator, thread CPU time
// through a count hook. Memory over the bar is refused (Lua collects garbage and asks once
// more); CPU time over the bar ends the run in a way that no pcall can catch.
//
// One VM instruction can be a C function that works for long, so the hook alone is not enough:
// the allocator and the functions that walk long strings and tables report their work, and the
// clock is read whenever much work was done, however few instructions it took. What reports
// nothing (a == b, a number read out of a text) takes as long as its operands are large: the
// larger the largest block, the fewer instructions run between two looks.
//
// THREADS: as its Sandbox.

#ifndef UPKEEP_BASE_LUA_METER_H_
#define UPKEEP_BASE_LUA_METER_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <lua.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/cancel.h"
#include "base/lua/blocks.h"
#include "base/lua/sandbox.h"

namespace upkeep::lua {

class Meter {
 public:
  enum class Overrun { kNone, kCpu, kDeadline };

  explicit Meter(const Budget& budget) : budget_(budget), blocks_(budget.memory_bytes) {}
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// The meter of the state that runs playbook code on this thread now, or null.
  static Meter* Running();

  /// The lua_Alloc; `self` is a Meter. Past the end of the run it refuses too: a C function that
  /// allocates as it goes ends then.
  static void* Allocate(void* self, void* block, std::size_t old_size, std::size_t new_size);
  /// The lua_Hook; yields or raises when there is an overrun, and yields when the turn is over.
  static void Look(lua_State* L, lua_Debug* record);

  /// The state counts from Begin to End; `thread` is the one that is resumed, or null while
  /// only code of ours runs. With `turns` it yields when its turn is over: for who can wait.
  void Begin(lua_State* thread, bool turns = false);
  void End();
  /// Sets the hook of a thread that playbook code will run on.
  void Watch(lua_State* thread) const;

  /// Whether the thread that was resumed has yielded since its turn is over.
  bool gave_way() const { return gave_way_; }

  /// About `bytes` bytes were walked or moved in C. True when the clocks were read and the run is over.
  bool Work(std::size_t bytes);
  /// Called often by what may have walked much without saying how much; as Work(), within 200 µs of eight calls.
  bool Glance();
  /// Processor time that the run cost elsewhere.
  void Spend(std::chrono::nanoseconds time);
  /// Reads the clocks now. True when the run is over; then every next instruction ends it.
  bool IsOver();

  /// Told of each line of a file that runs on a thread watched from now on, and which line of the same
  /// call ran before it: 0 for the first. When the call returns, of a line 0.
  using LineListener = std::function<void(std::string_view file, int before, int line)>;
  void set_on_line(LineListener on_line) { on_line_ = std::move(on_line); }

  /// The processor budget begins anew; memory is what it is.
  void Renew();

  void set_deadline(SteadyInstant deadline) { deadline_ = deadline; }
  Overrun overrun() const { return overrun_; }
  std::size_t used() const { return blocks_.held(); }
  /// After a collection: what was held for what it took goes back.
  void FreePages() { blocks_.FreePages(); }
  std::size_t memory_limit() const { return budget_.memory_bytes; }
  std::chrono::nanoseconds spent() const;

 private:
  static std::chrono::nanoseconds ThreadTime();
  bool IsOverAt(std::chrono::nanoseconds now);
  bool EndAsOver(Overrun why);
  int MostInstructions() const;
  void LookSooner();
  int Mask() const {
    return on_line_ ? LUA_MASKCOUNT | LUA_MASKLINE | LUA_MASKCALL | LUA_MASKRET : LUA_MASKCOUNT;
  }
  void TellLine(lua_State* L, lua_Debug* record) noexcept;

  const Budget budget_;
  Blocks blocks_;
  unsigned glances_ = 0;
  std::size_t work_ = 0;  ///< Bytes since the clock was last read.
  std::chrono::nanoseconds spent_{0};
  std::chrono::nanoseconds begun_{0};
  std::chrono::nanoseconds last_look_{0};
  SteadyInstant last_reading_{};   ///< When last_look_ was read.
  bool counting_ = false;
  bool turns_ = false;
  bool gave_way_ = false;
  lua_State* running_ = nullptr;
  Meter* outer_ = nullptr;   ///< What Running() was at Begin.
  LineListener on_line_;
  struct WatchedCall {
    std::string file;
    int line = 0;   ///< The latest.
  };
  std::map<const void*, WatchedCall> watched_;   ///< Calls that have not returned.
  SteadyInstant deadline_ = SteadyInstant::max();
  Overrun overrun_ = Overrun::kNone;
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_METER_H_
