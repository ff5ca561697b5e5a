// SPDX-License-Identifier: Apache-2.0
// The lists of a report that come from results.
#include <string_view>
#include <utility>

#include "runner/store/carry_on.h"
#include "runner/store/report_filler.h"

namespace upkeep::store {
const ReportFiller::Definition& ReportFiller::DefinitionOf(const std::string& hash,
                                                           const std::string& playbook) {
  const auto known = definitions_.find(hash);
  if (known != definitions_.end()) return known->second;
  Definition& made = definitions_[hash];
  made.title = {playbook, playbook};   // Better a name than nothing where no head was saved.
  Query query(database_, "SELECT document FROM definitions WHERE hash = ?");
  if (!query.With(hash).Next()) return made;
  auto head = ParseJson(query.View(0));
  if (!head.ok() || !head->is_object()) return made;
  if (head->contains("title")) made.title = TextFromValue((*head)["title"]);
  if (head->contains("fix")) made.fix = TextFromValue((*head)["fix"]);
  made.cadence = StringAt(*head, "cadence");
  made.owner = StringAt(*head, "owner");
  made.runbook = StringAt(*head, "runbook");
  if (head->contains("covers") && (*head)["covers"].is_array()) {
    for (const Value& row : (*head)["covers"]) {
      if (row.is_string()) made.covers.push_back(row.get<std::string>());
    }
  }
  return made;
}

void ReportFiller::Results() {
  Query query(database_,
              "SELECT p.text, t.text, s.key, x.uid, x.state, x.reason, x.en, x.ko, x.severity, "
              "x.remedy, x.change, x.seen, f.first_seen, x.data, o.definition, w.id, w.reason, "
              "w.owner, w.expires FROM report_outcomes c JOIN outcomes o ON o.id = c.id "
              "JOIN names p ON p.id = o.playbook JOIN names t ON t.id = o.target "
              "JOIN results x ON x.outcome = o.id JOIN subjects s ON s.id = x.subject "
              "LEFT JOIN findings f ON f.id = x.finding LEFT JOIN waivers w ON w.id = x.waiver "
              "WHERE x.state <> 'ok' ORDER BY CASE x.state WHEN 'critical' THEN 0 "
              "WHEN 'warning' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END, x.severity, p.text, t.text, "
              "s.key");
  while (query.Next()) {
    reports::ResultRow row;
    row.playbook = query.Text(0);
    row.target = query.Text(1);
    row.subject = query.Text(2);
    row.uid = query.Text(3);
    row.state = query.State(4);
    row.reason = query.Text(5);
    row.summary = {query.Text(6), query.Text(7)};
    if (IsProblem(row.state)) row.severity = "P" + query.Text(8);
    row.remedy = query.Text(9);
    row.change = query.Text(10);
    row.seen = query.Int(11);
    row.first_seen = query.TimeText(12);
    row.data = query.Text(13);
    const Definition& head = DefinitionOf(query.Text(14), row.playbook);
    row.title = head.title;
    row.fix = head.fix;
    row.owner = head.owner;
    row.runbook = head.runbook;
    row.waived = !query.Null(15);
    if (row.waived) {
      row.waiver_reason = query.Text(16);
      row.waiver_owner = query.Text(17);
      row.waiver_expires = query.TimeText(18);
      model_.waived.push_back(std::move(row));
    } else if (row.state == checks::State::kSkipped) {
      model_.skipped.push_back(std::move(row));
    } else {
      model_.attention.push_back(std::move(row));
    }
  }
}

void ReportFiller::Resolved() {
  Query query(database_,
              "SELECT p.text, t.text, s.key, y.at, f.first_seen, y.en, y.ko, "
              "(SELECT definition FROM outcomes WHERE run = y.run AND playbook = f.playbook AND "
              "target = f.target) FROM resolutions y JOIN findings f ON f.id = y.finding "
              "JOIN names p ON p.id = f.playbook JOIN names t ON t.id = f.target "
              "JOIN subjects s ON s.id = f.subject WHERE y.run IN (SELECT id FROM report_runs) "
              "ORDER BY y.at, p.text, t.text, s.key");
  while (query.Next()) {
    reports::ResolvedRow row;
    row.playbook = query.Text(0);
    row.target = query.Text(1);
    row.subject = query.Text(2);
    row.resolved_at = query.TimeText(3);
    row.first_seen = query.TimeText(4);
    row.summary = {query.Text(5), query.Text(6)};
    row.title = DefinitionOf(query.Text(7), row.playbook).title;
    row.verified = true;   // A row of resolutions exists only where the check looked again.
    model_.resolved.push_back(std::move(row));
  }
}

void ReportFiller::Checks() {
  Query counts(database_, "SELECT state, count(*) FROM results WHERE outcome = ? GROUP BY state");
  Query query(database_,
              "SELECT o.id, p.text, t.text, o.definition, o.state, o.reason, o.attempted, "
              "o.observed, (o.finished - o.started) / 1000 FROM report_outcomes c "
              "JOIN outcomes o ON o.id = c.id JOIN names p ON p.id = o.playbook "
              "JOIN names t ON t.id = o.target ORDER BY p.text, t.text");
  while (query.Next()) {
    reports::CheckRow row;
    row.playbook = query.Text(1);
    row.target = query.Text(2);
    const Definition& head = DefinitionOf(query.Text(3), row.playbook);
    row.cadence = head.cadence;
    row.title = head.title;
    row.fix = head.fix;
    row.owner = head.owner;
    row.runbook = head.runbook;
    row.covers = head.covers;
    row.state = query.State(4);
    row.reason = query.Text(5);
    row.attempted = query.Int(6);
    row.observed = query.Int(7);
    row.milliseconds = query.Int(8);
    counts.With(query.Int(0));
    while (counts.Next()) row.counts[counts.Text(0)] = counts.Int(1);
    model_.checks.push_back(std::move(row));
  }
}

void ReportFiller::Metrics() {
  Query query(database_,
              "SELECT p.text, t.text, j.text, n.text, u.text, m.value, h.warning, h.critical, "
              "h.source, (SELECT value FROM metrics WHERE series = s.id AND outcome = c.previous), "
              "(SELECT value FROM metrics WHERE series = s.id AND outcome = c.month_ago) "
              "FROM report_outcomes c JOIN outcomes o ON o.id = c.id "
              "JOIN series s ON s.playbook = o.playbook AND s.target = o.target "
              "JOIN metrics m ON m.series = s.id AND m.outcome = c.id "
              "JOIN names p ON p.id = s.playbook JOIN names t ON t.id = s.target "
              "JOIN names n ON n.id = s.name JOIN names j ON j.id = s.subject "
              "JOIN names u ON u.id = s.unit LEFT JOIN thresholds h ON h.id = m.threshold "
              "ORDER BY p.text, t.text, n.text, j.text");
  while (query.Next()) {
    model_.metrics.push_back({query.Text(0), query.Text(1), query.Text(2), query.Text(3),
                              query.Text(4), query.Number(5), query.MaybeNumber(6),
                              query.MaybeNumber(7), query.MaybeNumber(9), query.MaybeNumber(10),
                              query.Text(8)});
  }
}

}  // namespace upkeep::store
