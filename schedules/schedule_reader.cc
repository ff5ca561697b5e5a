// SPDX-License-Identifier: Apache-2.0
#include "schedules/schedule_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "schedules/clock_changes.h"
#include "schedules/occurrence.h"
#include "schedules/words.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_' || c == '.';
         });
}

/// The two day fields for `on: first-monday`, "" when the words mean nothing. With a calendar the
/// business days are the month's ends, moved to a working day of the calendar.
std::string DayFieldsOf(std::string_view on, bool quartz, bool calendar) {
  const std::string any = quartz ? "?" : "*";
  if (on == "last-day") return "L * " + any;
  if (on == "first-day") return "1 * " + any;
  if (on == "last-business-day") return (calendar ? "L * " : "LW * ") + any;
  if (on == "first-business-day") return (calendar ? "1 * " : "1W * ") + any;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kWhich{
      {{"first", "#1"}, {"second", "#2"}, {"third", "#3"}, {"fourth", "#4"}, {"fifth", "#5"},
       {"last", "L"}}};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kDays{
      {{"sunday", "SUN"}, {"monday", "MON"}, {"tuesday", "TUE"}, {"wednesday", "WED"},
       {"thursday", "THU"}, {"friday", "FRI"}, {"saturday", "SAT"}}};
  for (const auto& [which, mark] : kWhich) {
    for (const auto& [day, name] : kDays) {
      if (on != std::string(which) + "-" + std::string(day)) continue;
      const std::string suffix = mark == "L" && !quartz ? "#L" : std::string(mark);
      return any + " * " + std::string(name) + suffix;
    }
  }
  return "";
}

std::vector<std::string> KnownDays() {
  std::vector<std::string> known{"first-day", "last-day", "first-business-day", "last-business-day"};
  for (const char* which : {"first", "second", "third", "fourth", "fifth", "last"}) {
    for (const char* day : {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}) {
      known.push_back(std::string(which) + "-" + day);
    }
  }
  return known;
}

}  // namespace

yaml::Node LongForm(const yaml::Node& node, const std::string& key) {
  if (node.kind != yaml::Kind::kScalar) return node;
  yaml::Node name = node;
  name.scalar = key;
  yaml::Node whole;
  whole.kind = yaml::Kind::kMapping;
  whole.entries.emplace_back(std::move(name), node);
  return whole;
}

Schedule ScheduleReader::Read(const yaml::Node& node) {
  Schedule schedule;
  yaml::MappingReader entry(document_, node, "the schedule", errors_);
  if (!entry.ok()) return schedule;
  ReadId(entry, node, schedule);
  ReadTitle(entry, schedule);
  schedule.enabled = entry.OptionalBool("enabled", true);
  ReadCalendar(entry, schedule);
  ReadTime(entry, node, schedule);
  ReadPlaybooks(entry, node, schedule);
  schedule.targets = entry.OptionalStrings("targets");
  ReadPolicies(entry, schedule);
  schedule.report = entry.OptionalStrings("report");
  schedule.deliver = entry.OptionalStrings("deliver");
  if (const yaml::Node* heartbeat = entry.Take("heartbeat")) ReadHeartbeat(*heartbeat, schedule);
  schedule.exit_on = entry.OptionalChoice("exitOn", {"critical", "warning", "unknown", "never"});
  entry.Finish();
  KeepPlaces(node, schedule);
  return schedule;
}

void ScheduleReader::KeepPlaces(const yaml::Node& node, Schedule& schedule) const {
  for (const char* key : {"playbooks", "targets", "report", "deliver"}) {
    const yaml::Node* const list = node.Find(key);
    if (list == nullptr) continue;
    const auto keep = [&](const yaml::Node& word) {
      if (word.kind == yaml::Kind::kScalar) {
        schedule.places.try_emplace(std::string(key) + " " + word.scalar, document_.PlaceOf(word));
      }
    };
    keep(*list);
    for (const yaml::Node& word : list->items) keep(word);
  }
}

void ScheduleReader::ReadId(yaml::MappingReader& entry, const yaml::Node& node,
                            Schedule& schedule) {
  schedule.id = entry.RequiredString("id");
  const yaml::Node* id = node.Find("id");
  schedule.place = document_.PlaceOf(id != nullptr ? *id : node);
  if (id != nullptr && !schedule.id.empty() && !IsId(schedule.id)) {
    entry.Error(*id, "an id has letters, digits, '-', '_' and '.', at most 64 of them");
  }
}

