// SPDX-License-Identifier: Apache-2.0
#include "schedules/calendar.h"

#include <algorithm>
#include <set>

namespace upkeep::schedules {
namespace {

using std::chrono::days;

Status UnreadableCalendar() { return {Code::kInvalid, "a stored calendar can't be read"}; }

Value ValueOf(const Holiday& holiday) {
  Value value = {{"first", DateText(holiday.first)}, {"days", holiday.days},
                 {"repeats", ToValue(*holiday.repeats)}};
  for (const LocalDays day : holiday.except) value["except"].push_back(DateText(day));
  return value;
}

Result<LocalDays> DateFrom(const Value& value) {
  const auto date = value.is_string() ? ParseDate(value.get<std::string>()) : std::nullopt;
  if (!date) return UnreadableCalendar();
  return *date;
}

Result<Holiday> HolidayFrom(const Value& value) {
  if (!value.is_object()) return UnreadableCalendar();
  Holiday holiday;
  auto first = DateFrom(value.value("first", Value()));
  if (!first.ok()) return first.status();
  holiday.first = *first;
  const Value length = value.value("days", Value());
  holiday.repeats = RecurrenceFromValue(value.value("repeats", Value()));
  if (!length.is_number_integer() || !holiday.repeats) return UnreadableCalendar();
  holiday.days = length.get<int>();
  for (const Value& one : value.value("except", Value::array())) {
    auto day = DateFrom(one);
    if (!day.ok()) return day.status();
    holiday.except.push_back(*day);
  }
  return holiday;
}

}  // namespace

Calendar::Calendar(std::string name, CalendarParts parts)
    : name_(std::move(name)), parts_(std::move(parts)) {
  for (std::size_t i = 0; i < parts_.holidays.size(); ++i) {
    const Holiday& holiday = parts_.holidays[i];
    if (holiday.repeats) {
      repeating_.push_back(i);
      continue;
    }
    for (int day = 0; day < holiday.days; ++day) {
      dates_.emplace(holiday.first + days(day), i);
    }
  }
  version_ = Sha256Hex(CanonicalJson(ToValue(*this)));
}

bool Calendar::IsWeekend(LocalDays day) const {
  return ((parts_.weekend >> std::chrono::weekday(day).c_encoding()) & 1U) != 0;
}

const Text* Calendar::HolidayOn(LocalDays day) const {
  if (const auto found = dates_.find(day); found != dates_.end()) {
    return &parts_.holidays[found->second].name;
  }
  for (const std::size_t index : repeating_) {
    const Holiday& holiday = parts_.holidays[index];
    for (int back = 0; back < holiday.days; ++back) {
      const LocalDays first = day - days(back);
      if (holiday.repeats->Contains(holiday.first, first) &&
          !std::binary_search(holiday.except.begin(), holiday.except.end(), first)) {
        return &holiday.name;
      }
    }
  }
  return nullptr;
}

std::optional<Text> Calendar::DayOff(LocalDays day) const {
  if (const Text* holiday = HolidayOn(day)) return *holiday;
  if (IsWeekend(day)) return Text{.en = "weekend", .ko = "주말"};
  return std::nullopt;
}

std::optional<LocalDays> Calendar::WorkingDay(LocalDays day, int step) const {
  for (int i = 0; i < kGregorianCycle.count(); ++i, day += days(step)) {
    if (IsWorkingDay(day)) return day;
  }
  return std::nullopt;
}

std::optional<LocalDays> Calendar::WorkingDayFrom(LocalDays day) const {
  return WorkingDay(day, 1);
}

std::optional<LocalDays> Calendar::WorkingDayUpTo(LocalDays day) const {
  return WorkingDay(day, -1);
}

Value ToValue(const Calendar& calendar) {
  const CalendarParts& parts = calendar.parts();
  std::set<std::string> dates;
  std::map<std::string, Value> repeating;  // By text: the file's order does not count.
  for (const Holiday& holiday : parts.holidays) {
    if (holiday.repeats) {
      Value value = ValueOf(holiday);
      std::string text = CanonicalJson(value);
      repeating.emplace(std::move(text), std::move(value));
      continue;
    }
    for (int day = 0; day < holiday.days; ++day) {
      dates.insert(DateText(holiday.first + days(day)));
    }
  }
  Value value = {{"weekend", parts.weekend}, {"dates", dates}};
  for (auto& [text, holiday] : repeating) value["repeating"].push_back(std::move(holiday));
  for (const Window& window : parts.windows) value["windows"].push_back(ToValue(window));
  return value;
}

Result<std::shared_ptr<const Calendar>> CalendarFromValue(const Value& value) {
  const Value weekend = value.is_object() ? value.value("weekend", Value()) : Value();
  if (!weekend.is_number_integer()) return UnreadableCalendar();
  CalendarParts parts;
  parts.weekend = static_cast<std::uint8_t>(weekend.get<int>());
  for (const Value& date : value.value("dates", Value::array())) {
    auto day = DateFrom(date);
    if (!day.ok()) return day.status();
    parts.holidays.push_back({.first = *day, .days = 1, .repeats = {}, .except = {}, .name = {}});
  }
  for (const Value& one : value.value("repeating", Value::array())) {
    auto holiday = HolidayFrom(one);
    if (!holiday.ok()) return holiday.status();
    parts.holidays.push_back(std::move(holiday).value());
  }
  for (const Value& one : value.value("windows", Value::array())) {
    auto window = WindowFromValue(one);
    if (!window.ok()) return window.status();
    parts.windows.push_back(std::move(window).value());
  }
  return std::shared_ptr<const Calendar>(std::make_shared<Calendar>("stored", std::move(parts)));
}

}  // namespace upkeep::schedules
