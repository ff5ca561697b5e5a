// SPDX-License-Identifier: Apache-2.0
//
// upkeep run: playbooks against targets, now.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "base/io/reactor.h"
#include "reports/render.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/parameters.h"
#include "runner/cli/progress.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"
#include "runner/run/session.h"

namespace upkeep::cli {
namespace {

const std::vector<std::string>& Cadences() {
  static const std::vector<std::string> cadences = {"continuous", "daily",     "weekly",
                                                    "monthly",    "quarterly", "on_demand"};
  return cadences;
}

bool IsCadence(const std::string& name) {
  return std::find(Cadences().begin(), Cadences().end(), name) != Cadences().end();
}

/// The playbooks that were asked for: a cadence, ids, or both.
Result<std::vector<run::Playbook>> Chosen(const Invocation& invocation, const run::Catalog& catalog) {
  std::vector<run::Playbook> chosen;
  // `daily redis.health` names it twice, and it runs once.
  const auto choose = [&chosen](run::Playbook playbook) {
    const bool there = std::any_of(chosen.begin(), chosen.end(), [&](const run::Playbook& one) {
      return one.head.id == playbook.head.id;
    });
    if (!there) chosen.push_back(std::move(playbook));
  };
  const std::vector<std::string> only = invocation.Values("--only");
  const auto wanted = [&](const std::string& id) {
    return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& glob) {
             return store::GlobMatches(glob, id);
           });
  };
  if (!only.empty() && std::none_of(invocation.positionals.begin(), invocation.positionals.end(), IsCadence)) {
    return Status(Code::kUsage, "--only chooses among the playbooks of a cadence")
        .WithHint("upkeep run daily --only 'kubernetes.*'");
  }
  for (const std::string& name : invocation.positionals) {
    if (!IsCadence(name)) {
      Result<run::Playbook> playbook = catalog.Find(name);
      if (!playbook.ok()) return playbook.status();
      choose(std::move(*playbook));
      continue;
    }
    std::vector<Status> errors;
    for (run::Playbook& playbook : catalog.All(errors)) {
      if (playbook.head.cadence == name && wanted(playbook.head.id)) {
        choose(std::move(playbook));
      }
    }
    // One bad file must not hide the others, and must not pass unseen either.
    for (const Status& error : errors) *invocation.err << "upkeep: " << invocation.Describe(error) << "\n";
    if (!errors.empty()) return Status(Code::kInvalid, "a playbook cannot be read");
  }
  if (chosen.empty()) {
    return Status(Code::kUsage, "no playbook was chosen").WithHint("upkeep list shows all of them");
  }
  return chosen;
}

/// What the exit code is when --exit-on says from which state on a run fails.
int ExitFor(const Invocation& invocation, const store::RunSummary& summary) {
  const std::string threshold = invocation.Value("--exit-on");
  if (threshold.empty() || summary.exit_code > 3) return summary.exit_code;
  const reports::StateTotals& totals = summary.totals;
  if (threshold == "never") return 0;
  if (totals.critical > 0) return 2;
  if (threshold == "critical") return 0;
  if (totals.warning > 0) return 1;
  if (threshold == "warning") return 0;
  return totals.unknown > 0 ? 3 : 0;
}

/// Whether standard output is read by who runs Monitoring Plugins.
bool AsPlugin(const Invocation& invocation) {
  const std::vector<std::string> outputs = invocation.Values("--output");
  return std::any_of(outputs.begin(), outputs.end(),
                     [](const std::string& one) { return one == "nagios" || one == "nagios:-"; });
}

/// A target that was meant and that none of `pairs` looks at is said, and refused where it was named:
/// that nothing is found on it says nothing about it.
Status SayNotLookedAt(const Invocation& invocation, const checks::Inventory& inventory,
                      const std::vector<std::string>& names, const std::vector<run::Pair>& pairs) {
  for (const std::string& name : run::NotLookedAt(pairs, inventory, names)) {
    const std::string kind(checks::TargetKindName(inventory.Find(name)->kind));
    const std::string what = "nothing that was chosen looks at '" + name + "' (" + kind + ")";
    if (std::find(names.begin(), names.end(), name) != names.end()) return Status(Code::kUsage, what).WithHint("upkeep list shows which kind of target each playbook is for");
    *invocation.err << "upkeep: " << invocation.Say(what) << "\n";
  }
  return Status::Ok();
}

