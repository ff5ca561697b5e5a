// SPDX-License-Identifier: Apache-2.0
//
// upkeep report: what the store knows of a day, a week, a month, a quarter or one run.
#include "reports/render.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/period.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"

namespace upkeep::cli {
namespace {

int Report(Invocation& invocation) {
  Result<store::ReportQuery> query = ReadPeriod(invocation, invocation.positionals.front());
  if (!query.ok()) return invocation.Fail(query.status());
  Result<std::vector<Output>> outputs = ReadReportOutputs(invocation, "md");
  if (!outputs.ok()) return invocation.Fail(outputs.status());
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());
  Result<reports::ReportModel> model = (*store)->FillReport(*query);
  if (!model.ok()) return invocation.Fail(model.status());
  const Status written = WriteReports(invocation, *outputs, *model);
  return written.ok() ? 0 : invocation.Fail(written);
}

}  // namespace

std::vector<Command> MakeReportCommands() {
  Command report;
  report.name = "report";
  report.summary = "The report of a day, week, month, quarter or run, from stored results";
  report.positionals = {{"PERIOD", "daily, weekly, monthly, quarterly, or a run's number", true, false, PeriodNames()}};
  report.options = PeriodOptions();
  report.options.insert(report.options.begin(),
                        {"-o,--output", "FORMAT[:PATH]", "As in upkeep run (default: md)", true, {}, reports::Formats()});
  report.examples =
      "  upkeep report daily -o html:report.html\n"
      "  upkeep report monthly --date 2026-10 --zone Asia/Seoul --lang ko \\\n    -o html:october.html\n";
  report.run = Report;
  return {report};
}

}  // namespace upkeep::cli