void ScheduleReader::ReadTitle(yaml::MappingReader& entry, Schedule& schedule) {
  const yaml::Node* title = entry.Take("title");
  if (title == nullptr) return;
  schedule.title = ReadText(document_, *title, "the title", errors_);
}

void ScheduleReader::ReadTime(yaml::MappingReader& entry, const yaml::Node& node,
                              Schedule& schedule) {
  CronOptions options;
  options.hash_key = schedule.id;
  std::vector<std::string> dialects{"vixie", "robfig", "quartz"};
  std::erase(dialects, defaults_.dialect);
  dialects.insert(dialects.begin(), defaults_.dialect);
  const std::string dialect = entry.OptionalChoice("dialect", std::move(dialects));
  options.dialect = dialect == "robfig"   ? Dialect::kRobfig
                    : dialect == "quartz" ? Dialect::kQuartz
                                          : Dialect::kVixie;
  const yaml::Node* zone = entry.Take("timeZone");
  if (zone != nullptr && zone->kind != yaml::Kind::kScalar) {
    entry.Error(*zone, "'timeZone' must be a word such as Asia/Seoul");
  } else if (zone != nullptr) {
    options.zone = ReadTimeZone(document_, *zone, errors_);
  } else if (auto loaded = zone::Zone::Load(defaults_.time_zone); loaded.ok()) {
    options.zone = *loaded;
  }
  const std::string rule = entry.OptionalChoice("dayRule", {"reject", "and", "or"});
  options.day_rule = rule == "and" ? DayRule::kAnd : rule == "or" ? DayRule::kOr : DayRule::kReject;
  const yaml::Node* const dst = entry.Take("dst");
  if (dst != nullptr) options.dst = ReadDst(*dst);

  const yaml::Node* cron = entry.Take("cron");
  const yaml::Node* on = entry.Take("on");
  std::string text;
  if (on != nullptr) {
    if (cron != nullptr) entry.Error(*on, "'cron' and 'on' are both given", "keep one of them");
    if (options.dialect == Dialect::kRobfig) {
      entry.Error(*on, "the robfig dialect can't say this", "use the vixie dialect");
      entry.Take("at");
      return;
    }
    text = TimeFromDay(entry, *on, options.dialect == Dialect::kQuartz, schedule);
    if (text.empty()) return;
  } else if (cron != nullptr && cron->kind == yaml::Kind::kScalar) {
    text = cron->scalar;
    if (const yaml::Node* at = entry.Take("at")) {
      entry.Error(*at, "'at' belongs to 'on', and this schedule has 'cron'");
    }
  } else {
    entry.Error(cron != nullptr ? *cron : node,
                cron != nullptr ? "'cron' must be one line such as 0 9 * * *"
                                : "the schedule needs the key 'cron' (or 'on' and 'at')");
    entry.Take("at");
    return;
  }
  const yaml::Node& source = on != nullptr ? *on : *cron;
  auto expression = CronExpression::Parse(text, options);
  if (!expression.ok()) {
    const Status bad = expression.status();
    const int column = bad.place() && on == nullptr ? bad.place()->column : 1;
    errors_.push_back(Status(Code::kInvalid, bad.message())
                          .WithHint(bad.hint())
                          .At(PlaceIn(document_, source, column)));
    return;
  }
  schedule.expression = std::move(expression).value();
  if (schedule.expression.interval()) {
    entry.Error(source, "@every counts from when the process started, so its times can't be "
                        "written down ahead", "write */15 * * * *");
    return;
  }
  const bool is_over = !schedule.expression.Next(now_);
  if (is_over) {
    // It was right when it was written, and its last slot may be due at this moment.
    warnings_.push_back(Status(Code::kInvalid, "it never fires again: all its years are over")
                            .WithHint("take it out of the file")
                            .At(PlaceIn(document_, source, 1)));
  }
  if (!is_over && !NextPlanned(schedule, now_)) {
    entry.Error(source, "it never runs: each of its days is a holiday of the calendar '" +
                            schedule.calendar->name() + "'", "write holiday: next");
    return;
  }
  for (const CronWarning& warning : schedule.expression.warnings()) {
    warnings_.push_back(Status(Code::kInvalid, warning.message)
                            .WithHint(warning.hint)
                            .At(PlaceIn(document_, source, on == nullptr ? warning.column : 1)));
  }
  if (dst != nullptr && schedule.expression.wildcard()) {
    warnings_.push_back(Status(Code::kInvalid, "'dst' changes nothing here: with * in its minute or hour it runs whenever "
                                               "the clock shows its time")
                            .WithHint("write the times out, such as 0-59/15 for */15")
                            .At(document_.PlaceOf(*dst)));
  }
  WarnOfClockChanges(source, schedule);
  WarnOfCalendar(source, schedule);
}

