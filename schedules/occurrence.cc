// SPDX-License-Identifier: Apache-2.0
#include "schedules/occurrence.h"

#include <algorithm>

#include "base/zone/zone.h"
#include "schedules/planner.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using zone::LocalSeconds;

/// The instant of a wall time that was moved: right after a gap, in an overlap's first pass.
Instant Resolve(const zone::Zone& zone, LocalSeconds wall) {
  const zone::Resolved resolved = zone.FromLocal(wall);
  return resolved.occurrence == zone::Occurrence::kNever ? resolved.change : resolved.first;
}

/// One way in which an instant comes about.
struct Source {
  Instant at;
  LocalDays day;  ///< Where the expression has it.
  LocalSeconds wall;
};

/// The days of one schedule, worked and not. A day that is not worked gives its times of day to
/// the working day that it moves to; nothing but that day's own times depends on clock changes
/// before the move.
class Days {
 public:
  explicit Days(const Schedule& schedule)
      : schedule_(schedule), calendar_(*schedule.calendar), zone_(schedule.expression.zone()) {}

  std::optional<Instant> NextAfter(Instant after) const {
    const LocalDays today = floor<days>(zone_.ToLocal(floor<seconds>(after)));
    const bool works = calendar_.IsWorkingDay(today);
    if (works) {
      if (const auto source = First(today, after)) return source->at;
    }
    LocalDays from = today + days(1);
    // Days before today that are not worked either move to the same day as today.
    if (!works && schedule_.holiday == HolidayShift::kNext) from = StartOfRun(today);
    if (!works && schedule_.holiday == HolidayShift::kPrevious) {
      const auto next = calendar_.WorkingDayFrom(today);
      if (!next) return std::nullopt;
      from = *next;
    } else if (schedule_.holiday == HolidayShift::kPrevious) {
      // The days off that follow today have moved to today.
      const auto next = calendar_.WorkingDayFrom(from);
      if (!next) return std::nullopt;
      from = *next;
    }
    for (const LocalDays end = today + kGregorianCycle; from <= end;) {
      const auto wall = schedule_.expression.fields().NextLocal(from);
      if (!wall) return std::nullopt;
      const LocalDays day = floor<days>(*wall);
      const auto to = Target(day);
      if (to) {
        if (const auto source = First(*to, std::nullopt)) return source->at;
      } else if (schedule_.holiday != HolidayShift::kSkip) {
        return std::nullopt;
      }
      const auto next = calendar_.WorkingDayFrom((to ? *to : day) + days(1));
      if (!next) return std::nullopt;
      // With kNext the days off after `to` still have times to give.
      from = to && schedule_.holiday == HolidayShift::kNext ? *to + days(1) : *next;
    }
    return std::nullopt;
  }

  /// Every way in which `at` comes about, the day's own first.
  std::vector<Source> SourcesOf(Instant at) const {
    std::vector<Source> sources;
    const LocalSeconds wall = zone_.ToLocal(floor<seconds>(at));
    const LocalDays day = floor<days>(wall);
    if (!calendar_.IsWorkingDay(day)) return sources;
    if (schedule_.expression.Next(at - std::chrono::microseconds(1)) == at) {
      sources.push_back({at, day, wall});
    }
    for (const LocalDays off : DaysMovedTo(day)) {
      // After a gap several times of one day may have come together; one of them is enough.
      if (const auto source = FirstOfMoved(off, day, at - seconds(1)); source && source->at == at) {
        sources.push_back(*source);
      }
    }
    return sources;
  }

 private:
  LocalDays StartOfRun(LocalDays day) const {
    const auto before = calendar_.WorkingDayUpTo(day);
    return before ? *before + days(1) : day;
  }

  /// The day on which times of `day` run; nothing when they don't.
  std::optional<LocalDays> Target(LocalDays day) const {
    if (calendar_.IsWorkingDay(day)) return day;
    if (schedule_.holiday == HolidayShift::kSkip) return std::nullopt;
    return schedule_.holiday == HolidayShift::kNext ? calendar_.WorkingDayFrom(day)
                                                    : calendar_.WorkingDayUpTo(day);
  }

  /// The days off whose times run on the working day `to`, nearest first.
  std::vector<LocalDays> DaysMovedTo(LocalDays to) const {
    std::vector<LocalDays> moved;
    if (schedule_.holiday == HolidayShift::kSkip) return moved;
    const days step(schedule_.holiday == HolidayShift::kNext ? -1 : 1);
    for (LocalDays day = to + step; !calendar_.IsWorkingDay(day) && moved.size() < 1000;
         day += step) {
      moved.push_back(day);
    }
    return moved;
  }

  /// The first time of the day off `day` that runs on `to` after `after`.
  std::optional<Source> FirstOfMoved(LocalDays day, LocalDays to,
                                     std::optional<Instant> after) const {
    LocalSeconds least(to);
    if (after) {
      const zone::SysSeconds whole = floor<seconds>(*after);
      const zone::Period period = zone_.PeriodAt(whole);
      // In an overlap's second pass everything of the first one is over.
      least = std::max({least, zone_.ToLocal(whole) + seconds(1), period.LocalEndOfPrevious()});
    }
    const seconds time_of_day = least - LocalSeconds(to);
    if (time_of_day >= days(1)) return std::nullopt;
    const auto wall = schedule_.expression.fields().NextLocal(LocalSeconds(day) + time_of_day);
    if (!wall || floor<days>(*wall) != day) return std::nullopt;
    const Instant at = Resolve(zone_, LocalSeconds(to) + (*wall - LocalSeconds(day)));
    if (after && at <= *after) return std::nullopt;
    return Source{at, day, *wall};
  }

