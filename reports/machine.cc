// SPDX-License-Identifier: Apache-2.0
//
// Formats that other tools read: CSV, JUnit, a monitoring plugin's line, Prometheus text.
#include <cstdio>

#include "base/text.h"
#include "reports/looked_at.h"
#include "reports/renderers.h"
#include "reports/words.h"

namespace upkeep::reports {
namespace {

/// RFC 4180, and no cell that a spreadsheet would take for a formula.
std::string CsvCell(std::string text) {
  text = PrintableText(text);
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
    text.insert(text.begin(), '\'');
  }
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string Xml(std::string_view text) {
  std::string out;
  for (const char c : PrintableText(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      default: out += c;
    }
  }
  return out;
}

/// Prometheus label values: backslash, quote and line feed are escaped.
std::string Label(std::string_view text) {
  std::string out;
  for (const char c : PrintableText(text)) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

/// One line, without what a plugin's reader takes for a separator.
std::string PluginText(std::string_view text) {
  std::string out;
  for (const char c : OneLine(text)) out += c == '|' ? ' ' : c;
  return out;
}

std::string Plain(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

std::string MetricName(std::string_view name) {
  std::string out = "upkeep_";
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? c : '_';
  }
  return out;
}

checks::State WorstState(const ReportModel& model) {
  if (model.totals.critical > 0) return checks::State::kCritical;
  if (model.totals.warning > 0) return checks::State::kWarning;
  // Where nothing was checked, nothing is known.
  return model.totals.unknown > 0 || model.checks.empty() ? checks::State::kUnknown : checks::State::kOk;
}

}  // namespace

std::string RenderCsv(const ReportModel& model, const RenderOptions& options) {
  std::string out = "state,severity,change,playbook,target,subject,reason,summary,first_seen,owner,waived\r\n";
  for (const auto* rows : {&model.attention, &model.waived, &model.skipped}) {
    for (const ResultRow& row : *rows) {
      const std::string cells[] = {std::string(checks::StateName(row.state)), row.severity, row.change, row.playbook,
                                   row.target, row.subject, row.reason, row.summary.In(options.language),
                                   row.first_seen, row.owner, row.waived ? "yes" : "no"};
      for (std::size_t i = 0; i < std::size(cells); ++i) out += (i == 0 ? "" : ",") + CsvCell(cells[i]);
      out += "\r\n";
    }
  }
  return out;
}

std::string RenderJunit(const ReportModel& model, const RenderOptions& options) {
  std::size_t failures = 0, errors = 0, skipped = 0;
  const bool nothing = model.checks.empty();   // A suite without a case passes for good.
  errors += nothing;
  for (const CheckRow& row : model.checks) {
    failures += row.state == checks::State::kCritical || row.state == checks::State::kWarning;
    errors += row.state == checks::State::kUnknown;
    skipped += row.state == checks::State::kSkipped;
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"upkeep\" tests=\"" +
                    std::to_string(model.checks.size() + nothing) + "\" failures=\"" + std::to_string(failures) +
                    "\" errors=\"" + std::to_string(errors) + "\" skipped=\"" + std::to_string(skipped) + "\">\n";
  if (nothing) {
    out += "  <testcase classname=\"upkeep\" name=\"upkeep\">\n    <error message=\"unknown no_data\">" +
           Xml(SayNothingNeedsYou(model, options.language)) + "</error>\n  </testcase>\n";
  }
  for (const CheckRow& row : model.checks) {
    out += "  <testcase classname=\"" + Xml(row.target) + "\" name=\"" + Xml(row.playbook) + "\" time=\"" +
           Plain(static_cast<double>(row.milliseconds) / 1000) + "\"";
    if (row.state == checks::State::kOk) {
      out += "/>\n";
      continue;
    }
    std::string text;
    for (const auto* rows : {&model.attention, &model.skipped}) {
      for (const ResultRow& result : *rows) {
        if (result.playbook == row.playbook && result.target == row.target) {
          text += std::string(checks::StateName(result.state)) + " " + result.subject + ": " +
                  result.summary.In(options.language) + "\n";
        }
      }
    }
    const char* const element = row.state == checks::State::kUnknown   ? "error"
                                : row.state == checks::State::kSkipped ? "skipped"
                                                                       : "failure";
    out += ">\n    <" + std::string(element) + " message=\"" + std::string(checks::StateName(row.state)) +
           (row.reason.empty() ? "" : " " + Xml(row.reason)) + "\">" + Xml(text) + "</" + element +
           ">\n  </testcase>\n";
  }
  return out + "</testsuite>\n";
}

std::string RenderNagios(const ReportModel& model, const RenderOptions& options) {
  const checks::State worst = WorstState(model);
  std::string out = worst == checks::State::kOk         ? "UPKEEP OK"
                    : worst == checks::State::kWarning  ? "UPKEEP WARNING"
                    : worst == checks::State::kCritical ? "UPKEEP CRITICAL"
                                                        : "UPKEEP UNKNOWN";
  out += " - " + std::to_string(model.totals.critical) + " critical, " + std::to_string(model.totals.warning) +
         " warning, " + std::to_string(model.totals.unknown) + " unknown";
  if (!model.attention.empty()) {
    const ResultRow& first = model.attention.front();
    out += "; " + PluginText(first.subject) + ": " + PluginText(first.summary.In(options.language));
  } else if (model.checks.empty()) {
    out += "; " + PluginText(SayNothingNeedsYou(model, options.language));
  }
  out += " | critical=" + std::to_string(model.totals.critical) + " warning=" + std::to_string(model.totals.warning) +
         " unknown=" + std::to_string(model.totals.unknown) + " ok=" + std::to_string(model.totals.ok) +
         " coverage=" + std::to_string(model.observed) + ";;;0;" + std::to_string(model.attempted) + "\n";
  for (const ResultRow& row : model.attention) {
    out += std::string(checks::StateName(row.state)) + " " + PluginText(row.subject) + ": " +
           PluginText(row.summary.In(options.language)) + "\n";
  }
  return out;
}

std::string RenderPrometheus(const ReportModel& model, const RenderOptions&) {
  std::string out =
      "# HELP upkeep_check_state Worst state of a check: 0 ok, 1 warning, 2 critical, 3 unknown, 4 skipped.\n"
      "# TYPE upkeep_check_state gauge\n";
  for (const CheckRow& row : model.checks) {
    const int number = row.state == checks::State::kOk        ? 0
                       : row.state == checks::State::kWarning  ? 1
                       : row.state == checks::State::kCritical ? 2
                       : row.state == checks::State::kUnknown  ? 3
                                                               : 4;
    out += "upkeep_check_state{playbook=\"" + Label(row.playbook) + "\",target=\"" + Label(row.target) + "\"} " +
           std::to_string(number) + "\n";
  }
  out += "# HELP upkeep_results Results by state.\n# TYPE upkeep_results gauge\n";
  const std::pair<const char*, std::int64_t> totals[] = {
      {"ok", model.totals.ok}, {"warning", model.totals.warning}, {"critical", model.totals.critical},
      {"unknown", model.totals.unknown}, {"skipped", model.totals.skipped}, {"waived", model.totals.waived}};
  for (const auto& [name, count] : totals) {
    out += std::string("upkeep_results{state=\"") + name + "\"} " + std::to_string(count) + "\n";
  }
  out += "# HELP upkeep_coverage_observed Subjects that were observed.\n# TYPE upkeep_coverage_observed gauge\n"
         "upkeep_coverage_observed " + std::to_string(model.observed) + "\n"
         "# HELP upkeep_coverage_attempted Subjects that were to be observed.\n"
         "# TYPE upkeep_coverage_attempted gauge\nupkeep_coverage_attempted " + std::to_string(model.attempted) + "\n";
  // The model's metrics are sorted by playbook; a family must stand together.
  std::map<std::string, std::string> families;
  for (const MetricRow& row : model.metrics) {
    const std::string name = MetricName(row.playbook + "_" + row.name);
    families[name] += name + "{target=\"" + Label(row.target) + "\",subject=\"" + Label(row.subject) + "\",unit=\"" +
                      Label(row.unit) + "\"} " + Plain(row.value) + "\n";
  }
  for (const auto& [name, lines] : families) out += "# TYPE " + name + " gauge\n" + lines;
  return out;
}

}  // namespace upkeep::reports
