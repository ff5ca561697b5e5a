// SPDX-License-Identifier: Apache-2.0
//
// The sections about what was looked at: each check, and each figure with its limits.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/korean.h"
#include "reports/html_page.h"

namespace upkeep::reports {
namespace {

/// A longer table of figures is folded: a thousand rows hide what stands below them.
constexpr std::size_t kFolded = 30;

/// Figures that one table shows: the limits and the unit are said once, above it.
using MetricGroup = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view,
                               std::optional<double>, std::optional<double>, std::string_view>;

MetricGroup GroupOf(const MetricRow& row) {
  return {row.playbook, row.target, row.name, row.unit, row.warning, row.critical, row.threshold_source};
}

}  // namespace

void HtmlPage::Checks() {
  if (model_.checks.empty()) return;
  Section(Word::kAllChecks, "checks", static_cast<std::int64_t>(model_.checks.size()));
  BeginTable({Say_(Word::kCheck), Say_(Word::kTarget), Say_(Word::kState), {Say_(Word::kCoverage), "number"},
              Say_(Word::kReason)},
             Say_(Word::kAllChecks));
  for (const CheckRow& row : model_.checks) {
    Row({{row.title.In(language_) + " (" + row.playbook + ")", ""},
         {row.target, ""},
         State(row.state),
         {std::to_string(row.observed) + "/" + std::to_string(row.attempted),
          row.observed < row.attempted ? "state unknown" : ""},
         {SayReason(row.reason, language_), ""}});
  }
  EndTable();
  EndSection();
}

void HtmlPage::Metrics() {
  if (model_.metrics.empty()) return;
  Section(Word::kMetrics, "metrics", static_cast<std::int64_t>(model_.metrics.size()));
  std::map<MetricGroup, std::size_t> places;
  std::vector<std::vector<const MetricRow*>> groups;
  for (const MetricRow& row : model_.metrics) {
    const auto [place, is_new] = places.try_emplace(GroupOf(row), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(&row);
  }
  for (const auto& rows : groups) MetricTable(rows);
  EndSection();
}

void HtmlPage::MetricTable(const std::vector<const MetricRow*>& rows) {
  const MetricRow& first = *rows.front();
  const auto show = [&](const std::optional<double>& value) {
    return Cell{value ? ShowValue(*value, first.unit) : std::string("-"), value ? "" : "none"};
  };
  const std::string limits = SayLimits(first, language_);
  const std::string name = first.name + " · " + first.playbook + " · " + first.target;
  html_.Open("article", {{"class", "figures"}, {"data-playbook", first.playbook}, {"data-target", first.target},
                         {"data-name", first.name}});
  html_.Element("h3", name);
  if (!limits.empty()) {
    html_.Element("p", Say_(Word::kThreshold) + ": " + limits + " · " + Say_(Word::kSource) + ": " + In(language_, first.threshold_source),
                  {{"class", "facts"}});
  }
  const bool folded = rows.size() > kFolded;
  if (folded) {
    // Both ends: of free space or of days left the low one is bad.
    const auto [lowest, highest] = std::minmax_element(
        rows.begin(), rows.end(), [](const MetricRow* a, const MetricRow* b) { return a->value < b->value; });
    html_.Open("details").Element("summary", Say_(Word::kSubjects) + ": " + std::to_string(rows.size()) + ", " +
                                                 ShowValue((*lowest)->value, first.unit) + " – " +
                                                 ShowValue((*highest)->value, first.unit));
  }
  BeginTable({Say_(Word::kSubject), {Say_(Word::kValue), "number"}, {Say_(Word::kPrevious), "number"},
              {Say_(Word::kMonthAgo), "number"}},
             name);
  for (const MetricRow* row : rows) {
    Row({{row->subject, ""}, show(row->value), show(row->previous), show(row->month_ago)});
  }
  EndTable();
  if (folded) html_.Close();
  html_.Close();
}

}  // namespace upkeep::reports
