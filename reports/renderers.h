// SPDX-License-Identifier: Apache-2.0
//
// One function for each format; render.cc chooses. Pure, as render.h says.

#ifndef UPKEEP_REPORTS_RENDERERS_H_
#define UPKEEP_REPORTS_RENDERERS_H_

#include <string>

#include "reports/render.h"

namespace upkeep::reports {

std::string RenderTable(const ReportModel& model, const RenderOptions& options, bool wide);
std::string RenderMarkdown(const ReportModel& model, const RenderOptions& options);
std::string RenderHtml(const ReportModel& model, const RenderOptions& options);
std::string RenderJson(const ReportModel& model, const RenderOptions& options);
std::string RenderJsonLines(const ReportModel& model, const RenderOptions& options);
std::string RenderCsv(const ReportModel& model, const RenderOptions& options);
std::string RenderJunit(const ReportModel& model, const RenderOptions& options);
std::string RenderNagios(const ReportModel& model, const RenderOptions& options);
std::string RenderPrometheus(const ReportModel& model, const RenderOptions& options);

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_RENDERERS_H_