std::string ScheduleReader::TimeFromDay(yaml::MappingReader& entry, const yaml::Node& day,
                                        bool quartz, Schedule& schedule) {
  std::string fields;
  const bool calendar = schedule.calendar != nullptr;
  if (day.kind == yaml::Kind::kScalar) fields = DayFieldsOf(day.scalar, quartz, calendar);
  if (calendar && day.scalar.ends_with("-business-day")) {
    if (schedule.holiday != HolidayShift::kNone) {
      entry.Error(day, "a business day is never a holiday: 'holiday' has nothing to move",
                  "remove 'holiday'");
    }
    schedule.business_day = true;
    schedule.holiday =
        day.scalar.starts_with("first") ? HolidayShift::kNext : HolidayShift::kPrevious;
  }
  if (fields.empty()) {
    const std::string near = yaml::NearestWord(day.scalar, KnownDays());
    entry.Error(day, "'on' does not know this day",
                near.empty() ? "first-monday to fifth-sunday, last-friday, first-day, last-day, "
                               "first-business-day or last-business-day"
                             : "did you mean '" + near + "'?");
  }
  const yaml::Node* at = entry.Take("at");
  const int minute = at != nullptr ? MinutesOf(at->scalar) : -1;
  if (minute < 0) {
    if (at == nullptr) {
      entry.Error(day, "'on' needs a time of day in 'at'", "write at: \"09:00\"");
    } else {
      const bool short_hour = MinutesOf("0" + at->scalar) >= 0;
      entry.Error(*at, "'" + at->scalar + "' is no time of day",
                  short_hour ? "write at: \"0" + at->scalar + "\"" : "\"00:00\" to \"23:59\", in quotes");
    }
    return "";
  }
  if (fields.empty()) return "";
  return (quartz ? "0 " : "") + std::to_string(minute % 60) + " " + std::to_string(minute / 60) +
         " " + fields;
}

DstPolicy ScheduleReader::ReadDst(const yaml::Node& node) {
  DstPolicy policy;
  yaml::MappingReader reader(document_, node, "'dst'", errors_);
  const std::string gap = reader.OptionalChoice("gap", {"after", "shift", "skip"});
  const std::string overlap = reader.OptionalChoice("overlap", {"first", "both"});
  reader.Finish();
  policy.gap = gap == "shift" ? Gap::kShift : gap == "skip" ? Gap::kSkip : Gap::kAfter;
  policy.overlap = overlap == "both" ? Overlap::kBoth : Overlap::kFirst;
  return policy;
}

namespace {

bool NoneOnDayOf(const CronExpression& expression, zone::LocalSeconds wall) {
  const auto day = std::chrono::floor<days>(wall);
  const Instant start = expression.zone().FromLocal(zone::LocalSeconds(day)).first;
  const Instant end = expression.zone().FromLocal(zone::LocalSeconds(day + days(1))).first;
  const auto next = expression.Next(start - std::chrono::microseconds(1));
  return !next || *next >= end;
}

}  // namespace

/// A fixed time that a clock change of the next 400 days skips or repeats is said aloud once.
void ScheduleReader::WarnOfClockChanges(const yaml::Node& node, const Schedule& schedule) {
  const CronExpression& expression = schedule.expression;
  const auto hit = NextChangeHit(expression, now_, now_ + days(400));
  if (!hit) return;
  // It runs whenever the clock shows its time: worth a word only where the clock shows none of that day.
  if (expression.wildcard() && !(hit->gap && NoneOnDayOf(expression, hit->wall))) return;
  std::string what = "on " + FormatWall(hit->wall).substr(0, 10) + " the clocks of " +
                     expression.zone().name() +
                     (hit->gap ? " skip this time" : " show this time twice");
  if (hit->gap) {
    what += expression.wildcard()                 ? "; it does not run on that day"
            : expression.dst().gap == Gap::kAfter ? "; it runs right after the gap"
            : expression.dst().gap == Gap::kShift ? "; it runs later by the gap's length"
                                                  : "; it does not run on that day";
  } else {
    what += expression.dst().overlap == Overlap::kFirst ? "; it runs once" : "; it runs twice";
  }
  warnings_.push_back(Status(Code::kInvalid, std::move(what))
                          .WithHint("choose an hour that every day has, or set dst:")
                          .At(document_.PlaceOf(node)));
}

}  // namespace upkeep::schedules