int RunChecks(Invocation& invocation, bool& reported) {
  Result<std::unique_ptr<Workplace>> workplace = Workplace::Open(invocation);
  if (!workplace.ok()) return invocation.Fail(workplace.status());
  Workplace& place = **workplace;
  Result<std::vector<run::Playbook>> playbooks = Chosen(invocation, place.catalog());
  if (!playbooks.ok()) return invocation.Fail(playbooks.status());
  const std::vector<std::string> targets = invocation.Values("--target");
  std::vector<run::Pair> pairs = run::MatchPairs(*playbooks, place.inventory(), targets);
  for (const std::string& name : targets) {
    if (name.find('=') == std::string::npos && place.inventory().Find(name) == nullptr) {
      return invocation.Fail(place.inventory().NoTarget(name, Code::kUsage));
    }
  }
  if (pairs.empty()) {
    return invocation.Fail(Status(Code::kUsage, "no target of the inventory fits what was chosen")
                               .WithHint("upkeep explain PLAYBOOK names the kind of target"));
  }
  if (Status said = SayNotLookedAt(invocation, place.inventory(), targets, pairs); !said.ok()) {
    return invocation.Fail(said);
  }
  if (Status good = place.CheckKubeconfigs(pairs); !good.ok()) return invocation.Fail(good);
  if (Status read = ReadParameters(invocation, pairs); !read.ok()) return invocation.Fail(read);
  Result<std::vector<Output>> outputs = ReadReportOutputs(invocation, "table");
  if (!outputs.ok()) return invocation.Fail(outputs.status());

  ProgressDisplay display(*invocation.err, IsTerminal(STDERR_FILENO), pairs.size(),
                          Language(invocation));
  run::SessionRequest request;
  // Of a list, not of single playbooks: those are not meant for every target.
  if (std::any_of(invocation.positionals.begin(), invocation.positionals.end(), IsCadence)) {
    request.not_looked_at = run::NotLookedAt(pairs, place.inventory(), targets);
  }
  request.pairs = std::move(pairs);
  request.actor = run::OperatingSystemActor();
  request.holder = run::ProcessHolder();
  place.Beside([&display](io::Reactor& reactor, CancelToken stop) { return display.KeepDrawing(reactor, stop); });
  Result<run::SessionOutcome> outcome = place.RunSession(std::move(request), display.progress());
  display.Finish();
  if (!outcome.ok()) return invocation.Fail(outcome.status());

  store::ReportQuery query;
  query.kind = reports::ReportKind::kRun;
  query.run = outcome->summary.run;
  Result<reports::ReportModel> model = place.store().FillReport(query);
  if (!model.ok()) return invocation.Fail(model.status());
  if (Status written = WriteReports(invocation, *outputs, *model); !written.ok()) {
    return invocation.Fail(written);
  }
  reported = true;
  if (outcome->cancelled) return place.CancelledExit();
  return ExitFor(invocation, outcome->summary);
}

/// A plugin has no other end than 0 to 3: what went wrong with upkeep itself is unknown, and is said
/// on the line that is read.
int RunCommand(Invocation& invocation) {
  bool reported = false;
  if (!AsPlugin(invocation)) return RunChecks(invocation, reported);
  std::ostream* const err = invocation.err;
  std::ostringstream said;
  invocation.err = &said;
  const int code = RunChecks(invocation, reported);
  invocation.err = err;
  *err << said.str();
  constexpr int kUnknown = 3;
  if (code <= kUnknown) return code;
  if (!reported) {
    // The fault itself, not what was told before it.
    constexpr std::string_view kMark = "upkeep: ";
    std::string line = said.str();
    if (const std::size_t at = line.find(kMark); at != std::string::npos) line.erase(0, at + kMark.size());
    line.erase(std::min(line.find('\n'), line.size()));
    std::replace(line.begin(), line.end(), '|', '/');   // What follows one is perfdata.
    *invocation.out << "UPKEEP UNKNOWN - " << line << "\n";
  }
  return kUnknown;
}

}  // namespace

Command MakeRunCommand() {
  Command command;
  command.name = "run";
  command.summary = "Run playbooks now, and keep what they find";
  command.positionals = {{"PLAYBOOK", "A cadence (daily, weekly, monthly, quarterly) or playbook ids", true, true, Cadences()}};
  command.options = {
      {"--only", "GLOB", "Of a cadence, only playbooks whose id matches", true, {}},
      {"--target", "NAME", "Only this target, or those with the label KEY=VALUE", true, {}},
      {"--param", "NAME=VALUE", "Set a playbook's parameter", true, {}},
      {"-o,--output", "FORMAT[:PATH]", "Write the result as table, wide, json, jsonl, csv, junit, nagios, prometheus, md or html", true, {}, reports::Formats()},
      {"--exit-on", "STATE", "From which state on the exit code is not 0", false, {"critical", "warning", "unknown", "never"}},
  };
  command.examples =
      "  upkeep run daily\n"
      "  upkeep run kubernetes.pods --target production -o json\n"
      "  upkeep run daily -o table -o html:report.html\n";
  command.run = RunCommand;
  return command;
}

}  // namespace upkeep::cli
