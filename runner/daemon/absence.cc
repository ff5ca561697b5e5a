// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/absence.h"

#include "base/text.h"

namespace upkeep::daemon {
namespace {

std::string Second(Instant instant) {
  return FormatRfc3339(std::chrono::floor<std::chrono::seconds>(instant));
}

const char* Words(AbsenceKind kind) {
  switch (kind) {
    case AbsenceKind::kNotHeard: return "nothing was heard of upkeep from ";
    case AbsenceKind::kLockLost: return "the lock was lost from ";
    case AbsenceKind::kStoodStill: return "the daemon stood still from ";
    case AbsenceKind::kStoreFailed: return "the store could not be written from ";
  }
  return "";
}

}  // namespace

std::string TickSign(const std::string& schedule) { return "tick " + schedule; }

void Absences::Add(AbsenceKind kind, Instant from, Instant until) {
  if (until <= from) return;   // The clock went back.
  absences_.push_back({kind, from, until});
  if (absences_.size() > kMost) absences_.pop_front();
}

std::string Absences::During(Instant start, Instant end) const {
  for (auto one = absences_.rbegin(); one != absences_.rend(); ++one) {
    if (one->from > end || one->until < start) continue;
    return Words(one->kind) + Second(one->from) + " to " + Second(one->until);
  }
  return "";
}

}  // namespace upkeep::daemon
