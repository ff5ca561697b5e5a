// SPDX-License-Identifier: Apache-2.0
//
// upkeep test: recorded cases, replayed without a network; what they cover; and whether they would
// notice a playbook that is wrong.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <thread>

#include "base/text.h"
#include "base/value.h"
#include "runner/authoring/case_runner.h"
#include "runner/authoring/junit.h"
#include "runner/authoring/mutation.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

using authoring::CaseReport;
using authoring::PlaybookReport;

constexpr int kMostJobs = 256;

/// --jobs, or as many as there are processors.
Result<int> ReadJobs(const Invocation& invocation) {
  if (!invocation.Has("--jobs")) return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const std::string given = invocation.Value("--jobs");
  int jobs = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), jobs);
  if (error != std::errc() || end != given.data() + given.size() || jobs < 1 || jobs > kMostJobs) {
    return Status(Code::kUsage, "--jobs '" + given + "' is no number from 1 to " + std::to_string(kMostJobs));
  }
  return jobs;
}

std::string Percent(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", value);
  return text;
}

void ShowFailures(const Invocation& invocation, const PlaybookReport& report) {
  if (!report.unread.ok()) {
    *invocation.err << (report.unread.place() ? "" : report.playbook->path + ": ") << invocation.Describe(report.unread) << "\n";
  }
  for (const CaseReport& one : report.cases) {
    if (one.failures.empty()) continue;
    *invocation.err << one.file << ":" << one.line << ": " << one.name << "\n";
    for (const authoring::Failure& failure : one.failures) {
      *invocation.err << "  " << failure.file << ":" << failure.line << ": " << invocation.Say(failure.text) << "\n";
    }
  }
}

void ShowCoverage(const Invocation& invocation, const std::vector<PlaybookReport>& reports) {
  std::vector<std::vector<std::string>> rows = {{"PLAYBOOK", "LINES", "BRANCHES", "LIMITS", "NOT TRIED"}};
  for (const PlaybookReport& report : reports) {
    const authoring::Coverage& coverage = report.coverage;
    std::size_t covered = 0;
    if (!coverage.known.ok()) {
      rows.push_back({report.playbook->head.id, "?", "?", "?", invocation.Describe(coverage.known)});
      continue;
    }
    std::string missing = authoring::LineRanges(coverage.Missed());
    if (!missing.empty()) missing = invocation.Say("lines") + " " + missing;
    const std::vector<lua::Branch> branches = coverage.MissedBranches();
    if (!branches.empty()) {
      missing += (missing.empty() ? "" : "; ") + invocation.Say("branches") + " " + authoring::BranchList(branches);
    }
    for (const authoring::LimitCoverage& limit : coverage.limits) {
      if (limit.covered()) {
        ++covered;
        continue;
      }
      if (!missing.empty()) missing += "; ";
      missing += limit.parameter + " (" + limit.metric + ") " +
                 invocation.Say(limit.crossed ? "is always crossed" : limit.kept ? "is never crossed" : "has no figure");
    }
    rows.push_back({report.playbook->head.id, Percent(coverage.LinePercent()),
                    std::to_string(coverage.gone.size()) + "/" + std::to_string(coverage.branches.size()),
                    std::to_string(covered) + "/" + std::to_string(coverage.limits.size()), missing});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
}

/// The exit code: 0 where every change was noticed.
int ShowMutation(const Invocation& invocation, const std::vector<run::Playbook>& playbooks, int jobs) {
  std::size_t mutants = 0, survivors = 0;
  int code = 0;
  for (const run::Playbook& playbook : playbooks) {
    Result<authoring::MutationReport> report = authoring::FindSurvivors(playbook, jobs);
    if (!report.ok()) {
      *invocation.err << playbook.path << ": " << invocation.Describe(report.status()) << "\n";
      code = 1;
      continue;
    }
    mutants += report->mutants;
    survivors += report->survivors.size();
    for (const authoring::Mutant& mutant : report->survivors) {
      Status survivor(Code::kInvalid, "no case fails with " + mutant.after + " instead of " + mutant.before);
      *invocation.err << invocation.Describe(std::move(survivor).At(mutant.place)) << "\n";
    }
  }
  *invocation.out << invocation.Say("changes tried: " + std::to_string(mutants) + ", noticed by no case: " +
                                    std::to_string(survivors))
                  << "\n";
  return survivors == 0 ? code : 1;
}

int Test(Invocation& invocation) {
  const Result<std::vector<Output>> outputs =
      ReadOutputs(invocation, "table", {"table", "json", "junit"}, "one of table, json, junit");
  if (!outputs.ok()) return invocation.Fail(outputs.status());
  const Result<int> jobs = ReadJobs(invocation);
  if (!jobs.ok()) return invocation.Fail(jobs.status());
  std::vector<Status> errors;
  const std::vector<run::Playbook> playbooks = NamedPlaybooks(invocation, errors);
  for (const Status& error : errors) *invocation.err << invocation.Describe(error) << "\n";
  const Result<std::vector<PlaybookReport>> reports = authoring::RunCases(playbooks, *jobs);
  if (!reports.ok()) return invocation.Fail(reports.status());
  std::size_t passed = 0, failed = 0;
  bool unreadable = !errors.empty();
  for (const PlaybookReport& report : *reports) {
    // One that has no case file fails; one whose file cannot be read is bad input.
    unreadable = unreadable || report.unread.code() == Code::kInvalid;
    failed += report.failed();
    if (report.unread.ok()) passed += report.cases.size() - report.failed();
    ShowFailures(invocation, report);
  }
  for (const Output& output : *outputs) {
    std::string text;
    if (output.format == "junit") {
      text = authoring::AsJUnit(*reports, Language(invocation));
    } else if (output.format == "json") {
      text = PrettyJson(authoring::AsJson(*reports, Language(invocation)));
    } else {
      if (invocation.Has("--coverage")) ShowCoverage(invocation, *reports);
      text = invocation.Say(std::to_string(passed) + " cases passed, " + std::to_string(failed) + " failed") + "\n";
    }
    if (Status written = WriteOutput(invocation, output.path, text); !written.ok()) return invocation.Fail(written);
  }
  if (unreadable) return 65;
  if (failed > 0 || passed == 0) return 1;
  return invocation.Has("--mutate") ? ShowMutation(invocation, playbooks, *jobs) : 0;
}

}  // namespace

Command MakeTestCommand() {
  Command test;
  test.name = "test";
  test.summary = "Replay recorded cases, without a network (default: all)";
  test.positionals = {{"PLAYBOOK", "Ids, files or folders", false, true}};
  test.options = {{"--coverage", "", "Lines, branches and limits that no case has tried", false, {}},
                  {"--mutate", "", "Change each parameter and comparison: some case must fail", false, {}},
                  {"--jobs", "N", "Cases side by side (default: one for each processor)", false, {}},
                  {"-o,--output", "FORMAT[:PATH]", "table, json or junit; repeats", true, {}, {"table", "json", "junit"}}};
  test.examples = "  upkeep test --playbooks mine --coverage\n  upkeep test team.replicas --playbooks mine --mutate\n"
                  "  upkeep test --playbooks mine -o table -o junit:report.xml\n";
  test.run = Test;
  return test;
}

}  // namespace upkeep::cli
