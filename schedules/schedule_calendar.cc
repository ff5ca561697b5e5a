// SPDX-License-Identifier: Apache-2.0
//
// The part of ScheduleReader that reads what a calendar has to do with the schedule.
#include <algorithm>

#include "schedules/occurrence.h"
#include "schedules/schedule_reader.h"
#include "schedules/window_reader.h"
#include "schedules/words.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

constexpr int kLooked = 20;            // Slots of which at least one should run.
constexpr days kKnownAhead{35};        // As far as slots are promised (DESIGN.md 4.1).

}  // namespace

void ScheduleReader::ReadCalendar(yaml::MappingReader& entry, Schedule& schedule) {
  if (const yaml::Node* node = entry.Take("calendar")) {
    std::vector<Status> found;
    if (node->kind != yaml::Kind::kScalar || node->scalar.empty()) {
      entry.Error(*node, "'calendar' must be a name such as kr, or the path of a file");
    } else {
      schedule.calendar = shelf_.Find(node->scalar, document_.file, found);
    }
    const bool in_the_file = std::any_of(found.begin(), found.end(), [](const Status& status) {
      return status.place().has_value();
    });
    if (in_the_file) {
      entry.Error(*node, "the calendar '" + node->scalar.substr(0, 64) + "' has errors");
    }
    for (Status& status : found) {
      if (status.place()) {
        errors_.push_back(std::move(status));
      } else {
        entry.Error(*node, status.message(), status.hint());
      }
    }
  }
  if (const yaml::Node* node = entry.Take("holiday")) {
    schedule.holiday = ReadHoliday(*node);
    if (entry.Take("calendar") == nullptr) {
      entry.Error(*node, "'holiday' needs a calendar that says which days are holidays",
                  "write calendar: kr");
    }
    // Without its calendar the shift has no meaning, and the schedule is in quarantine anyway.
    if (schedule.calendar == nullptr) schedule.holiday = HolidayShift::kNone;
  }
  if (const yaml::Node* node = entry.Take("blackout")) {
    schedule.blackout = ReadWindows(document_, *node, "blackout", WindowKind::kBlackout,
                                    std::nullopt, errors_);
  }
}

HolidayShift ScheduleReader::ReadHoliday(const yaml::Node& node) {
  // Short form: holiday: next. Long form: holiday: {shift: next}.
  const yaml::Node whole = LongForm(node, "shift");
  yaml::MappingReader reader(document_, whole, "'holiday'", errors_);
  if (!reader.ok()) return HolidayShift::kNone;
  if (reader.Take("shift") == nullptr) reader.Error(node, "'holiday' needs the key 'shift'");
  const std::string shift = reader.OptionalChoice("shift", {"next", "previous", "skip"});
  reader.Finish();
  return shift == "previous" ? HolidayShift::kPrevious
         : shift == "skip"   ? HolidayShift::kSkip
                             : HolidayShift::kNext;
}

void ScheduleReader::WarnOfCalendar(const yaml::Node& node, const Schedule& schedule) {
  const auto warn = [&](std::string message, std::string hint) {
    warnings_.push_back(Status(Code::kInvalid, std::move(message))
                            .WithHint(std::move(hint))
                            .At(document_.PlaceOf(node)));
  };
  const Calendar* const calendar = schedule.calendar.get();
  if (calendar != nullptr && schedule.holiday == HolidayShift::kNone &&
      calendar->windows().empty()) {
    warn("the calendar '" + calendar->name() + "' changes nothing: it has no windows, and "
         "nothing says what to do on a holiday", "write holiday: next, previous or skip");
  }
  if (calendar != nullptr && schedule.holiday != HolidayShift::kNone && calendar->CoversUntil()) {
    const zone::Zone& zone = schedule.expression.zone();
    const LocalDays today = floor<days>(zone.ToLocal(floor<seconds>(now_)));
    if (*calendar->CoversUntil() < today + kKnownAhead) {
      warn("the calendar '" + calendar->name() + "' ends on " +
               DateText(*calendar->CoversUntil()) + "; later holidays are not known",
           "add the holidays of the coming year to it, and move 'covers'");
    }
  }
  const std::vector<Occurrence> next = Preview(schedule, now_, kLooked);
  if (!next.empty() && std::all_of(next.begin(), next.end(), [](const Occurrence& one) {
        return one.window != nullptr;
      })) {
    warn("each of its next " + std::to_string(next.size()) + " times lies in a window, such as '" +
             next.front().window->Name() + "': nothing of it will run",
         "move the schedule or the window");
  }
}

}  // namespace upkeep::schedules
