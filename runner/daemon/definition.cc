// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/definition.h"

#include <array>
#include <string_view>

namespace upkeep::daemon {
namespace {

using schedules::CronExpression;
using schedules::Dialect;

constexpr std::array<std::string_view, 3> kDialects = {"vixie", "robfig", "quartz"};
constexpr std::array<std::string_view, 3> kGaps = {"after", "shift", "skip"};
constexpr std::array<std::string_view, 2> kOverlaps = {"first", "both"};
constexpr std::array<std::string_view, 4> kShifts = {"none", "previous", "next", "skip"};

template <typename Enum, std::size_t N>
std::optional<Enum> Parse(const std::array<std::string_view, N>& words, const std::string& word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::chrono::microseconds SecondsAt(const Value& document, const char* key) {
  const Value seconds = document.value(key, Value(0));
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::duration<double>(seconds.is_number() ? seconds.get<double>() : 0.0));
}

/// Reads what the document says about days and windows into `schedule`.
Status ReadCalendar(const Value& document, schedules::Schedule& schedule) {
  if (const Value stored = document.value("calendar", Value()); !stored.is_null()) {
    auto calendar = schedules::CalendarFromValue(stored);
    if (!calendar.ok()) return calendar.status();
    schedule.calendar = *calendar;
    const auto shift = Parse<schedules::HolidayShift>(kShifts, StringAt(document, "holiday", "none"));
    if (!shift) return {Code::kInvalid, "a stored schedule can't be read"};
    schedule.holiday = *shift;
    schedule.business_day = document.value("business_day", Value()) == Value(true);
  }
  for (const Value& stored : document.value("blackout", Value::array())) {
    auto window = schedules::WindowFromValue(stored);
    if (!window.ok()) return window.status();
    schedule.blackout.push_back(std::move(window).value());
  }
  return Status::Ok();
}

}  // namespace

Value DefinitionDocument(const schedules::Schedule& schedule) {
  const CronExpression& expression = schedule.expression;
  Value document = {{"id", schedule.id},
          {"enabled", schedule.enabled},
          {"cron", expression.text()},
          {"dialect", kDialects[static_cast<std::size_t>(expression.dialect())]},
          {"time_zone", expression.zone().name()},
          {"gap", kGaps[static_cast<std::size_t>(expression.dst().gap)]},
          {"overlap_hour", kOverlaps[static_cast<std::size_t>(expression.dst().overlap)]},
          {"both_days", expression.fields().both_days_must_match},
          {"playbooks", schedule.playbooks},
          {"targets", schedule.targets},
          {"grace_seconds", std::chrono::duration<double>(schedule.grace).count()},
          {"deadline_seconds", std::chrono::duration<double>(schedule.deadline).count()},
          {"splay_seconds", std::chrono::duration<double>(schedule.splay).count()},
          {"jitter_seconds", std::chrono::duration<double>(schedule.jitter).count()}};
  if (schedule.calendar) {
    document["calendar"] = schedules::ToValue(*schedule.calendar);
    document["holiday"] = kShifts[static_cast<std::size_t>(schedule.holiday)];
    document["business_day"] = schedule.business_day;
  }
  for (const schedules::Window& window : schedule.blackout) {
    document["blackout"].push_back(schedules::ToValue(window));
  }
  return document;
}

Result<schedules::Schedule> ScheduleOfDefinition(const Value& document) {
  schedules::CronOptions options;
  const auto dialect = Parse<Dialect>(kDialects, StringAt(document, "dialect"));
  const auto gap = Parse<schedules::Gap>(kGaps, StringAt(document, "gap"));
  const auto overlap = Parse<schedules::Overlap>(kOverlaps, StringAt(document, "overlap_hour"));
  if (!dialect || !gap || !overlap || !document.contains("both_days") ||
      !document["both_days"].is_boolean()) {
    return Status(Code::kInvalid, "a stored schedule can't be read");
  }
  auto zone = zone::Zone::Load(StringAt(document, "time_zone"));
  if (!zone.ok()) return zone.status();
  options.dialect = *dialect;
  options.zone = *zone;
  options.dst = {*gap, *overlap};
  options.day_rule = document["both_days"].get<bool>() ? schedules::DayRule::kAnd
                                                       : schedules::DayRule::kOr;
  options.hash_key = StringAt(document, "id");
  options.accept_never = true;
  auto expression = CronExpression::Parse(StringAt(document, "cron"), options);
  if (!expression.ok()) return expression.status();
  schedules::Schedule schedule;
  schedule.id = options.hash_key;
  schedule.enabled = document.value("enabled", Value(true)) != Value(false);
  schedule.expression = std::move(expression).value();
  schedule.splay = SecondsAt(document, "splay_seconds");
  schedule.jitter = SecondsAt(document, "jitter_seconds");
  UPKEEP_RETURN_IF_ERROR(ReadCalendar(document, schedule));
  return schedule;
}

}  // namespace upkeep::daemon
