// SPDX-License-Identifier: Apache-2.0
//
// upkeep list, explain and record: what there is, what it says, and what it saw.
#include <algorithm>

#include "runner/cli/command_parts.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/parameters.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"
#include "runner/run/case.h"
#include "runner/run/case_reader.h"

namespace upkeep::cli {
namespace {

int ListPlaybooks(Invocation& invocation) {
  const run::Catalog catalog(PlaybookFolders(invocation));
  std::vector<Status> errors;
  const std::string language = Language(invocation);
  std::vector<std::vector<std::string>> rows = {{"PLAYBOOK", "CADENCE", "TARGET", "COVERS", "TITLE"}};
  for (const run::Playbook& playbook : catalog.All(errors)) {
    if (IsSelftest(playbook.head.id) && !invocation.Has("--all")) continue;
    std::string covers;
    for (const std::string& row : playbook.head.covers) covers += (covers.empty() ? "" : " ") + row;
    rows.push_back({playbook.head.id, playbook.head.cadence, playbook.head.target, covers,
                    playbook.head.title.In(language)});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
  for (const Status& error : errors) *invocation.err << "upkeep: " << invocation.Describe(error) << "\n";
  return errors.empty() ? 0 : ExitOf(errors.front());
}

int Explain(Invocation& invocation) {
  const run::Catalog catalog(PlaybookFolders(invocation));
  Result<run::Playbook> playbook = catalog.Find(invocation.positionals.front());
  if (!playbook.ok()) return invocation.Fail(playbook.status());
  if (invocation.Value("--output", "") == "json") {
    *invocation.out << playbook->data.dump(2) << "\n";
    return 0;
  }
  const checks::Head& head = playbook->head;
  const std::string language = Language(invocation);
  const bool korean = language == "ko";
  std::ostream& out = *invocation.out;
  const auto line = [&](int indent, int below, const std::string& text) {
    out << std::string(static_cast<std::size_t>(indent), ' ') << invocation.Fit(text, below) << "\n";
  };
  line(0, 2, head.id + "  " + head.title.In(language));
  out << "\n";
  line(0, 2, (korean ? "주기: " : "Cadence: ") + head.cadence);
  line(0, 2, (korean ? "대상: " : "Target: ") + head.target);
  line(0, 2, (korean ? "담당: " : "Owner: ") + head.owner);
  line(0, 2, (korean ? "런북: " : "Runbook: ") + head.runbook);
  line(0, 2, (korean ? "조치: " : "Fix: ") + head.fix.In(language));
  out << "\n" << (korean ? "필요한 권한:" : "Needs:") << "\n";
  for (const checks::Need& need : head.needs) {
    line(2, 6, need.ToString() + (need.optional ? (korean ? " (선택)" : " (optional)") : ""));
  }
  out << "\n" << (korean ? "매개변수:" : "Parameters:") << "\n";
  for (const checks::Parameter& parameter : head.params) {
    // The unit of a plain number is "1", which nobody reads as one.
    const bool counts = parameter.unit.empty() || parameter.unit == "1";
    line(2, 6, parameter.name + " = " + CanonicalJson(parameter.default_value) + (counts ? "" : " " + parameter.unit));
    line(6, 6, parameter.doc.In(language) + "  [" + parameter.source + "]");
  }
  if (!head.remedies.empty()) out << "\n" << (korean ? "조치 수단:" : "Remedies:") << "\n";
  for (const checks::Remedy& remedy : head.remedies) {
    line(2, 6, remedy.name + " (" + std::string(checks::RiskName(remedy.risk)) + ")  " + remedy.title.In(language));
  }
  return 0;
}

int Record(Invocation& invocation) {
  Result<std::unique_ptr<Workplace>> workplace = Workplace::Open(invocation);
  if (!workplace.ok()) return invocation.Fail(workplace.status());
  Workplace& place = **workplace;
  Result<run::Playbook> playbook = place.catalog().Find(invocation.positionals.front());
  if (!playbook.ok()) return invocation.Fail(playbook.status());
  std::vector<run::Playbook> chosen;
  chosen.push_back(std::move(*playbook));
  std::vector<run::Pair> pairs =
      run::MatchPairs(chosen, place.inventory(), invocation.Values("--target"));
  if (pairs.size() != 1) {
    return invocation.Fail(
        Status(Code::kUsage, "a case is recorded from one target, and " +
                                 std::to_string(pairs.size()) + " fit").WithHint("name it with --target"));
  }
  if (Status good = place.CheckKubeconfigs(pairs); !good.ok()) return invocation.Fail(good);
  if (Status read = ReadParameters(invocation, pairs); !read.ok()) return invocation.Fail(read);
  Result<std::vector<run::PairOutcome>> outcomes = place.RunPairs(pairs, true);
  if (!outcomes.ok()) return invocation.Fail(outcomes.status());
  const run::PairOutcome& outcome = outcomes->front();
  const std::string path = invocation.Value("--output", run::CasePathOf(chosen.front()));
  run::CaseFile file;
  if (Result<run::CaseFile> old = run::ReadCaseFile(path); old.ok()) {
    file = std::move(*old);
  } else if (old.status().code() != Code::kNotFound) {
    return invocation.Fail(old.status());
  }
  file.path = path;
  file.playbook = chosen.front().head.id;
  const std::string name = invocation.Value("--name", "recorded");
  run::Case recorded = run::MakeCase(name, *pairs.front().target, pairs.front().params, outcome,
                                     std::chrono::floor<std::chrono::milliseconds>(outcome.outcome.started));
  const auto same = std::find_if(file.cases.begin(), file.cases.end(),
                                 [&](const run::Case& other) { return other.name == name; });
  if (same != file.cases.end()) {
    *same = std::move(recorded);
  } else {
    file.cases.push_back(std::move(recorded));
  }
  if (Status written = run::WriteCaseFile(file); !written.ok()) return invocation.Fail(written);
  for (const checks::CheckResult& result : outcome.outcome.results) {
    *invocation.out << invocation.Say(checks::StateName(result.state)) << "  " << result.subject.Key() << "  "
                    << result.summary.In(Language(invocation)) << "\n";
  }
  const run::CaseVerdict verdict = run::TestCase(place.reactor(), chosen.front(),
                                                 *std::find_if(file.cases.begin(), file.cases.end(),
                                                               [&](const run::Case& other) { return other.name == name; }));
  for (const run::Difference& difference : verdict.differences) {
    *invocation.err << invocation.Say("the recorded case does not replay: " + difference.text) << "\n";
  }
  *invocation.err << invocation.Say("recorded " + std::to_string(outcome.calls.size()) + " calls as '" + name +
                                    "' in " + path)
                  << "\n";
  return verdict.differences.empty() ? 0 : 1;
}

}  // namespace

std::vector<Command> MakePlaybookCommands() {
  Command list, explain, record;
  list.name = "list";
  list.summary = "Every playbook";
  list.options = {{"--all", "", "The selftest playbooks too, which look at nothing", false, {}}};
  list.run = ListPlaybooks;
  explain.name = "explain";
  explain.summary = "What a playbook looks at, needs and proposes";
  explain.positionals = {{"PLAYBOOK", "Its id", true, false}};
  explain.options = {{"-o,--output", "FORMAT", "json: the head as data", false, {"json"}}};
  explain.run = Explain;
  record.name = "record";
  record.summary = "Record a case from a real target, with secrets removed";
  record.positionals = {{"PLAYBOOK", "Its id", true, false}};
  record.options = {{"--target", "NAME", "The target", false, {}},
                    {"--param", "NAME=VALUE", "Set a parameter; the case keeps it", true, {}},
                    {"--name", "TEXT", "The case's name (default: recorded)", false, {}},
                    {"-o,--output", "FILE", "The case file (default: beside the playbook)", false, {}}};
  record.examples = "  upkeep record kubernetes.nodes --target test --name 'one node is not ready'\n";
  record.run = Record;
  return {list, explain, MakeValidateCommand(), MakeTestCommand(), record, MakeConsoleCommand()};
}

}  // namespace upkeep::cli
