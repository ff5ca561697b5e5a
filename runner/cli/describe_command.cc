// SPDX-License-Identifier: Apache-2.0
//
// upkeep schedule describe: a schedule or an expression in a sentence, from the engine's own
// fields.
#include "base/korean.h"
#include "runner/cli/schedule_lookup.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "schedules/describe.h"
#include "schedules/occurrence.h"

namespace upkeep::cli {
namespace {

void PrintSchedule(const Invocation& invocation, const schedules::Schedule& schedule, Instant now) {
  const std::string language = Language(invocation);
  const std::string& title = schedule.title.In(language);
  const std::string head = schedule.id + (title.empty() || title == schedule.id ? "" : ": " + title);
  *invocation.out << invocation.Fit(head, 2) << "\n";
  for (const Text& sentence : schedules::Describe(schedule, now)) {
    *invocation.out << "  " << invocation.Fit(sentence.In(language) + ".", 2) << "\n";
  }
  if (!schedule.enabled) return;
  for (const schedules::Occurrence& next : schedules::Preview(schedule, now, 1)) {
    *invocation.out << "  "
                    << invocation.Fit(Text{.en = "Next time: ", .ko = "다음 시각: "}.In(language) +
                                          schedule.expression.zone().Format(next.at) + SayMarks(invocation, schedule, next), 4)
                    << "\n";
  }
}

int DescribeExpression(const Invocation& invocation, const std::string& typed, Instant now) {
  const std::string language = Language(invocation);
  const auto expression = ParseTyped(invocation, typed);
  if (!expression.ok()) return invocation.Fail(expression.status());
  for (const schedules::CronWarning& warning : expression->warnings()) {
    *invocation.err << Text{.en = "warning: ", .ko = "경고: "}.In(language) << In(language, warning.message) << "\n";
    if (!warning.hint.empty()) {
      *invocation.err << Text{.en = "  hint: ", .ko = "  힌트: "}.In(language) << In(language, warning.hint) << "\n";
    }
  }
  *invocation.out << invocation.Fit(schedules::Describe(*expression).In(language) + ".", 0) << "\n";
  if (const auto changes = schedules::DescribeClockChanges(*expression, now)) {
    *invocation.out << invocation.Fit(changes->In(language) + ".", 0) << "\n";
  }
  return 0;
}

int Describe(Invocation& invocation) {
  const Instant now = SystemClock().Now();
  std::string typed;  // An unquoted expression comes as several words.
  for (const std::string& word : invocation.positionals) typed += (typed.empty() ? "" : " ") + word;
  if (LooksLikeCron(typed)) return DescribeExpression(invocation, typed, now);
  const auto file = LoadSchedules(invocation, {}, now);
  if (!file.ok()) return invocation.Fail(file.status());
  if (!typed.empty()) {
    const auto schedule = FindSchedule(*file, typed);
    if (!schedule.ok()) return invocation.Fail(schedule.status());
    PrintSchedule(invocation, **schedule, now);
    return 0;
  }
  bool first = true;
  for (const schedules::Schedule& schedule : file->schedules) {
    if (!first) *invocation.out << "\n";
    PrintSchedule(invocation, schedule, now);
    first = false;
  }
  const Status errors = file->Errors();
  return errors.ok() ? 0 : invocation.Fail(errors);
}

}  // namespace

Command MakeDescribeCommand() {
  Command describe;
  describe.name = "schedule describe";
  describe.summary = "A schedule or a cron expression in words, English or Korean (--lang ko)";
  describe.positionals = {
      {"SCHEDULE", "A schedule's id, or a cron expression (default: every schedule)", false, true}};
  describe.options = {
      {"--zone", "NAME", "The zone of an expression (default: UTC)", false, {}},
      {"--dialect", "NAME", "Of an expression (default: vixie)", false, {"vixie", "robfig", "quartz"}},
  };
  describe.examples =
      "  upkeep schedule describe\n"
      "  upkeep schedule describe monthly --lang ko\n"
      "  upkeep schedule describe '*/15 9-17 * * MON-FRI' --zone Asia/Seoul\n";
  describe.run = Describe;
  return describe;
}

}  // namespace upkeep::cli
