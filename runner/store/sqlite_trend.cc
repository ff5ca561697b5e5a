// SPDX-License-Identifier: Apache-2.0
// What goes across runs: metrics over time, findings, differences.
#include <map>
#include <tuple>
#include <utility>

#include "runner/store/carry_on.h"
#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

using checks::State;

struct Side {
  State state = State::kUnknown;
  Text summary;
};
using Key = std::tuple<std::string, std::string, std::string>;

std::map<Key, Side> StatesOf(Database& database, RunId run) {
  std::map<Key, Side> states;
  Query query(database,
              "SELECT p.text, t.text, s.key, x.state, x.en, x.ko FROM outcomes o "
              "JOIN names p ON p.id = o.playbook JOIN names t ON t.id = o.target "
              "JOIN results x ON x.outcome = o.id JOIN subjects s ON s.id = x.subject "
              "WHERE o.run = ?");
  query.With(run);
  while (query.Next()) {
    auto state = checks::StateFromName(query.View(3));
    states[{query.Text(0), query.Text(1), query.Text(2)}] = {
        state.ok() ? *state : State::kUnknown, {query.Text(4), query.Text(5)}};
  }
  return states;
}

std::string ChangeOf(const std::optional<State>& before, const std::optional<State>& after) {
  if (!after) return "not_seen";
  if (*after == State::kUnknown) return "unknown";
  if (*after == State::kSkipped) return "not_seen";
  if (IsProblem(*after)) {
    if (!before || !IsProblem(*before)) return "new";
    return *after > *before ? "worse" : "better";
  }
  return before && IsProblem(*before) ? "resolved" : "ok";
}

}  // namespace

Result<std::vector<MetricPoint>> SqliteStore::MetricHistory(const MetricQuery& query) {
  std::vector<MetricPoint> points;
  Query rows(*database_,
             "SELECT o.run, j.text, u.text, o.finished, m.value FROM series s "
             "JOIN names p ON p.id = s.playbook JOIN names t ON t.id = s.target "
             "JOIN names n ON n.id = s.name JOIN names j ON j.id = s.subject "
             "JOIN names u ON u.id = s.unit JOIN metrics m ON m.series = s.id "
             "JOIN outcomes o ON o.id = m.outcome WHERE p.text = ?1 AND t.text = ?2 AND "
             "n.text = ?3 AND (?4 = '' OR j.text = ?4) AND o.finished < ?5 "
             "ORDER BY o.finished DESC, o.id DESC, j.text LIMIT ?6");
  rows.With(query.playbook, query.target, query.name, query.subject, query.before, query.limit);
  while (rows.Next()) {
    points.push_back({rows.Int(0), rows.Text(1), rows.Text(2), rows.Time(3), rows.Number(4)});
  }
  return Checked(std::move(points));
}

Result<std::vector<Finding>> SqliteStore::Findings(const FindingFilter& filter) {
  std::vector<Finding> findings;
  Query query(*database_,
              "SELECT f.fingerprint, p.text, t.text, s.key, f.open, f.severity, f.state, f.en, "
              "f.ko, f.first_seen, f.last_seen, f.seen, f.regressions, f.first_run, f.last_run, "
              "f.resolved_run, f.resolved FROM findings f JOIN names p ON p.id = f.playbook "
              "JOIN names t ON t.id = f.target JOIN subjects s ON s.id = f.subject "
              "WHERE (?1 = '' OR p.text = ?1) AND (?2 = '' OR t.text = ?2) AND "
              "(?3 = '' OR f.fingerprint = ?3) AND (?4 IS NULL OR f.open = ?4) "
              "ORDER BY f.open DESC, f.severity, p.text, t.text, s.key LIMIT ?5");
  query.With(filter.playbook, filter.target, filter.fingerprint, filter.open, filter.limit);
  while (query.Next()) {
    Finding finding;
    finding.fingerprint = query.Text(0);
    finding.playbook = query.Text(1);
    finding.target = query.Text(2);
    finding.subject = query.Text(3);
    finding.open = query.Int(4) != 0;
    finding.severity = "P" + query.Text(5);
    finding.state = query.View(6) == "critical" ? State::kCritical : State::kWarning;
    finding.summary = {query.Text(7), query.Text(8)};
    finding.first_seen = query.Time(9);
    finding.last_seen = query.Time(10);
    finding.seen = query.Int(11);
    finding.regressions = query.Int(12);
    finding.first_run = query.Int(13);
    finding.last_run = query.Int(14);
    finding.resolved_run = query.Int(15);
    finding.resolved = query.MaybeTime(16);
    findings.push_back(std::move(finding));
  }
  return Checked(std::move(findings));
}

Result<std::vector<DiffRow>> SqliteStore::Diff(RunId before, RunId after) {
  for (const RunId run : {before, after}) {
    if (auto known = Run(run); !known.ok()) return known.status();
  }
  std::map<Key, Side> old_states = StatesOf(*database_, before);
  std::map<Key, Side> new_states = StatesOf(*database_, after);
  std::map<Key, DiffRow> rows;
  for (auto& [key, side] : old_states) {
    rows[key].before = side.state;
    rows[key].summary = std::move(side.summary);
  }
  for (auto& [key, side] : new_states) {
    rows[key].after = side.state;
    rows[key].summary = std::move(side.summary);
  }
  std::vector<DiffRow> differences;
  for (auto& [key, row] : rows) {
    if (row.before == row.after) continue;
    std::tie(row.playbook, row.target, row.subject) = key;
    row.change = ChangeOf(row.before, row.after);
    differences.push_back(std::move(row));
  }
  return Checked(std::move(differences));
}

}  // namespace upkeep::store