  /// The first instant of the working day `to` after `after`, or of the whole day.
  std::optional<Source> First(LocalDays to, std::optional<Instant> after) const {
    std::optional<Source> best;
    const Instant from = after ? *after : Resolve(zone_, to) - std::chrono::microseconds(1);
    if (const auto own = schedule_.expression.Next(from)) {
      const LocalSeconds wall = zone_.ToLocal(floor<seconds>(*own));
      if (floor<days>(wall) == to) best = Source{*own, to, wall};
    }
    for (const LocalDays day : DaysMovedTo(to)) {
      const auto source = FirstOfMoved(day, to, after);
      if (source && (!best || source->at < best->at)) best = source;
    }
    return best;
  }

  const Schedule& schedule_;
  const Calendar& calendar_;
  const zone::Zone& zone_;
};

bool Shifts(const Schedule& schedule) {
  return schedule.calendar != nullptr && schedule.holiday != HolidayShift::kNone;
}

}  // namespace

std::optional<Instant> NextPlanned(const Schedule& schedule, Instant after) {
  if (!Shifts(schedule)) return schedule.expression.Next(after);
  return Days(schedule).NextAfter(after);
}

const Window* WindowAt(const Schedule& schedule, Instant at) {
  const zone::Zone& zone = schedule.expression.zone();
  const auto open = [&](const std::vector<Window>& windows) -> const Window* {
    const auto found = std::find_if(windows.begin(), windows.end(), [&](const Window& window) {
      return window.Contains(at, zone);
    });
    return found == windows.end() ? nullptr : &*found;
  };
  const Window* const own = open(schedule.blackout);
  if (own != nullptr || schedule.calendar == nullptr) return own;
  return open(schedule.calendar->windows());
}

std::optional<Occurrence> OccurrenceAt(const Schedule& schedule, Instant at) {
  const zone::Zone& zone = schedule.expression.zone();
  Occurrence occurrence{.at = at, .original = at, .day_off = {}};
  if (Shifts(schedule)) {
    const std::vector<Source> sources = Days(schedule).SourcesOf(at);
    if (sources.empty()) return std::nullopt;
    const Source& source = sources.front();
    const LocalDays day = floor<days>(zone.ToLocal(floor<seconds>(at)));
    occurrence.merged = static_cast<int>(sources.size()) - 1;
    if (source.day != day) {
      occurrence.original = Resolve(zone, source.wall);
      occurrence.shifted = !schedule.business_day;
      occurrence.day_off = schedule.calendar->DayOff(source.day).value_or(Text());
      occurrence.clock =
          MarkOf(zone, at, LocalSeconds(day) + (source.wall - LocalSeconds(source.day)));
    }
  } else if (schedule.expression.Next(at - std::chrono::microseconds(1)) != at) {
    return std::nullopt;
  }
  if (occurrence.original == at) occurrence.clock = MarkOf(schedule.expression, at);
  occurrence.window = WindowAt(schedule, StartOf(schedule, at));
  return occurrence;
}

std::vector<Occurrence> Preview(const Schedule& schedule, Instant after, int n) {
  std::vector<Occurrence> occurrences;
  for (auto next = NextPlanned(schedule, after); next && n > 0;
       next = NextPlanned(schedule, *next), --n) {
    auto occurrence = OccurrenceAt(schedule, *next);
    occurrences.push_back(occurrence ? *std::move(occurrence)
                                     : Occurrence{.at = *next, .original = *next, .day_off = {}});
  }
  return occurrences;
}

std::string ShiftText(const Schedule& schedule, const Occurrence& occurrence) {
  if (!occurrence.shifted) return "";
  const zone::Zone& zone = schedule.expression.zone();
  const Text& why = occurrence.day_off;
  return "moved from " + zone.Format(occurrence.original).substr(0, 10) + " ('" + why.en +
         (why.ko == why.en ? "" : " / " + why.ko) + "')";
}

std::vector<std::string> MarksOf(const Schedule& schedule, const Occurrence& occurrence) {
  std::vector<std::string> marks;
  if (occurrence.shifted) marks.push_back(ShiftText(schedule, occurrence));
  if (occurrence.merged > 0 && !schedule.business_day) {
    marks.push_back("stands for " + std::to_string(occurrence.merged) + " more");
  }
  switch (occurrence.clock.kind) {
    case ClockMark::Kind::kNone: break;
    case ClockMark::Kind::kMoved: marks.emplace_back("the clocks skip the time meant"); break;
    case ClockMark::Kind::kFirstPass:
      marks.emplace_back("the clocks show it twice: the first");
      break;
    case ClockMark::Kind::kSecondPass:
      marks.emplace_back("the clocks show it twice: the second");
      break;
  }
  if (const Window* window = occurrence.window) {
    marks.push_back(window->kind == WindowKind::kFreeze
                        ? "does not run: freeze '" + window->Name() + "'"
                        : "does not run: blackout '" + window->Name() + "'");
  }
  return marks;
}

}  // namespace upkeep::schedules
