// SPDX-License-Identifier: Apache-2.0
//
// upkeep schedule simulate: the load map of the coming days, as text that needs no colour and 80
// columns, or as JSON.
#include <algorithm>

#include "base/korean.h"
#include "base/value.h"
#include "runner/cli/load_table.h"
#include "runner/cli/period.h"
#include "runner/cli/schedule_lookup.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/daemon/assignment.h"
#include "runner/run/catalog.h"

namespace upkeep::cli {
namespace {

constexpr int kMostDays = 35;

Result<int> ReadDays(const Invocation& invocation) {
  const std::string text = invocation.Value("--days", "7");
  const bool number = !text.empty() && text.size() <= 2 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  const int days = number ? std::stoi(text) : 0;
  if (days >= 1 && days <= kMostDays) return days;
  return Status(Code::kUsage, "--days '" + text + "' is no number from 1 to " +
                                  std::to_string(kMostDays));
}

/// --zone; else the zone that all schedules share; else UTC.
Result<zone::Zone> ShownZone(const Invocation& invocation, const schedules::ScheduleFile& file) {
  if (invocation.Has("--zone")) return TypedZone(invocation.Value("--zone"));
  if (file.schedules.empty()) return zone::Zone::Utc();
  const zone::Zone& first = file.schedules.front().expression.zone();
  const bool shared = std::all_of(
      file.schedules.begin(), file.schedules.end(),
      [&](const schedules::Schedule& schedule) { return schedule.expression.zone() == first; });
  return shared ? first : zone::Zone::Utc();
}

/// "2026-11-30" is that day's midnight in `zone`; otherwise an RFC 3339 time.
Result<Instant> ReadFrom(const Invocation& invocation, const zone::Zone& zone, Instant now) {
  const std::string text = invocation.Value("--from");
  if (text.empty()) return now;
  if (text.size() == 10) {
    auto day = ParseRfc3339(text + "T00:00:00Z");
    if (day.ok()) {
      const auto midnight = std::chrono::floor<std::chrono::seconds>(*day).time_since_epoch();
      return Instant(zone.FromLocal(zone::LocalSeconds(midnight)).first);
    }
  }
  auto at = ParseRfc3339(text);
  if (at.ok()) return at;
  return Status(Code::kUsage, "--from: " + at.status().message())
      .WithHint("a day such as 2026-11-30, or an RFC 3339 time");
}

/// On how many targets each schedule runs; empty where there is no inventory to tell.
std::map<std::string, std::int64_t> CountTargets(const Invocation& invocation,
                                                 const schedules::ScheduleFile& file) {
  std::map<std::string, std::int64_t> counts;
  const auto inventory = LoadInventory(invocation);
  if (!inventory.ok()) return counts;
  const auto playbooks = daemon::ReadPlaybooks(run::Catalog(PlaybookFolders(invocation)));
  for (const schedules::Schedule& schedule : file.schedules) {
    counts[schedule.id] = static_cast<std::int64_t>(
        daemon::Assign(schedule, playbooks, *inventory).Targets().size());
  }
  return counts;
}

int Simulate(Invocation& invocation) {
  const Instant now = SystemClock().Now();
  const auto days = ReadDays(invocation);
  if (!days.ok()) return invocation.Fail(days.status());
  const auto file = LoadSchedules(invocation, invocation.positionals, now);
  if (!file.ok()) return invocation.Fail(file.status());
  const auto zone = ShownZone(invocation, *file);
  if (!zone.ok()) return invocation.Fail(zone.status());
  const auto from = ReadFrom(invocation, *zone, now);
  if (!from.ok()) return invocation.Fail(from.status());
  const auto targets = CountTargets(invocation, *file);
  const schedules::LoadMap map =
      schedules::Simulate(WithTargetsNamed(invocation, file->schedules), targets, *zone, *from, *days);
  const LoadView view{.map = map, .zone = *zone, .targets_known = !targets.empty(),
                      .language = Language(invocation)};
  *invocation.out << (invocation.Value("--output", "table") == "json"
                          ? CanonicalJson(LoadAsJson(view)) + "\n"
                          : LoadAsTable(view));
  const Status errors = file->Errors();
  return errors.ok() ? 0 : invocation.Fail(errors);
}

}  // namespace

Command MakeSimulateCommand() {
  Command simulate;
  simulate.name = "schedule simulate";
  simulate.summary = "How many slots start when: the load of a week, clashes and clock changes";
  simulate.positionals = {{"FILE", "Schedule files (default: those of --schedules)", false, true}};
  simulate.options = {
      {"--from", "TIME", "The first day, as 2026-11-30 or an RFC 3339 time (default: today)", false, {}},
      {"--days", "N", "So many days, 1 to 35 (default: 7)", false, {}},
      {"--zone", "NAME", "The zone of the hours (default: the schedules' own, else UTC)", false, {}},
      {"-o,--output", "FORMAT", "table or json (default: table)", false, {"table", "json"}},
  };
  simulate.examples =
      "  upkeep schedule simulate\n"
      "  upkeep schedule simulate new.yaml --from 2026-11-30 --days 14\n";
  simulate.run = Simulate;
  return simulate;
}

}  // namespace upkeep::cli
