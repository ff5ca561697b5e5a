// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/case_runner.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "runner/authoring/workers.h"
#include "runner/run/case_reader.h"
#include "runner/run/json_place.h"

namespace upkeep::authoring {
namespace {

/// One case to run, and where its report goes.
struct Job {
  std::size_t playbook = 0, position = 0;
  const run::Case* test_case = nullptr;
  CaseReport report;
  Coverage coverage;
};

std::string TextOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

void RunJob(io::Reactor& reactor, const run::Playbook& playbook, Job& job) {
  job.coverage = CoverageOf(playbook);
  const auto note_lines = [&](lua::Sandbox* sandbox) {
    if (sandbox == nullptr) return;
    sandbox->WatchLines([&](std::string_view file, int before, int line) {
      if (file == playbook.path) AddStep(before, line, job.coverage);
    });
  };
  const auto begun = std::chrono::steady_clock::now();
  run::CaseVerdict verdict = run::TestCase(reactor, playbook, *job.test_case, note_lines);
  job.report.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  AddFigures(verdict.outcome, job.coverage, playbook);
  job.report.name = verdict.name;
  for (run::Difference& difference : verdict.differences) {
    job.report.failures.push_back({difference.path, 0, std::move(difference.text)});
  }
}

/// Lines are looked for only where something failed: most files never need them.
void FindLines(const std::string& json, std::size_t position, CaseReport& report) {
  const std::string at = "cases/" + std::to_string(position);
  report.line = run::LineOfJson(json, at);
  for (Failure& failure : report.failures) {
    failure.line = failure.file.empty() ? report.line : run::LineOfJson(json, at + "/" + failure.file);
    failure.file = report.file;
  }
}

}  // namespace

std::size_t PlaybookReport::failed() const {
  if (!unread.ok()) return 1;
  return static_cast<std::size_t>(std::count_if(cases.begin(), cases.end(),
                                                [](const CaseReport& one) { return !one.failures.empty(); }));
}

Result<std::vector<PlaybookReport>> RunCases(const std::vector<run::Playbook>& playbooks, int jobs) {
  std::vector<PlaybookReport> reports(playbooks.size());
  std::vector<run::CaseFile> files(playbooks.size());
  std::vector<Job> queue;
  for (std::size_t i = 0; i < playbooks.size(); ++i) {
    reports[i].playbook = &playbooks[i];
    reports[i].coverage = CoverageOf(playbooks[i]);
    Result<run::CaseFile> file = run::ReadCasesOf(playbooks[i]);
    reports[i].unread = file.status();
    if (!file.ok()) continue;
    files[i] = std::move(*file);
    for (std::size_t position = 0; position < files[i].cases.size(); ++position) {
      queue.push_back({i, position, &files[i].cases[position], {}, {}});
    }
  }
  UPKEEP_RETURN_IF_ERROR(WorkThrough(queue.size(), jobs, [&](io::Reactor& reactor, std::size_t at) {
    RunJob(reactor, playbooks[queue[at].playbook], queue[at]);
  }));
  for (Job& job : queue) {
    PlaybookReport& report = reports[job.playbook];
    Merge(job.coverage, report.coverage);
    job.report.file = files[job.playbook].path;
    report.cases.push_back(std::move(job.report));
  }
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (reports[i].cases.empty()) continue;
    const std::string json = TextOf(files[i].path);
    for (std::size_t position = 0; position < reports[i].cases.size(); ++position) {
      FindLines(json, position, reports[i].cases[position]);
    }
  }
  return reports;
}

}  // namespace upkeep::authoring
