// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/coverage.h"

#include <algorithm>
#include <cstddef>

namespace upkeep::authoring {
namespace {

/// The lines where the functions of remedies begin: cases replay the check alone.
std::set<int> RemedyFunctions(const run::Playbook& playbook) {
  std::set<int> lines;
  const auto remedies = playbook.data.find("remedies");
  if (remedies == playbook.data.end() || !remedies->is_object()) return lines;
  for (const auto& remedy : *remedies) {
    if (!remedy.is_object()) continue;
    for (const auto& field : remedy) {
      if (!field.is_object()) continue;
      const auto line = field.find("$function");
      if (line != field.end() && line->is_number_integer()) lines.insert(line->get<int>());
    }
  }
  return lines;
}

bool IsCrossed(double value, double limit, bool below) { return below ? value <= limit : value >= limit; }

}  // namespace

std::vector<int> Coverage::Missed() const {
  std::vector<int> missed;
  std::set_difference(lines.begin(), lines.end(), executed.begin(), executed.end(), std::back_inserter(missed));
  return missed;
}

std::vector<lua::Branch> Coverage::MissedBranches() const {
  std::vector<lua::Branch> missed;
  for (const lua::Branch& branch : branches) {
    if (executed.contains(branch.first) && !gone.contains(branch)) missed.push_back(branch);
  }
  return missed;
}

double Coverage::LinePercent() const {
  if (!known.ok()) return 0;
  if (lines.empty()) return 100;
  return 100.0 * static_cast<double>(lines.size() - Missed().size()) / static_cast<double>(lines.size());
}

Coverage CoverageOf(const run::Playbook& playbook) {
  Coverage coverage;
  const Result<std::vector<lua::FunctionLines>> functions =
      playbook.isolate ? Status(Code::kNoData, "it runs in a process of its own, which tells no lines")
                       : lua::ExecutableLines(playbook.source);
  coverage.known = functions.status();
  if (functions.ok()) {
    const std::set<int> remedies = RemedyFunctions(playbook);
    int skip_until = 0;
    for (const lua::FunctionLines& function : *functions) {
      if (function.first == 0) continue;                // The file itself runs whenever it is read.
      if (remedies.contains(function.first)) skip_until = std::max(skip_until, function.last);
      if (function.first <= skip_until) continue;
      coverage.lines.insert(function.lines.begin(), function.lines.end());
      coverage.branches.insert(function.branches.begin(), function.branches.end());
    }
  }
  for (const checks::Threshold& threshold : playbook.head.thresholds) {
    for (const auto& [limit, parameter] : {std::pair{"warning", threshold.warning},
                                           std::pair{"critical", threshold.critical}}) {
      if (!parameter.empty()) coverage.limits.push_back({threshold.metric, limit, parameter});
    }
  }
  return coverage;
}

void AddStep(int before, int line, Coverage& coverage) {
  if (line != 0) coverage.executed.insert(line);
  if (coverage.branches.contains({before, line})) coverage.gone.emplace(before, line);
}

void AddFigures(const checks::PlaybookOutcome& outcome, Coverage& coverage, const run::Playbook& playbook) {
  for (LimitCoverage& limit : coverage.limits) {
    const auto threshold = std::find_if(
        playbook.head.thresholds.begin(), playbook.head.thresholds.end(), [&](const checks::Threshold& one) {
          return one.metric == limit.metric && (one.warning == limit.parameter || one.critical == limit.parameter);
        });
    const auto bar = outcome.params.find(limit.parameter);
    if (threshold == playbook.head.thresholds.end() || bar == outcome.params.end() || !bar->is_number()) continue;
    for (const checks::Metric& metric : outcome.metrics) {
      if (metric.name != limit.metric) continue;
      (IsCrossed(metric.value, bar->get<double>(), threshold->below) ? limit.crossed : limit.kept) = true;
    }
  }
}

void Merge(const Coverage& from, Coverage& into) {
  into.executed.insert(from.executed.begin(), from.executed.end());
  into.gone.insert(from.gone.begin(), from.gone.end());
  for (std::size_t i = 0; i < into.limits.size() && i < from.limits.size(); ++i) {
    into.limits[i].crossed |= from.limits[i].crossed;
    into.limits[i].kept |= from.limits[i].kept;
  }
}

std::string LineRanges(const std::vector<int>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size();) {
    std::size_t end = i;
    while (end + 1 < lines.size() && lines[end + 1] == lines[end] + 1) ++end;
    text += (text.empty() ? "" : ", ") + std::to_string(lines[i]);
    if (end > i) text += "-" + std::to_string(lines[end]);
    i = end + 1;
  }
  return text;
}

std::string BranchList(const std::vector<lua::Branch>& branches) {
  std::string text;
  for (const auto& [from, to] : branches) {
    text += (text.empty() ? "" : ", ") + std::to_string(from) + "->" + (to == 0 ? "end" : std::to_string(to));
  }
  return text;
}

}  // namespace upkeep::authoring
