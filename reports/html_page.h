// SPDX-License-Identifier: Apache-2.0
//
// One HTML page in the making: the parts that every section uses. Private to the HTML renderer.
//
// A table's column heads are repeated beside each cell on a narrow window. They come from style
// rules of the section and not from an attribute of each cell, which would be half of a long page.

#ifndef UPKEEP_REPORTS_HTML_PAGE_H_
#define UPKEEP_REPORTS_HTML_PAGE_H_

#include <string>
#include <vector>

#include "reports/html_writer.h"
#include "reports/local_time.h"
#include "reports/model.h"
#include "reports/render.h"
#include "reports/words.h"

namespace upkeep::reports {

struct Cell {
  std::string text;
  std::string css;         ///< Class, or "".
};

/// A column's head and what its cells are: a word breaks only where it must, a long text (names
/// and sentences from targets) anywhere, a number or a time nowhere.
struct Column {
  Column(std::string said, const char* kind = "word") : head(std::move(said)), css(kind) {}
  std::string head;
  const char* css;         ///< "word", "long", "number" or "time".
};

class HtmlPage {
 public:
  HtmlPage(const ReportModel& model, const RenderOptions& options)
      : model_(model), options_(options), language_(options.language), local_(model.zone) {}
  std::string Render();

 private:
  std::string Say_(Word word) const { return std::string(Say(word, language_)); }
  std::string Time(std::string_view rfc3339) const { return local_.Show(rfc3339); }
  /// A report of a stretch of time, which somebody reads to learn what happened in it.
  bool OfPeriod() const { return model_.kind == ReportKind::kMonthly || model_.kind == ReportKind::kQuarterly; }
  Cell State(checks::State state) const;
  Cell Count(std::int64_t number, const char* css = "") const;

  /// Opens a section, and gives it a line in the contents.
  void Section(Word word, const char* id, std::int64_t count = -1);
  void EndSection() { html_.Close(); }
  /// `caption` is read aloud before the table.
  void BeginTable(std::vector<Column> columns, const std::string& caption);
  /// The first cell names the row.
  void Row(const std::vector<Cell>& cells);
  void EndTable();
  /// A `dt` and a `dd`; nothing where the value is empty.
  void Fact(const std::string& name, const std::string& value);
  void RunbookFact(const std::string& runbook);

  std::string Head() const;
  /// `links`: address and name.
  std::string Navigation(Word name, const std::vector<std::pair<std::string, std::string>>& links) const;
  void Title();
  void Tiles();
  // html_findings.cc
  void Attention();
  /// `with_help`: what helps stands beside it, and not once below all of them.
  void Finding(const ResultRow& row, bool with_help);
  void ResultTable(Word word, const char* id, const std::vector<ResultRow>& rows, bool waived);
  void Resolved();
  // html_figures.cc
  void Checks();
  void Metrics();
  void MetricTable(const std::vector<const MetricRow*>& rows);
  // html_events.cc
  void Slots();
  void Missed();
  void Days();
  void Actions();
  void Waivers();
  void Deliveries();

  const ReportModel& model_;
  const RenderOptions& options_;
  const std::string& language_;
  LocalTime local_;
  HtmlWriter html_;
  std::string section_;                ///< Id of the open section.
  std::vector<Column> columns_;        ///< Of the open table.
  std::string column_style_;           ///< Rules of all tables so far.
  std::vector<std::pair<std::string, std::string>> contents_;   ///< Address and name of each section.
};

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_HTML_PAGE_H_
