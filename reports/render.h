// SPDX-License-Identifier: Apache-2.0
//
// Renders a report's model. Every renderer is a pure function: same model and options, same
// bytes. Names and texts from targets are hostile; each format escapes by construction.
//
// THREADS: pure functions.

#ifndef UPKEEP_REPORTS_RENDER_H_
#define UPKEEP_REPORTS_RENDER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "reports/model.h"

namespace upkeep::reports {

struct RenderOptions {
  std::string language = "en";   ///< "en" or "ko".
  int columns = 80;              ///< Of the terminal, for table and wide.
  bool color = false;            ///< ANSI colours, for table and wide.
  /// Address and name of pages beside this one, for html; a file of its own has none.
  std::vector<std::pair<std::string, std::string>> links;
};

/// "table", "wide", "json", "jsonl", "csv", "junit", "nagios", "prometheus", "md", "html".
const std::vector<std::string>& Formats();

/// kUsage for an unknown format or language. The hint is the nearest format, or all where none is near.
Result<std::string> Render(std::string_view format, const ReportModel& model,
                           const RenderOptions& options);

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_RENDER_H_
