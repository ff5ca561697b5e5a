// SPDX-License-Identifier: Apache-2.0
#include "schedules/window.h"

#include <algorithm>

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;
using zone::LocalSeconds;

bool IsOpen(const WeeklyWindow& window, LocalSeconds at) {
  const LocalDays today = floor<days>(at);
  for (const LocalDays day : {today, today - days(1)}) {
    const unsigned weekday = std::chrono::weekday(day).c_encoding();
    if (((window.weekdays >> weekday) & 1U) == 0) continue;
    const LocalSeconds from = LocalSeconds(day) + window.from;
    if (from <= at && at < from + window.length) return true;
  }
  return false;
}

bool IsOpen(const DatedWindow& window, LocalSeconds at) {
  if (!window.repeats) return window.from <= at && at < window.from + window.length;
  const LocalDays first = floor<days>(window.from);
  const seconds time_of_day = window.from - LocalSeconds(first);
  const LocalDays today = floor<days>(at);
  for (LocalDays day = today; LocalSeconds(day) + time_of_day + window.length > at;
       day -= days(1)) {
    if (LocalSeconds(day) + time_of_day > at || !window.repeats->Contains(first, day)) continue;
    if (!std::binary_search(window.except.begin(), window.except.end(), day)) return true;
  }
  return false;
}

bool IsOpen(const CronWindow& window, LocalSeconds at) {
  const auto begin = window.begins.fields().NextLocal(at - window.length + seconds(1));
  return begin && *begin <= at;
}

Value ValueOf(const WeeklyWindow& window) {
  return {{"weekdays", window.weekdays}, {"from", window.from.count()},
          {"length", window.length.count()}};
}

Value ValueOf(const DatedWindow& window) {
  Value value = {{"at", window.from.time_since_epoch().count()},
                 {"length", window.length.count()}};
  if (window.repeats) value["repeats"] = ToValue(*window.repeats);
  for (const LocalDays day : window.except) value["except"].push_back(DateText(day));
  return value;
}

Value ValueOf(const CronWindow& window) {
  return {{"cron", window.begins.text()}, {"dialect", static_cast<int>(window.begins.dialect())},
          {"both_days", window.begins.fields().both_days_must_match},
          {"length", window.length.count()}};
}

std::int64_t NumberAt(const Value& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

Status UnreadableWindow() { return {Code::kInvalid, "a stored window can't be read"}; }

Result<CronWindow> CronWindowFrom(const Value& value, seconds length) {
  CronOptions options;
  const std::int64_t dialect = NumberAt(value, "dialect");
  if (dialect < 0 || dialect > 2) return UnreadableWindow();
  options.dialect = static_cast<Dialect>(dialect);
  options.day_rule = value.value("both_days", Value()) == Value(true) ? DayRule::kAnd
                                                                      : DayRule::kOr;
  options.accept_never = true;
  auto expression = CronExpression::Parse(StringAt(value, "cron"), options);
  if (!expression.ok()) return expression.status();
  return CronWindow{std::move(expression).value(), length};
}

}  // namespace

bool Window::Contains(Instant at, const zone::Zone& schedule_zone) const {
  const zone::Zone& where = zone ? *zone : schedule_zone;
  const LocalSeconds local = where.ToLocal(floor<seconds>(at));
  return std::visit([&](const auto& window) { return IsOpen(window, local); }, when);
}

std::string Window::Name() const {
  return reason.ko.empty() || reason.ko == reason.en ? reason.en : reason.en + " / " + reason.ko;
}

Value ToValue(const Window& window) {
  Value value = std::visit([](const auto& one) { return ValueOf(one); }, window.when);
  value["kind"] = static_cast<int>(window.kind);
  value["reason"] = ToValue(window.reason);
  if (window.zone) value["zone"] = window.zone->name();
  return value;
}

Result<Window> WindowFromValue(const Value& value) {
  if (!value.is_object()) return UnreadableWindow();
  Window window;
  window.kind = NumberAt(value, "kind") == 1 ? WindowKind::kFreeze : WindowKind::kBlackout;
  window.reason = TextFromValue(value.value("reason", Value()));
  if (const std::string name = StringAt(value, "zone"); !name.empty()) {
    auto zone = zone::Zone::Load(name);
    if (!zone.ok()) return zone.status();
    window.zone = *zone;
  }
  const std::int64_t length = NumberAt(value, "length");
  if (length < 1) return UnreadableWindow();
  if (value.contains("cron")) {
    auto cron = CronWindowFrom(value, seconds(length));
    if (!cron.ok()) return cron.status();
    window.when = std::move(cron).value();
  } else if (value.contains("at")) {
    DatedWindow dated;
    dated.from = LocalSeconds(seconds(NumberAt(value, "at")));
    dated.length = seconds(length);
    if (value.contains("repeats")) {
      dated.repeats = RecurrenceFromValue(value["repeats"]);
      if (!dated.repeats) return UnreadableWindow();
    }
    for (const Value& day : value.value("except", Value::array())) {
      const auto date = ParseDate(day.is_string() ? day.get<std::string>() : "");
      if (!date) return UnreadableWindow();
      dated.except.push_back(*date);
    }
    window.when = std::move(dated);
  } else {
    window.when = WeeklyWindow{.weekdays = static_cast<std::uint8_t>(NumberAt(value, "weekdays")),
                               .from = minutes(NumberAt(value, "from")),
                               .length = minutes(length)};
  }
  return window;
}

}  // namespace upkeep::schedules
