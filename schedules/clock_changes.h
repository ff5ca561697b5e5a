// SPDX-License-Identifier: Apache-2.0
//
// Where an expression's times meet a change of its zone's clocks: for warnings, descriptions and
// the marks of planned times (occurrence.h). Next() itself knows nothing of this.
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_CLOCK_CHANGES_H_
#define UPKEEP_SCHEDULES_CLOCK_CHANGES_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/zone/zone.h"
#include "schedules/cron.h"

namespace upkeep::schedules {

/// A change of the clocks that skips or repeats a wall time which the expression names.
struct ChangeHit {
  Instant at;               ///< When the offset changes.
  bool gap = false;         ///< Wall times are skipped; else they are repeated.
  zone::LocalSeconds wall;  ///< The first such wall time.
};

/// The first one after `after` and before `until`; nothing when there is none.
std::optional<ChangeHit> NextChangeHit(const CronExpression& expression, Instant after,
                                       Instant until);

/// What a clock change has to do with a planned time.
struct ClockMark {
  enum class Kind {
    kNone,
    kMoved,       ///< It stands for `wall`, which the clocks skip.
    kFirstPass,   ///< Its wall time comes again later.
    kSecondPass,  ///< Its wall time was there before.
  };
  Kind kind = Kind::kNone;
  zone::LocalSeconds wall{};  ///< Of kMoved.
};

/// REQUIRES: `at` came from expression.Next().
ClockMark MarkOf(const CronExpression& expression, Instant at);

/// Of a time that something else than the expression brought to `at`, meaning `meant` on the wall.
ClockMark MarkOf(const zone::Zone& zone, Instant at, zone::LocalSeconds meant);

/// "2027-03-14 02:30", with seconds only where there are some.
std::string FormatWall(zone::LocalSeconds wall);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_CLOCK_CHANGES_H_
