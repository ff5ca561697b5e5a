// SPDX-License-Identifier: Apache-2.0
//
// When a schedule really plans to run: its expression's times, moved off the days that its
// calendar does not work. Two times that meet become one, so a schedule never has two slots at
// one instant.
//
// Where a time was moved, the slot is named by the instant it was moved to: that is when it is
// due, what orders it among the others, and the same on every machine that reads the same
// calendar. The time it came from is only told (Occurrence::original).
//
// THREADS: pure functions of their arguments.

#ifndef UPKEEP_SCHEDULES_OCCURRENCE_H_
#define UPKEEP_SCHEDULES_OCCURRENCE_H_

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "schedules/clock_changes.h"
#include "schedules/schedule.h"

namespace upkeep::schedules {

/// The first planned instant after `after` (exclusive); nothing when there is none in the 400
/// years that follow. Looks at the calendar's days only where the schedule has a shift.
std::optional<Instant> NextPlanned(const Schedule& schedule, Instant after);

/// The window that is open at `at`: of the schedule's own or its calendar's; null when none is.
/// Lives as long as `schedule`.
const Window* WindowAt(const Schedule& schedule, Instant at);

/// One planned instant and how it came about.
struct Occurrence {
  Instant at;                      ///< The slot's planned_at.
  Instant original;                ///< What the expression said; equals `at` unless moved.
  bool shifted = false;            ///< Moved off a day that is not worked.
  Text day_off;                    ///< Why the original day is not worked: "Seollal", "weekend".
  int merged = 0;                  ///< How many other times fall on this instant, too.
  ClockMark clock{};               ///< What a clock change did to it.
  const Window* window = nullptr;  ///< Its start lies in it: it ends as blackout. The schedule's.
};

/// The next `n` after `after`. `window` points into `schedule`.
std::vector<Occurrence> Preview(const Schedule& schedule, Instant after, int n);

/// The one at exactly `at`; nothing when the schedule plans nothing then.
std::optional<Occurrence> OccurrenceAt(const Schedule& schedule, Instant at);

/// "moved from 2026-02-16 (Seollal / 설날)"; "" when it was not moved.
std::string ShiftText(const Schedule& schedule, const Occurrence& occurrence);

/// What is to be said beside the time, in English sentences that base/korean has: the shift, what
/// else falls on the instant, the clock change, the window. Empty for a time like any other.
std::vector<std::string> MarksOf(const Schedule& schedule, const Occurrence& occurrence);

}  // namespace upkeep::schedules

#endif  // UPKEEP_SCHEDULES_OCCURRENCE_H_
