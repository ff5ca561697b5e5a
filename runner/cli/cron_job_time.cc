// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/cron_job_time.h"

#include <bitset>

namespace upkeep::cli {
namespace {

using std::chrono::days;
using std::chrono::seconds;

/// The calendar repeats its dates and weekdays within it, leap days included.
constexpr int kCycleYears = 28;
/// An expression that fires so often has shown all its values after a leap year and a half.
constexpr int kOften = 20'000;
constexpr days kOftenLasts{550};

struct Field {
  std::bitset<60> values;
  int min, max;
  void Add(auto value) { values.set(static_cast<std::size_t>(value)); }
  bool full() const { return static_cast<int>(values.count()) == max - min + 1; }
  double share() const { return static_cast<double>(values.count()) / (max - min + 1); }
};

/// "*", "*/15", or values and ranges: "0,30", "1-7".
std::string FieldText(const Field& field) {
  if (field.full()) return "*";
  std::vector<int> values;
  for (int value = field.min; value <= field.max; ++value) {
    if (field.values[static_cast<std::size_t>(value)]) values.push_back(value);
  }
  if (values.size() > 2 && values[0] == field.min) {
    const int step = values[1] - values[0];
    bool even = values.back() + step > field.max;
    for (std::size_t i = 1; i < values.size(); ++i) even = even && values[i] - values[i - 1] == step;
    if (even && step > 1) return "*/" + std::to_string(step);
  }
  std::string text;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t last = i;
    while (last + 1 < values.size() && values[last + 1] == values[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(values[i]);
    if (last > i) text += (last > i + 1 ? "-" : ",") + std::to_string(values[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace

Result<CronJobTime> CronJobTimeOf(const schedules::CronExpression& expression) {
  CronJobTime time;
  time.time_zone = expression.zone().name();
  if (expression.interval()) {
    // Counted from whenever, so that any minute may be one.
    time.schedule = "* * * * *";
    return time;
  }
  Field minute{{}, 0, 59}, hour{{}, 0, 23}, day{{}, 1, 31}, month{{}, 1, 12}, weekday{{}, 0, 6};
  // A fixed beginning: the same expression gives the same manifest in every year.
  const Instant start = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);
  const Instant end = start + days(kCycleYears * 366);
  int count = 0;
  for (std::optional<Instant> at = expression.Next(start - seconds(1)); at && *at < end;
       at = expression.Next(*at)) {
    if (++count > kOften && *at > start + kOftenLasts) break;
    const auto local = expression.zone().ToLocal(std::chrono::floor<seconds>(*at));
    const auto date = std::chrono::floor<days>(local);
    const std::chrono::hh_mm_ss clock(local - date);
    if (clock.seconds().count() != 0) {
      return Status(Code::kInvalid, "\"" + expression.text() + "\" has times inside a minute, and a CronJob fires on whole ones")
          .WithHint("run it in the daemon, or drop the field of seconds");
    }
    const std::chrono::year_month_day ymd(date);
    minute.Add(clock.minutes().count());
    hour.Add(clock.hours().count());
    day.Add(unsigned(ymd.day()));
    month.Add(unsigned(ymd.month()));
    weekday.Add(std::chrono::weekday(date).c_encoding());
  }
  if (count == 0) {
    return Status(Code::kInvalid, "\"" + expression.text() + "\" never fires");
  }
  // Both restricted would mean OR: the one that fires less often stands for the two.
  std::string days_text = FieldText(day), weekdays_text = FieldText(weekday);
  if (!day.full() && !weekday.full()) {
    (day.share() < weekday.share() ? weekdays_text : days_text) = "*";
  }
  time.schedule = FieldText(minute) + " " + FieldText(hour) + " " + days_text + " " + FieldText(month) + " " + weekdays_text;
  return time;
}

Result<CronJobTime> CronJobTimeOf(const schedules::Schedule& schedule) {
  Result<CronJobTime> time = CronJobTimeOf(schedule.expression);
  const bool moves = schedule.holiday == schedules::HolidayShift::kNext ||
                     schedule.holiday == schedules::HolidayShift::kPrevious;
  if (!time.ok() || !moves) return time;
  std::string& fields = time.value().schedule;   // "0 9 1 * *": minute and hour stay.
  fields = fields.substr(0, fields.find(' ', fields.find(' ') + 1)) + " * * *";
  return time;
}

}  // namespace upkeep::cli
