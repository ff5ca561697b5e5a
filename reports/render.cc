// SPDX-License-Identifier: Apache-2.0
#include "reports/render.h"

#include "base/text.h"
#include "reports/renderers.h"

namespace upkeep::reports {

const std::vector<std::string>& Formats() {
  static const std::vector<std::string> formats = {"table", "wide",  "json",   "jsonl",      "csv",
                                                   "junit", "nagios", "prometheus", "md", "html"};
  return formats;
}

Result<std::string> Render(std::string_view format, const ReportModel& model,
                           const RenderOptions& options) {
  if (options.language != "en" && options.language != "ko") {
    return Status(Code::kUsage, "there is no report in the language '" + options.language + "'")
        .WithHint("en or ko");
  }
  if (format == "table") return RenderTable(model, options, false);
  if (format == "wide") return RenderTable(model, options, true);
  if (format == "json") return RenderJson(model, options);
  if (format == "jsonl") return RenderJsonLines(model, options);
  if (format == "csv") return RenderCsv(model, options);
  if (format == "junit") return RenderJunit(model, options);
  if (format == "nagios") return RenderNagios(model, options);
  if (format == "prometheus") return RenderPrometheus(model, options);
  if (format == "md") return RenderMarkdown(model, options);
  if (format == "html") return RenderHtml(model, options);
  const std::string near = NearestWord(format, Formats());
  return Status(Code::kUsage, "there is no output format '" + std::string(format) + "'")
      .WithHint(near.empty() ? "one of table, wide, json, jsonl, csv, junit, nagios, prometheus, md, html"
                             : "did you mean '" + near + "'?");
}

}  // namespace upkeep::reports
