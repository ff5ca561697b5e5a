// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a calendar, in both formats: reading ends, every error has a place in the file, and
// a calendar that is accepted answers, stored and read again as before.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "schedules/calendar_shelf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  static const Instant kNow = *ParseRfc3339("2026-11-26T00:00:00Z");
  for (const char* name : {"fuzz.ics", "fuzz.yaml"}) {
    std::vector<Status> errors;
    const auto calendar = schedules::ReadCalendarText(text, name, errors);
    if ((calendar == nullptr) == errors.empty()) std::abort();
    for (const Status& error : errors) {
      if (error.code() != Code::kInvalid || !error.place() || error.place()->line < 1 ||
          error.place()->column < 1) {
        std::abort();
      }
    }
    if (calendar == nullptr) continue;
    const auto again = schedules::CalendarFromValue(schedules::ToValue(*calendar));
    if (!again.ok() || (*again)->version() != calendar->version()) std::abort();
    const auto today = *schedules::ParseDate("2026-11-26");
    for (int day = 0; day < 40; ++day) {
      const auto at = today + std::chrono::days(day);
      if (calendar->IsWorkingDay(at) != (*again)->IsWorkingDay(at)) std::abort();
    }
    for (const schedules::Window& window : calendar->windows()) {
      (void)window.Contains(kNow, zone::Zone::Utc());
    }
  }
  return 0;
}
