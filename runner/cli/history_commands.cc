// SPDX-License-Identifier: Apache-2.0
//
// upkeep history and diff: what earlier runs found.
#include <algorithm>

#include "base/yaml/yaml.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/cli/schedule_parts.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"

namespace upkeep::cli {
namespace {

Result<store::RunId> ReadRunId(const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
    return Status(Code::kUsage, "'" + text + "' is no run's number").WithHint("upkeep history lists them");
  }
  return store::RunId{std::stoll(text)};
}

store::RunFilter NewestOnly() {
  store::RunFilter filter;
  filter.limit = 1;
  return filter;
}

/// A name that neither a run nor a file has is a mistake of typing. History is of the past: what only the
/// past knows, and what has not run yet, is fine.
Status CheckNamesAreKnown(const Invocation& invocation, store::Store& store, const store::RunFilter& filter) {
  const struct {
    std::string store::RunFilter::*name;
    Status (*check)(const Invocation&, const std::string&);
  } named[] = {{&store::RunFilter::playbook, CheckPlaybookIsKnown},
               {&store::RunFilter::target, CheckTargetIsKnown},
               {&store::RunFilter::schedule, CheckScheduleIsKnown}};
  for (const auto& one : named) {
    if ((filter.*one.name).empty()) continue;
    store::RunFilter alone = NewestOnly();
    alone.*one.name = filter.*one.name;
    alone.self_checks = true;
    const Result<std::vector<store::RunRecord>> runs = store.Runs(alone);
    if (!runs.ok()) return runs.status();
    if (runs->empty()) UPKEEP_RETURN_IF_ERROR(one.check(invocation, filter.*one.name));
  }
  return Status::Ok();
}

/// An empty table alone would not say whether nothing has run, or nothing that was meant.
void SayNoRun(const Invocation& invocation, const store::RunFilter& filter) {
  std::string asked;
  for (const auto& [option, value] : {std::pair("--playbook", filter.playbook), std::pair("--target", filter.target),
                                      std::pair("--schedule", filter.schedule)}) {
    if (!value.empty()) asked += (asked.empty() ? "" : " ") + std::string(option) + " " + value;
  }
  const Status none = asked.empty() ? Status(Code::kNotFound, "the store has no run").WithHint("upkeep run daily")
                                    : Status(Code::kNotFound, "no run fits " + asked);
  *invocation.err << "upkeep: " << invocation.Describe(none) << "\n";
}

int ShowHistory(Invocation& invocation) {
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());
  store::RunFilter filter;
  filter.playbook = invocation.Value("--playbook");
  filter.target = invocation.Value("--target");
  filter.schedule = invocation.Value("--schedule");
  filter.self_checks = !filter.playbook.empty();   // Somebody who names the check means its runs.
  filter.limit = 20;
  if (const std::string limit = invocation.Value("--limit"); !limit.empty()) {
    Result<store::RunId> number = ReadRunId(limit);
    if (!number.ok() || *number == 0) {
      return invocation.Fail(Status(Code::kUsage, "--limit '" + limit + "' is no number above 0"));
    }
    filter.limit = *number;
  }
  Result<std::vector<store::RunRecord>> runs = (*store)->Runs(filter);
  if (!runs.ok()) return invocation.Fail(runs.status());
  if (runs->empty()) {
    const Status known = CheckNamesAreKnown(invocation, **store, filter);
    if (!known.ok()) return invocation.Fail(known);
    SayNoRun(invocation, filter);
  }
  std::vector<std::vector<std::string>> rows = {{"RUN", "STARTED", "STATE", "TRIGGER", "TARGETS", "CRITICAL",
                                                 "WARNING", "UNKNOWN", "OK", "NEW", "RESOLVED", "EXIT"}};
  for (const store::RunRecord& run : *runs) {
    const store::RunSummary& summary = run.summary;
    rows.push_back({std::to_string(run.id), FormatRfc3339(std::chrono::floor<std::chrono::seconds>(run.started)),
                    invocation.Say(store::RunStateName(run.state)),
                    run.schedule.empty() ? invocation.Say(run.trigger) : run.schedule, std::to_string(run.targets.size()),
                    std::to_string(summary.totals.critical), std::to_string(summary.totals.warning),
                    std::to_string(summary.totals.unknown), std::to_string(summary.totals.ok),
                    std::to_string(summary.new_findings), std::to_string(summary.resolved_findings),
                    run.state == store::RunState::kFinished ? std::to_string(summary.exit_code) : "-"});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
  store::PauseFilter open;
  open.open_only = true;
  open.schedule = filter.schedule;
  Result<std::vector<store::Pause>> pauses = (*store)->Pauses(open);
  if (!pauses.ok()) return invocation.Fail(pauses.status());
  const std::string language = Language(invocation);
  for (const store::Pause& pause : *pauses) {
    const std::string paused = std::string("upkeep: ") + (language == "ko" ? "일시 중지" : "paused") + ": " +
                               ScopeOfPause(pause, language) + " (" + DescribePause(pause, language) + ")";
    *invocation.err << invocation.Fit(paused, 2) << "\n";
  }
  return 0;
}

int DiffRuns(Invocation& invocation) {
  if (const std::size_t named = invocation.positionals.size(); named > 2) {
    return invocation.Fail(Status(Code::kUsage, "two runs are compared, and " + std::to_string(named) + " are named")
                               .WithHint("upkeep history lists them"));
  }
  Result<std::unique_ptr<store::Store>> opened = OpenStore(invocation, true);
  if (!opened.ok()) return invocation.Fail(opened.status());
  store::Store& store = **opened;
  store::RunId after = 0, before = 0;
  if (invocation.positionals.empty()) {
    Result<std::vector<store::RunRecord>> newest = store.Runs(NewestOnly());
    if (!newest.ok()) return invocation.Fail(newest.status());
    if (newest->empty()) {
      return invocation.Fail(Status(Code::kNotFound, "the store has no run").WithHint("upkeep run daily"));
    }
    after = newest->front().id;
  } else {
    Result<store::RunId> id = ReadRunId(invocation.positionals.back());
    if (!id.ok()) return invocation.Fail(id.status());
    after = *id;
    if (const Result<store::RunRecord> there = store.Run(after); !there.ok()) return invocation.Fail(there.status());
  }
  if (invocation.positionals.size() > 1) {
    Result<store::RunId> id = ReadRunId(invocation.positionals.front());
    if (!id.ok()) return invocation.Fail(id.status());
    before = *id;
  } else {
    Result<store::RunId> previous = store.PreviousRun(after);
    if (!previous.ok()) return invocation.Fail(previous.status());
    before = *previous;
  }
  if (before == 0) {
    *invocation.out << invocation.Say("run " + std::to_string(after) +
                                      " is the first of its kind: there is nothing to compare it with")
                    << "\n";
    return 0;
  }
  Result<std::vector<store::DiffRow>> differences = store.Diff(before, after);
  if (!differences.ok()) return invocation.Fail(differences.status());
  *invocation.err << invocation.Say("run " + std::to_string(before) + " -> run " + std::to_string(after) + ": " +
                                    std::to_string(differences->size()) + " subjects differ")
                  << "\n";
  const auto name = [&invocation](const std::optional<checks::State>& state) {
    return state ? invocation.Say(checks::StateName(*state)) : std::string("-");
  };
  std::vector<std::vector<std::string>> rows = {{"CHANGE", "BEFORE", "AFTER", "PLAYBOOK", "TARGET", "SUBJECT", "SUMMARY"}};
  for (const store::DiffRow& row : *differences) {
    rows.push_back({invocation.Say(row.change), name(row.before), name(row.after), row.playbook, row.target, row.subject,
                    row.summary.In(Language(invocation))});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
  return 0;
}

}  // namespace

std::vector<Command> MakeHistoryCommands() {
  Command history, diff;
  history.name = "history";
  history.summary = "Earlier runs, newest first";
  history.options = {{"--playbook", "ID", "Only runs of this playbook", false, {}},
                     {"--target", "NAME", "Only runs on this target", false, {}},
                     {"--schedule", "ID", "Only runs of this schedule", false, {}},
                     {"--limit", "N", "At most so many (default 20)", false, {}}};
  history.run = ShowHistory;
  diff.name = "diff";
  diff.summary = "What changed between two runs (default: the newest and the one before it)";
  diff.positionals = {{"RUN", "One or two run numbers", false, true}};
  diff.run = DiffRuns;
  return {history, diff};
}

}  // namespace upkeep::cli
