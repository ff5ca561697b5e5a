// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/schedule_lookup.h"

#include "base/yaml/yaml.h"
#include "runner/cli/settings.h"
#include "runner/cli/period.h"
#include "runner/daemon/world.h"
#include "runner/run/session.h"
#include "schedules/planner.h"

namespace upkeep::cli {

Result<schedules::ScheduleFile> LoadSchedules(const Invocation& invocation,
                                              std::vector<std::string> files, Instant now) {
  if (files.empty()) {
    auto listed = daemon::ListScheduleFiles(ScheduleFolder(invocation));
    if (!listed.ok()) return listed.status();
    files = std::move(*listed);
  }
  return schedules::ReadScheduleFiles(files, now);
}

std::vector<schedules::Schedule> WithTargetsNamed(const Invocation& invocation,
                                                  std::vector<schedules::Schedule> schedules) {
  const auto inventory = LoadInventory(invocation);
  if (!inventory.ok()) return schedules;
  for (schedules::Schedule& schedule : schedules) {
    std::vector<std::string> names;
    for (const std::string& name : schedule.targets) {
      const std::size_t before = names.size();
      for (const checks::Target& target : inventory->targets) {
        if (run::IsMeant(target, name)) names.push_back(target.name);
      }
      if (names.size() == before) names.push_back(name);   // Nobody has it: it is nobody else's, too.
    }
    schedule.targets = std::move(names);
  }
  return schedules;
}

bool LooksLikeCron(const std::string& typed) {
  return typed.find(' ') != std::string::npos || typed.starts_with("@");
}

Result<schedules::CronExpression> ParseTyped(const Invocation& invocation,
                                             const std::string& typed) {
  schedules::CronOptions options;
  auto zone = TypedZone(invocation.Value("--zone", "UTC"));
  if (!zone.ok()) return zone.status();
  options.zone = *zone;
  const std::string dialect = invocation.Value("--dialect", "vixie");
  if (dialect == "robfig") options.dialect = schedules::Dialect::kRobfig;
  if (dialect == "quartz") options.dialect = schedules::Dialect::kQuartz;
  return schedules::CronExpression::Parse(typed, options);
}

Result<const schedules::Schedule*> FindSchedule(const schedules::ScheduleFile& file,
                                                const std::string& id) {
  std::vector<std::string> known;
  for (const schedules::Schedule& schedule : file.schedules) {
    if (schedule.id == id) return &schedule;
    known.push_back(schedule.id);
  }
  for (const schedules::Quarantined& bad : file.quarantined) {
    if (bad.id == id) return yaml::Combine(bad.errors);
  }
  const std::string near = yaml::NearestWord(id, known);
  return Status(Code::kNotFound, "there is no schedule '" + id + "'")
      .WithHint(near.empty() ? "upkeep schedule list shows them; quote a cron expression: "
                               "upkeep schedule next '0 9 * * *'"
                             : "did you mean '" + near + "'?");
}

std::string SayMarks(const Invocation& invocation, const schedules::Schedule& schedule,
                     const schedules::Occurrence& occurrence,
                     const std::vector<schedules::Schedule>& others) {
  std::string marks;
  const auto add = [&](const std::string& mark) { marks += (marks.empty() ? "  " : "; ") + invocation.Say(mark); };
  for (const std::string& mark : schedules::MarksOf(schedule, occurrence)) add(mark);
  std::string clashes;
  for (const std::string& id : schedules::ClashesAt(others, schedule, occurrence.at)) {
    clashes += (clashes.empty() ? "" : ", ") + id;
  }
  if (!clashes.empty()) add("clashes with " + clashes);
  return marks;
}

}  // namespace upkeep::cli
