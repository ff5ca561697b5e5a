// SPDX-License-Identifier: Apache-2.0
//
// A matcher of Lua patterns (the reference manual, 6.4.1) that can be stopped: Lua's own one
// backtracks for seconds inside C, where no hook runs. Here every step is counted, and the owner
// is asked now and then whether to go on.
//
// THREADS: plain data. Has no destructor, so that a Lua error may jump over it.

#ifndef UPKEEP_BASE_LUA_PATTERN_H_
#define UPKEEP_BASE_LUA_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace upkeep::lua {

class PatternMatcher {
 public:
  static constexpr int kMostCaptures = 32;
  static constexpr std::ptrdiff_t kOpen = -1;      ///< The capture's ")" is still to come.
  static constexpr std::ptrdiff_t kPosition = -2;  ///< "()": only where it starts counts.

  struct Capture {
    const char* start;
    std::ptrdiff_t length;
  };
  /// Asked every few thousand steps, with their number; false stops the match.
  using Ask = bool (*)(void* owner, std::size_t steps);

  /// All that is pointed at outlives the matcher.
  PatternMatcher(std::string_view subject, std::string_view pattern, Ask ask, void* owner);

  /// Matches at `start`: the match's end, or null. REQUIRES: `start` lies in the subject.
  const char* MatchAt(const char* start);

  /// What is wrong with the pattern, or null. Set after MatchAt() gave null.
  const char* error() const { return error_; }
  bool stopped() const { return stopped_; }
  int capture_count() const { return level_; }
  const Capture& capture(int i) const { return captures_[i]; }

 private:
  const char* Match(const char* s, const char* p);
  const char* MatchRepeated(const char* s, const char* p, const char* item_end);
  const char* MatchLazily(const char* s, const char* p, const char* item_end);
  const char* MatchOpen(const char* s, const char* p, std::ptrdiff_t length);
  const char* MatchClose(const char* s, const char* p);
  const char* Balanced(const char* s, const char* p);
  const char* BackReference(const char* s, unsigned char digit);
  const char* ItemEnd(const char* p);
  bool Fits(const char* s, const char* p, const char* item_end);
  bool InSet(unsigned char c, const char* p, const char* bracket);
  const char* Fail(const char* error);
  bool Spend(std::size_t steps);

  const char* const begin_;
  const char* const end_;
  const char* const pattern_;
  const char* const pattern_end_;
  const Ask ask_;
  void* const owner_;
  std::size_t steps_ = 0;
  const char* error_ = nullptr;
  bool stopped_ = false;
  int depth_ = 0;
  int level_ = 0;
  Capture captures_[kMostCaptures];
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_PATTERN_H_
