// SPDX-License-Identifier: Apache-2.0
// What a report is about, its totals and figures.
#include <algorithm>
#include <utility>

#include "runner/store/report_filler.h"
#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

constexpr const char* kTables =
    "CREATE TEMP TABLE IF NOT EXISTS report_runs (id INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE IF NOT EXISTS report_looks (id INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE IF NOT EXISTS report_outcomes (id INTEGER PRIMARY KEY, previous INTEGER, "
    "month_ago INTEGER);"
    "DELETE FROM report_runs; DELETE FROM report_looks; DELETE FROM report_outcomes;";

}  // namespace

Status ReportFiller::ChooseRuns() {
  if (single()) {
    Query run(database_, "SELECT started, finished, recorded FROM runs WHERE id = ? AND "
                         "state IN ('finished', 'cancelled')");
    if (!run.With(query_.run).Next()) {
      UPKEEP_RETURN_IF_ERROR(database_.TakeStatus());
      return Status(Code::kNotFound, "there is no recorded run " + std::to_string(query_.run))
          .WithHint("`upkeep history` lists them");
    }
    start_ = run.Time(0);
    end_ = run.Time(1);
    database_.Run("INSERT INTO report_runs VALUES (?)", query_.run);
  } else {
    start_ = query_.start;
    end_ = query_.end;
    database_.Run("INSERT INTO report_runs SELECT id FROM runs WHERE started >= ?1 AND "
                  "started < ?2 AND state IN ('finished', 'cancelled') AND "
                  "(?3 = '' OR schedule = ?3)",
                  start_, end_, query_.schedule);
    const std::int64_t runs = database_.Number(0, "SELECT count(*) FROM report_runs");
    const std::int64_t slots = database_.Number(
        0,
        "SELECT count(*) FROM slots WHERE planned >= ?1 AND planned < ?2 AND "
        "(?3 = '' OR schedule = ?3)",
        start_, end_, query_.schedule);
    UPKEEP_RETURN_IF_ERROR(database_.TakeStatus());
    if (runs == 0 && slots == 0) {
      return Status(Code::kNotFound, "nothing was recorded from " + FormatRfc3339(start_) + " to " +
                                         FormatRfc3339(end_))
          .WithHint("`upkeep history` lists the runs there are");
    }
  }
  // upkeep's check of itself looks at no target: a day on which every planned look was missed would
  // be covered by the very run that says so.
  database_.Run("INSERT INTO report_looks SELECT id FROM runs WHERE id IN (SELECT id FROM report_runs) AND "
                "(trigger <> 'self' OR ?1)",
                single());
  // The newest look is that of the run that began last: one that waited for a slow target is written
  // down after it. A month ago: the look nearest to 28 days before, and no more than a week older.
  database_.Run(
      "INSERT INTO report_outcomes SELECT o.id, "
      "(SELECT b.id FROM outcomes b WHERE b.playbook = o.playbook AND b.target = o.target AND "
      "b.run < o.run ORDER BY b.run DESC LIMIT 1), "
      "(SELECT b.id FROM outcomes b WHERE b.playbook = o.playbook AND b.target = o.target AND "
      "b.finished <= o.finished - 28 * 86400000000 AND b.finished >= o.finished - 35 * 86400000000 "
      "ORDER BY b.finished DESC, b.id DESC LIMIT 1) "
      "FROM outcomes o WHERE o.id IN (SELECT id FROM (SELECT id, max(run) FROM outcomes WHERE run IN "
      "(SELECT id FROM report_runs) GROUP BY playbook, target))");
  return database_.TakeStatus();
}

void ReportFiller::Frame() {
  model_.kind = query_.kind;
  model_.period_start = FormatRfc3339(start_);
  model_.period_end = FormatRfc3339(end_);
  model_.zone = query_.zone;
  {
    // Deliveries are left out: sending a report must not change it.
    Query head(database_,
               "SELECT at, hash FROM ledger WHERE sequence = (SELECT max(n) FROM ("
               "SELECT max(ledger) AS n FROM runs WHERE id IN (SELECT id FROM report_runs) "
               "UNION ALL SELECT max(sequence) FROM ledger WHERE at < ?1 AND ?2 = 0 AND "
               "kind NOT LIKE 'delivery.%'))");
    if (head.With(end_, single()).Next()) {
      as_of_ = head.Time(0);
      model_.generated_at = FormatRfc3339(as_of_);
      model_.ledger_head = head.Text(1);
    }
  }
  due_until_ = as_of_;
  if (!single()) {
    // Once the ledger goes on after the period, all of the period was due: a daemon that was dead
    // from noon on has nevertheless missed the slots of the afternoon.
    Query last(database_, "SELECT at FROM ledger WHERE kind NOT LIKE 'delivery.%' ORDER BY sequence DESC LIMIT 1");
    if (last.Next() && last.Time(0) >= end_) due_until_ = end_;
  }
  std::int64_t newest = 0;
  Query runs(database_, "SELECT r.id, r.version FROM report_runs c JOIN runs r ON r.id = c.id "
                        "ORDER BY r.id");
  while (runs.Next()) {
    newest = runs.Int(0);
    model_.run_ids.push_back(runs.Text(0));
    model_.upkeep_version = runs.Text(1);
  }
  const std::int64_t previous = database_.Number(
      0,
      "SELECT max(id) FROM runs WHERE scope = (SELECT scope FROM runs WHERE id = ?1) AND id < ?1 "
      "AND started < ?2 AND state IN ('finished', 'cancelled')",
      newest, start_);
  if (previous != 0) model_.previous_run = std::to_string(previous);
  Query targets(database_, "SELECT name, min(tls_verified) FROM run_targets WHERE run IN "
                           "(SELECT id FROM report_looks) GROUP BY name ORDER BY name");
  while (targets.Next()) {
    model_.targets.push_back(targets.Text(0));
    if (targets.Int(1) == 0) model_.unverified_tls.push_back(targets.Text(0));
  }
  // One that another run of the period looked at is none.
  Query never(database_, "SELECT DISTINCT name FROM run_not_looked_at WHERE run IN (SELECT id FROM report_runs) AND "
                         "name NOT IN (SELECT name FROM run_targets WHERE run IN (SELECT id FROM report_looks)) "
                         "ORDER BY name");
  while (never.Next()) model_.not_looked_at.push_back(never.Text(0));
}

