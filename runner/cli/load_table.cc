// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/load_table.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/korean.h"
#include "base/text.h"
#include "runner/cli/table_layout.h"
#include "schedules/clock_changes.h"

namespace upkeep::cli {
namespace {

using schedules::LoadCell;
using schedules::LoadDay;

constexpr std::size_t kDaysToABlock = 7;
constexpr int kMostNamed = 20;  ///< Clashes and clock changes that are named one by one.

const std::string& Pick(const LoadView& view, const Text& text) { return text.In(view.language); }

std::string Number(std::int64_t number, int width) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%*lld", width, static_cast<long long>(number));
  return text.data();
}

std::string DayName(const LoadView& view, std::chrono::year_month_day date, bool with_weekday) {
  constexpr std::array<const char*, 7> kEnglish{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 7> kKorean{"일", "월", "화", "수", "목", "금", "토"};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%02u-%02u", unsigned(date.month()), unsigned(date.day()));
  const std::string day = text.data();
  if (!with_weekday) return std::to_string(int(date.year())) + "-" + day;
  const unsigned weekday = std::chrono::weekday(std::chrono::sys_days(date)).c_encoding();
  return view.language == "ko" ? day + "(" + kKorean[weekday] + ")" : kEnglish[weekday] + (" " + day);
}

std::int64_t BusiestHour(const schedules::LoadMap& map) {
  std::int64_t most = 0;
  for (const LoadDay& day : map.days) {
    for (const LoadCell& cell : day.hours) most = std::max(most, cell.slots);
  }
  return most;
}

/// One to three marks: a third, two thirds and more of the busiest hour.
std::string Heat(std::int64_t slots, std::int64_t most) {
  if (most < 3) return "#  ";
  return slots * 3 > most * 2 ? "###" : slots * 3 > most ? "## " : "#  ";
}

/// Ten columns.
std::string Cell(const LoadCell& cell, std::int64_t most) {
  if (cell.slots == 0) return cell.blackout > 0 ? "    -     " : "    .     ";
  return Number(cell.slots, 5) + " " + Heat(cell.slots, most) +
         (cell.clashes > 0 ? "X" : cell.heavy > 0 ? "!" : cell.blackout > 0 ? "-" : " ");
}

std::string WithoutEndSpaces(std::string line) {
  line.resize(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string Block(const LoadView& view, std::size_t first, std::int64_t most) {
  const auto& days = view.map.days;
  const std::size_t end = std::min(first + kDaysToABlock, days.size());
  std::string text = "      ";
  for (std::size_t i = first; i < end; ++i) text += " " + DayName(view, days[i].date, true);
  text += "\n";
  const auto empty = [&](int hour) {
    for (std::size_t i = first; i < end; ++i) {
      const LoadCell& cell = days[i].hours[static_cast<std::size_t>(hour)];
      if (cell.slots != 0 || cell.blackout != 0) return false;
    }
    return true;
  };
  for (int hour = 0; hour < 24; ++hour) {
    int last = hour;  // Hours in which nothing starts share a line.
    while (empty(hour) && last < 23 && empty(last + 1)) ++last;
    std::array<char, 16> name{};
    if (last == hour) std::snprintf(name.data(), name.size(), "%02d    ", hour);
    else std::snprintf(name.data(), name.size(), "%02d-%02d ", hour, last);
    std::string line = name.data();
    for (std::size_t i = first; i < end; ++i) {
      line += Cell(days[i].hours[static_cast<std::size_t>(hour)], most);
    }
    text += WithoutEndSpaces(std::move(line));
    hour = last;
  }
  std::string line = Pick(view, {.en = "all   ", .ko = "합계  "});
  for (std::size_t i = first; i < end; ++i) line += Number(days[i].slots, 5) + "     ";
  return text + WithoutEndSpaces(std::move(line));
}

std::string Legend(const LoadView& view, std::int64_t most) {
  const Text blackout{.en = "- a blackout or a freeze keeps slots from running\n",
                      .ko = "- 금지 시간이나 변경 동결로 실행하지 않는 슬롯이 있음\n"};
  const std::string kept = view.map.blackout > 0 ? Pick(view, blackout) : "";
  if (most == 0) return kept;
  if (most < 3) {
    return Pick(view, {.en = "! a heavy one starts · X heavy ones clash\n",
                       .ko = "! 부하가 큰 스케줄 시작 · X 부하가 큰 것끼리 겹침\n"}) +
           kept;
  }
  const std::string low = std::to_string(most / 3), high = std::to_string(most * 2 / 3);
  return Pick(view, {.en = "# up to " + low + ", ## up to " + high + ", ### more slots in an hour · "
                           "! a heavy one starts · X heavy ones clash\n",
                     .ko = "# " + low + "개까지, ## " + high + "개까지, ### 그 이상(시간당 슬롯) · "
                           "! 부하가 큰 스케줄 시작 · X 부하가 큰 것끼리 겹침\n"}) +
         kept;
}

std::string Schedules(const LoadView& view) {
  std::vector<std::vector<std::string>> rows = {{"ID", "SLOTS", "BLACKOUT", "TARGETS", "HEAVY"}};
  for (std::string& cell : rows.front()) cell = In(view.language, cell);
  for (const schedules::ScheduleLoad& load : view.map.schedules) {
    rows.push_back({load.id, std::to_string(load.slots), std::to_string(load.blackout),
                    view.targets_known ? std::to_string(load.targets) : "?",
                    load.heavy ? "!" : "-"});
  }
  return rows.size() == 1 ? "" : "\n" + LayOutTable(rows, 0);
}

/// What is left out of a long list is said, too.
std::string Rest(const LoadView& view, std::size_t count) {
  if (count <= kMostNamed) return "";
  const std::string more = std::to_string(count - kMostNamed);
  return Pick(view, {.en = "  and " + more + " more: -o json has them all\n",
                     .ko = "  외 " + more + "건: -o json으로 모두 볼 수 있습니다\n"});
}

std::string Clashes(const LoadView& view) {
  const auto& clashes = view.map.clashes;
  if (clashes.empty()) return "";
  std::string text = "\n";
  text += Pick(view, {.en = "Heavy schedules that start in the same minute on one target:\n",
                      .ko = "같은 대상에서 같은 분에 시작하는 부하가 큰 스케줄:\n"});
  int left = kMostNamed;
  for (const schedules::LoadClash& clash : clashes) {
    if (left-- == 0) break;
    const std::string at = view.zone.Format(clash.at), times = std::to_string(clash.times);
    text += Pick(view, {.en = "  " + at + " '" + clash.first + "' and '" + clash.second + "' on " +
                              (clash.target.empty() ? "every target" : clash.target) +
                              (clash.times > 1 ? ", " + times + " times" : "") + "\n",
                        .ko = "  " + at + " '" + clash.first + "', '" + clash.second + "' (" +
                              (clash.target.empty() ? "모든 대상" : clash.target) + ")" +
                              (clash.times > 1 ? " " + times + "번" : "") + "\n"});
  }
  return text + Rest(view, clashes.size()) +
         Pick(view, {.en = "  Move one of each pair, or give it a splay.\n",
                     .ko = "  둘 중 하나의 시각을 옮기거나 splay를 주세요.\n"});
}

std::string Blackouts(const LoadView& view) {
  const auto& blackouts = view.map.blackouts;
  if (blackouts.empty()) return "";
  std::string text = "\n";
  text += Pick(view, {.en = "Slots that a window keeps from running:\n",
                      .ko = "금지 시간이나 변경 동결로 실행하지 않는 슬롯:\n"});
  int left = kMostNamed;
  for (const schedules::LoadBlackout& one : blackouts) {
    if (left-- == 0) break;
    const std::string at = view.zone.Format(one.at), slots = std::to_string(one.slots);
    const bool freeze = one.kind == schedules::WindowKind::kFreeze;
    const std::string& korean = one.window.ko.empty() ? one.window.en : one.window.ko;
    text += Pick(view, {.en = "  " + one.schedule + ": " + slots + (one.slots == 1 ? " slot" : " slots") +
                              " from " + at + ", " + (freeze ? "freeze '" : "blackout '") +
                              one.window.en + "'\n",
                        .ko = "  " + one.schedule + ": " + at + "부터 " + slots + "개, " +
                              (freeze ? "변경 동결 '" : "금지 시간 '") + korean + "'\n"});
  }
  return text + Rest(view, blackouts.size());
}

std::string AtChanges(const LoadView& view) {
  const auto& changes = view.map.at_changes;
  if (changes.empty()) return "";
  std::string text = "\n";
  text += Pick(view, {.en = "Times that a clock change touches:\n",
                      .ko = "서머타임 전환의 영향을 받는 시각:\n"});
  int left = kMostNamed;
  for (const schedules::LoadAtChange& change : changes) {
    if (left-- == 0) break;
    text += "  " + schedules::FormatWall(change.wall) + " " + change.schedule + ": " +
            Pick(view, change.what) + "\n";
  }
  return text + Rest(view, changes.size());
}

std::string Head(const LoadView& view) {
  const schedules::LoadMap& map = view.map;
  const std::string from = DayName(view, map.days.front().date, false),
                    to = DayName(view, map.days.back().date, false),
                    slots = std::to_string(map.slots), heavy = std::to_string(map.heavy),
                    blackout = std::to_string(map.blackout);
  Text kept;
  if (map.blackout > 0) {
    kept = {.en = "; " + blackout + " more do not run", .ko = ", 실행하지 않는 것 " + blackout + "개"};
  }
  std::string text = from + (from == to ? "" : "..." + to) + " (" + view.zone.name() + "): " +
                     Pick(view, {.en = slots + (map.slots == 1 ? " slot, " : " slots, ") + heavy + " heavy" + kept.en + "\n",
                                 .ko = "슬롯 " + slots + "개, 그중 부하가 큰 것 " + heavy + "개" + kept.ko + "\n"});
  if (!view.targets_known) {
    text += Pick(view, {.en = "No inventory is at hand: each schedule counts as one target.\n",
                        .ko = "인벤토리가 없어 스케줄마다 대상을 하나로 셌습니다.\n"});
  }
  return text + "\n";
}

}  // namespace

std::string LoadAsTable(const LoadView& view) {
  const schedules::LoadMap& map = view.map;
  if (map.days.empty()) return "";
  const std::int64_t most = BusiestHour(map);
  std::string text = Head(view);
  for (std::size_t first = 0; first < map.days.size(); first += kDaysToABlock) {
    text += Block(view, first, most) + (first + kDaysToABlock < map.days.size() ? "\n" : "");
  }
  text += Legend(view, most);
  if (map.busiest_slots > 0) {
    const std::string at = view.zone.Format(map.busiest), slots = std::to_string(map.busiest_slots);
    text += Pick(view, {.en = "Busiest minute: " + at + ", " + slots + (map.busiest_slots == 1 ? " slot\n" : " slots\n"),
                        .ko = "가장 몰리는 분: " + at + ", 슬롯 " + slots + "개\n"});
  }
  text += Clashes(view) + Blackouts(view) + AtChanges(view) + Schedules(view);
  if (!map.off.empty()) {
    std::string ids;
    for (const std::string& id : map.off) ids += (ids.empty() ? "" : ", ") + id;
    const Text off{.en = "Switched off, not counted: ", .ko = "꺼져 있어 세지 않음: "};
    text += "\n" + Pick(view, off) + ids + "\n";
  }
  return text;
}

Value LoadAsJson(const LoadView& view) {
  const schedules::LoadMap& map = view.map;
  Value json = {{"zone", view.zone.name()},    {"slots", map.slots},
                {"heavy", map.heavy},          {"targets_known", view.targets_known},
                {"days", Value::array()},      {"schedules", Value::array()},
                {"clashes", Value::array()},   {"clock_changes", Value::array()},
                {"off", map.off},              {"busiest", nullptr},
                {"blackout", map.blackout},    {"blackouts", Value::array()}};
  for (const LoadDay& day : map.days) {
    Value hours = Value::array();
    for (std::size_t hour = 0; hour < day.hours.size(); ++hour) {
      const LoadCell& cell = day.hours[hour];
      if (cell.slots == 0 && cell.blackout == 0) continue;
      hours.push_back({{"hour", hour}, {"slots", cell.slots}, {"heavy", cell.heavy},
                       {"clashes", cell.clashes}, {"blackout", cell.blackout}});
    }
    json["days"].push_back({{"date", DayName(view, day.date, false)}, {"slots", day.slots}, {"hours", hours}});
  }
  for (const schedules::ScheduleLoad& load : map.schedules) {
    json["schedules"].push_back({{"id", load.id}, {"slots", load.slots}, {"heavy", load.heavy},
                                 {"blackout", load.blackout},
                                 {"targets", view.targets_known ? Value(load.targets) : Value()}});
  }
  for (const schedules::LoadClash& clash : map.clashes) {
    json["clashes"].push_back({{"first", clash.first}, {"second", clash.second},
                               {"target", clash.target.empty() ? Value() : Value(clash.target)},
                               {"at", view.zone.Format(clash.at)}, {"times", clash.times}});
  }
  for (const schedules::LoadBlackout& one : map.blackouts) {
    json["blackouts"].push_back(
        {{"schedule", one.schedule}, {"window", ToValue(one.window)}, {"slots", one.slots},
         {"kind", one.kind == schedules::WindowKind::kFreeze ? "freeze" : "blackout"},
         {"from", view.zone.Format(one.at)}});
  }
  for (const schedules::LoadAtChange& change : map.at_changes) {
    json["clock_changes"].push_back({{"schedule", change.schedule},
                                     {"wall", schedules::FormatWall(change.wall)},
                                     {"what", ToValue(change.what)}});
  }
  if (map.busiest_slots > 0) {
    json["busiest"] = {{"at", view.zone.Format(map.busiest)}, {"slots", map.busiest_slots}};
  }
  return json;
}

}  // namespace upkeep::cli
