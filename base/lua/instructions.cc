// SPDX-License-Identifier: Apache-2.0
#include "base/lua/instructions.h"

#include <cstddef>
#include <map>

namespace upkeep::lua {
namespace {

// Numbers of lopcodes.h, Lua 5.4.
enum Operation : std::uint32_t {
  kLoadFalseSkip = 6,
  kJump = 56,
  kFirstTest = 57,   ///< EQ, LT, LE, EQK, EQI, LTI, LEI, GTI, GEI, TEST, TESTSET: a jump follows.
  kLastTest = 67,
  kTailCall = 69,
  kReturn = 70,
  kReturn0 = 71,
  kReturn1 = 72,
  kForLoop = 73,
  kForPrepare = 74,
  kGenericForPrepare = 75,
  kGenericForLoop = 77
};

constexpr std::uint32_t kOperationMask = 0x7F;
constexpr unsigned kJumpShift = 7, kWideShift = 15;
constexpr std::int64_t kJumpBias = (std::int64_t{1} << 24) - 1;

class Walker {
 public:
  Walker(const std::vector<std::uint32_t>& code, const std::vector<int>& lines) : code_(code), lines_(lines) {}

  std::set<Branch> Branches() {
    std::map<int, std::set<int>> leads;
    for (std::size_t at = 0; at < code_.size(); ++at) {
      const std::vector<std::int64_t> next = Next(at);
      if (next.size() < 2) continue;
      for (const std::int64_t one : next) {
        std::set<std::int64_t> seen;
        Walk(one, lines_[at], seen, leads[lines_[at]]);
      }
    }
    std::set<Branch> branches;
    for (const auto& [from, to] : leads) {
      if (to.size() < 2) continue;
      for (const int line : to) branches.emplace(from, line);
    }
    return branches;
  }

 private:
  /// What can be executed after instruction `at`, as the virtual machine steps: nothing after a return.
  std::vector<std::int64_t> Next(std::size_t at) const {
    const std::uint32_t word = code_[at], operation = word & kOperationMask;
    const std::int64_t after = static_cast<std::int64_t>(at) + 1, wide = word >> kWideShift;
    if (operation >= kFirstTest && operation <= kLastTest) return {after, after + 1};
    switch (operation) {
      case kLoadFalseSkip: return {after + 1};
      case kJump: return {after + (static_cast<std::int64_t>(word >> kJumpShift) - kJumpBias)};
      case kTailCall:
      case kReturn:
      case kReturn0:
      case kReturn1: return {};
      case kForLoop:
      case kGenericForLoop: return {after, after - wide};
      case kForPrepare: return {after, after + wide + 1};
      case kGenericForPrepare: return {after + wide};
      default: return {after};
    }
  }

  /// From `at` on as long as the line is `line`; the lines that come then go into `to`.
  void Walk(std::int64_t at, int line, std::set<std::int64_t>& seen, std::set<int>& to) const {
    if (at < 0 || at >= static_cast<std::int64_t>(code_.size()) || !seen.insert(at).second) return;
    const auto here = static_cast<std::size_t>(at);
    if (lines_[here] != line) {
      to.insert(lines_[here]);
      return;
    }
    const std::vector<std::int64_t> next = Next(here);
    if (next.empty()) to.insert(0);
    for (const std::int64_t one : next) Walk(one, line, seen, to);
  }

  const std::vector<std::uint32_t>& code_;
  const std::vector<int>& lines_;
};

}  // namespace

std::set<Branch> BranchesOf(const std::vector<std::uint32_t>& code, const std::vector<int>& lines) {
  return Walker(code, lines).Branches();
}

}  // namespace upkeep::lua