void ReportFiller::Slots() {
  // Of one run: the slots that it executed. Of a period: those planned in it; what was planned
  // after due_until_ is not yet due.
  Query slots(database_,
              single() ? "SELECT state, 0, count(*) FROM slots WHERE id IN "
                         "(SELECT slot FROM attempts WHERE run = ?1) GROUP BY 1"
                       : "SELECT state, planned > ?4, count(*) FROM slots WHERE planned >= ?1 AND "
                         "planned < ?2 AND (?3 = '' OR schedule = ?3) GROUP BY 1, 2");
  if (single()) {
    slots.With(query_.run);
  } else {
    slots.With(start_, end_, query_.schedule, due_until_);
  }
  while (slots.Next()) CountSlot(model_.slots, slots.View(0), slots.Int(1) == 0, slots.Int(2));
}

void ReportFiller::Totals() {
  reports::StateTotals& totals = model_.totals;
  Query states(database_, "SELECT CASE WHEN waiver IS NULL THEN state ELSE 'waived' END, count(*) "
                          "FROM results WHERE outcome IN (SELECT id FROM report_outcomes) GROUP BY 1");
  while (states.Next()) {
    const std::string_view state = states.View(0);
    const std::int64_t count = states.Int(1);
    if (state == "ok") totals.ok = count;
    if (state == "warning") totals.warning = count;
    if (state == "critical") totals.critical = count;
    if (state == "unknown") totals.unknown = count;
    if (state == "skipped") totals.skipped = count;
    if (state == "waived") totals.waived = count;
  }
  Query coverage(database_, "SELECT sum(attempted), sum(observed) FROM runs WHERE id IN "
                            "(SELECT id FROM report_looks)");
  if (coverage.Next()) {
    model_.attempted = coverage.Int(0);
    model_.observed = coverage.Int(1);
  }
  model_.new_findings = database_.Number(
      0, "SELECT count(*) FROM findings WHERE first_run IN (SELECT id FROM report_runs)");
  Query known(database_,
              "SELECT count(*), sum(back) FROM (SELECT max(x.change = 'regressed') AS back FROM outcomes o "
              "JOIN results x ON x.outcome = o.id JOIN findings f ON f.id = x.finding WHERE o.run IN "
              "(SELECT id FROM report_runs) AND f.first_run NOT IN (SELECT id FROM report_runs) GROUP BY x.finding)");
  if (known.Next()) {
    model_.regressed_findings = known.Int(1);
    model_.recurring_findings = known.Int(0) - model_.regressed_findings;
  }
  model_.resolved_findings = database_.Number(
      0,
      "SELECT count(DISTINCT finding) FROM resolutions WHERE run IN (SELECT id FROM report_runs)");
}

void ReportFiller::Days() {
  for (const ReportDay& day : query_.days) {
    reports::DayRow row;
    row.date = day.date;
    row.runs = database_.Number(0,
                                "SELECT count(*) FROM report_looks c JOIN runs r ON r.id = c.id "
                                "WHERE r.started >= ? AND r.started < ?",
                                day.start, day.end);
    Query states(database_,
                 "SELECT state, count(*) FROM results WHERE waiver IS NULL AND outcome IN "
                 "(SELECT id FROM (SELECT o.id, max(o.run) FROM report_runs c JOIN runs r ON r.id = c.id "
                 "JOIN outcomes o ON o.run = r.id WHERE r.started >= ? AND r.started < ? "
                 "GROUP BY o.playbook, o.target)) GROUP BY state");
    states.With(day.start, day.end);
    while (states.Next()) {
      const std::string_view state = states.View(0);
      const std::int64_t count = states.Int(1);
      if (state == "ok") row.ok = count;
      if (state == "warning") row.warning = count;
      if (state == "critical") row.critical = count;
      if (state == "unknown") row.unknown = count;
      if (state == "skipped") row.skipped = count;
    }
    model_.days.push_back(std::move(row));
  }
}

Result<reports::ReportModel> ReportFiller::Fill() {
  database_.Execute(kTables);
  UPKEEP_RETURN_IF_ERROR(ChooseRuns());
  Frame();
  Slots();
  Totals();
  Results();
  Resolved();
  Checks();
  Metrics();
  Missed();
  Actions();
  Waivers();
  Deliveries();
  Days();
  UPKEEP_RETURN_IF_ERROR(database_.TakeStatus());
  return std::move(model_);
}

Result<reports::ReportModel> SqliteStore::FillReport(const ReportQuery& query) {
  // One read transaction: all figures are of the same moment.
  (void)database_->TakeStatus();
  if (!database_->Run("BEGIN")) return database_->TakeStatus();
  auto model = ReportFiller(*database_, query).Fill();
  (void)database_->TakeStatus();
  database_->Run("COMMIT");
  (void)database_->TakeStatus();
  return model;
}

}  // namespace upkeep::store
