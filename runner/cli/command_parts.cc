// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/command_parts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/yaml/yaml.h"
#include "reports/render.h"
#include "runner/cli/settings.h"
#include "runner/cli/table_layout.h"

namespace upkeep::cli {
Result<std::vector<Output>> ReadOutputs(const Invocation& invocation, const std::string& fallback,
                                        const std::vector<std::string>& formats, const std::string& formats_said) {
  std::vector<Output> outputs;
  for (const std::string& given : invocation.Values("--output")) {
    const std::size_t colon = given.find(':');
    Output output;
    output.format = given.substr(0, colon);
    if (colon != std::string::npos) output.path = given.substr(colon + 1);
    if (std::find(formats.begin(), formats.end(), output.format) == formats.end()) {
      const std::string near = yaml::NearestWord(output.format, formats);
      return Status(Code::kUsage, "there is no output format '" + output.format + "'")
          .WithHint(near.empty() ? formats_said : "did you mean '" + near + "'?");
    }
    // A variable that is empty in a script; what was meant for a file would go to standard output.
    if (colon + 1 == given.size()) {
      return Status(Code::kUsage, "there is no path behind '" + output.format + ":'")
          .WithHint("write " + output.format + ", or " + output.format + ":PATH");
    }
    outputs.push_back(std::move(output));
  }
  if (outputs.empty()) outputs.push_back({fallback, ""});
  return outputs;
}

Result<std::vector<Output>> ReadReportOutputs(const Invocation& invocation, const std::string& fallback) {
  return ReadOutputs(invocation, fallback, reports::Formats(),
                     "one of table, wide, json, jsonl, csv, junit, nagios, prometheus, md, html");
}

Status WriteReports(const Invocation& invocation, const std::vector<Output>& outputs,
                    const reports::ReportModel& model) {
  reports::RenderOptions options;
  options.language = Language(invocation);
  options.columns = invocation.columns > 0 ? invocation.columns : kUsualColumns;
  for (const Output& output : outputs) {
    options.color = output.path.empty() && IsTerminal(STDOUT_FILENO) &&
                    std::getenv("NO_COLOR") == nullptr;
    Result<std::string> text = reports::Render(output.format, model, options);
    if (!text.ok()) return text.status();
    UPKEEP_RETURN_IF_ERROR(WriteOutput(invocation, output.path, *text));
  }
  return Status::Ok();
}

std::string HeadedTable(const Invocation& invocation, std::vector<std::vector<std::string>> rows) {
  if (!rows.empty()) {
    for (std::string& cell : rows.front()) cell = invocation.Say(cell);
  }
  return LayOutTable(rows, invocation.columns);
}

}  // namespace upkeep::cli
