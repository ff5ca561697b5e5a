// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/command_parts.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/yaml/yaml.h"
#include "reports/render.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

constexpr int kUsualColumns = 80;

int TerminalColumns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kUsualColumns;
}

/// Columns that a terminal gives `text`: two for East Asian wide characters.
std::size_t DisplayWidth(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) continue;
    width += byte >= 0xE3 && byte <= 0xED ? 2 : 1;
  }
  return width;
}

}  // namespace

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
  options.columns = TerminalColumns();
  for (const Output& output : outputs) {
    options.color = output.path.empty() && IsTerminal(STDOUT_FILENO) &&
                    std::getenv("NO_COLOR") == nullptr;
    Result<std::string> text = reports::Render(output.format, model, options);
    if (!text.ok()) return text.status();
    UPKEEP_RETURN_IF_ERROR(WriteOutput(invocation, output.path, *text));
  }
  return Status::Ok();
}

std::string AlignTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text += std::string(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string HeadedTable(const Invocation& invocation, std::vector<std::vector<std::string>> rows) {
  if (!rows.empty()) {
    for (std::string& cell : rows.front()) cell = invocation.Say(cell);
  }
  return AlignTable(rows);
}

}  // namespace upkeep::cli
