// SPDX-License-Identifier: Apache-2.0
//
// upkeep schedule next and list: what the schedule files say, without doing any of it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/yaml/yaml.h"
#include "base/zone/zone.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/period.h"
#include "runner/cli/schedule_lookup.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "schedules/file.h"
#include "schedules/planner.h"
#include "schedules/vectors.h"

namespace upkeep::cli {
namespace {

constexpr int kMostTimes = 10'000;

Result<int> ReadCount(const Invocation& invocation) {
  const std::string text = invocation.Value("--count", "5");
  const bool number = !text.empty() && text.size() <= 5 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  const int count = number ? std::stoi(text) : 0;
  if (count < 1 || count > kMostTimes) {
    return Status(Code::kUsage, "-n '" + text + "' is no number from 1 to " +
                                    std::to_string(kMostTimes));
  }
  return count;
}

/// The schedule of the id that was typed, with all that there are; or one that has nothing but the
/// expression typed.
struct Typed {
  schedules::Schedule schedule;
  std::vector<schedules::Schedule> all;
};

Result<Typed> ScheduleTyped(const Invocation& invocation, const std::string& typed, Instant now) {
  Typed answer;
  if (LooksLikeCron(typed)) {
    auto expression = ParseTyped(invocation, typed);
    if (!expression.ok()) return expression.status();
    answer.schedule.expression = std::move(expression).value();
    return answer;
  }
  auto file = LoadSchedules(invocation, {}, now);
  if (!file.ok()) return file.status();
  const auto found = FindSchedule(*file, typed);
  if (!found.ok()) return found.status();
  const std::string id = (*found)->id;
  answer.all = WithTargetsNamed(invocation, std::move(file->schedules));
  for (const schedules::Schedule& schedule : answer.all) {
    if (schedule.id == id) answer.schedule = schedule;
  }
  return answer;
}

int RunBatch(const Invocation& invocation, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  std::error_code error;  // A folder opens like a file, and reads as an empty one.
  if (!in || std::filesystem::is_directory(path, error)) {
    return invocation.Fail(Status(Code::kInvalid, "cannot read " + path));
  }
  auto report = schedules::RunVectors(text.str(), path);
  if (!report.ok()) return invocation.Fail(report.status());
  for (const schedules::VectorDifference& difference : report->differences) {
    *invocation.out << CanonicalJson(schedules::ToValue(difference)) << "\n";
  }
  *invocation.out << CanonicalJson(schedules::SummaryOf(*report)) << "\n";
  return report->differences.empty() ? 0 : 1;
}

int Next(Invocation& invocation) {
  if (invocation.Has("--batch")) return RunBatch(invocation, invocation.Value("--batch"));
  std::string typed;   // An unquoted expression comes as several words.
  for (const std::string& word : invocation.positionals) typed += (typed.empty() ? "" : " ") + word;
  if (typed.empty()) {
    return invocation.Fail(Status(Code::kUsage, "which schedule or expression?")
                               .WithHint("upkeep schedule next daily, or '0 9 * * MON#1'"));
  }
  auto count = ReadCount(invocation);
  if (!count.ok()) return invocation.Fail(count.status());
  const Instant now = SystemClock().Now();
  Instant at = now;
  if (const std::string from = invocation.Value("--from"); !from.empty()) {
    auto parsed = ParseRfc3339(from);
    if (!parsed.ok()) return invocation.Fail(Status(Code::kUsage, "--from: " + parsed.status().message()));
    at = *parsed;
  }
  const auto read = ScheduleTyped(invocation, typed, now);
  if (!read.ok()) return invocation.Fail(read.status());
  const schedules::Schedule& schedule = read->schedule;
  const schedules::CronExpression& expression = schedule.expression;
  zone::Zone zone = expression.zone();
  if (invocation.Has("--zone")) {
    auto shown = TypedZone(invocation.Value("--zone"));
    if (!shown.ok()) return invocation.Fail(shown.status());
    zone = *shown;
  }
  for (const schedules::CronWarning& warning : expression.warnings()) {
    const Status said = Status(Code::kInvalid, warning.message).WithHint(warning.hint);
    *invocation.err << invocation.Say("warning") << ": " << invocation.Describe(said) << "\n";
  }
  const auto next = schedules::Preview(schedule, at, *count);
  for (const schedules::Occurrence& occurrence : next) {
    *invocation.out << invocation.Fit(zone.Format(occurrence.at) + SayMarks(invocation, schedule, occurrence, read->all), 4)
                    << "\n";
  }
  if (!schedule.enabled) {
    *invocation.err << invocation.Say("it is disabled: none of this is planned") << "\n";
  }
  if (next.empty()) return invocation.Fail(Status(Code::kInvalid, "it never fires again"));
  return 0;
}

/// Pauses that hold now; none where there is no store yet.
std::vector<store::Pause> OpenPauses(const Invocation& invocation) {
  auto store = OpenStore(invocation, true);
  if (!store.ok()) return {};
  store::PauseFilter filter;
  filter.open_only = true;
  auto pauses = (*store)->Pauses(filter);
  return pauses.ok() ? std::move(*pauses) : std::vector<store::Pause>();
}

std::string PausedBy(const std::vector<store::Pause>& pauses, const std::string& schedule,
                     const std::string& language) {
  std::string text;
  for (const store::Pause& pause : pauses) {
    if (!pause.schedule.empty() && pause.schedule != schedule) continue;
    text += text.empty() ? "" : "; ";
    if (!pause.target.empty()) text += ScopeOfPause(pause, language) + " ";
    text += DescribePause(pause, language);
  }
  return text.empty() ? "-" : text;
}

int ListSchedules(Invocation& invocation) {
  const Instant now = SystemClock().Now();
  auto file = LoadSchedules(invocation, invocation.positionals, now);
  if (!file.ok()) return invocation.Fail(file.status());
  const std::vector<store::Pause> pauses = OpenPauses(invocation);
  std::vector<std::vector<std::string>> rows = {
      {"ID", "NEXT", "CRON", "ZONE", "PLAYBOOKS", "TARGETS", "GRACE", "DEADLINE", "PAUSED", "TITLE"}};
  const auto joined = [](const std::vector<std::string>& words, const std::string& none) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
    return text.empty() ? none : text;
  };
  for (const schedules::Schedule& schedule : file->schedules) {
    const auto next = schedule.enabled ? schedules::NextPlanned(schedule, now) : std::nullopt;
    rows.push_back({schedule.id, next ? schedule.expression.zone().Format(*next) : "-",
                    schedule.expression.text(), schedule.expression.zone().name(),
                    joined(schedule.playbooks, "-"), joined(schedule.targets, invocation.Say("all")),
                    FormatDuration(schedule.grace), FormatDuration(schedule.deadline),
                    PausedBy(pauses, schedule.id, Language(invocation)),
                    schedule.title.In(Language(invocation))});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
  const Status errors = file->Errors();
  return errors.ok() ? 0 : invocation.Fail(errors);
}

}  // namespace

std::vector<Command> MakeScheduleCommands() {
  Command next, list;
  next.name = "schedule next";
  next.summary = "When a schedule or a cron expression fires next";
  next.positionals = {{"SCHEDULE", "A schedule's id, or a cron expression", false, true}};
  next.options = {
      {"-n,--count", "N", "So many times (default 5)", false, {}},
      {"--zone", "NAME", "The zone of an expression; of a schedule, the zone to show", false, {}},
      {"--dialect", "NAME", "Of an expression (default: vixie)", false, {"vixie", "robfig", "quartz"}},
      {"--from", "TIME", "After this RFC 3339 time (default: now)", false, {}},
      {"--batch", "FILE", "Compare with the vectors of a JSON-lines file", false, {}},
  };
  next.examples =
      "  upkeep schedule next daily\n"
      "  upkeep schedule next monthly -n 12     (with what moves or stops each time)\n"
      "  upkeep schedule next '0 9 * * MON#1' --zone Asia/Seoul -n 12\n";
  next.run = Next;
  list.name = "schedule list";
  list.summary = "Every schedule of the files, with its next time";
  list.positionals = {{"FILE", "Schedule files (default: those of --schedules)", false, true}};
  list.run = ListSchedules;
  std::vector<Command> all = {next, MakeDescribeCommand(), MakeSimulateCommand(), list,
                              MakeScheduleCheckCommand()};
  for (auto make : {MakeDaemonCommands, MakeControlCommands, MakePauseCommands}) {
    for (Command& command : make()) all.push_back(std::move(command));
  }
  all.push_back(MakeBackfillCommand());
  return all;
}

}  // namespace upkeep::cli
