// SPDX-License-Identifier: Apache-2.0
// The lists of a report about what happened: slots, actions, waivers, deliveries.
#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "runner/store/report_filler.h"
#include "runner/store/waivers.h"

namespace upkeep::store {
namespace {

const Text kEndUnknown = {"a change was begun, and its end was not recorded",
                          "변경을 시작했으나 종료가 기록되지 않았습니다"};

/// A plan that needs a person, as a row of what needs somebody; who owns its check owns it.
reports::ResultRow Escalated(const reports::ActionRow& action, const std::vector<reports::CheckRow>& checks) {
  reports::ResultRow row;
  const auto check = std::find_if(checks.begin(), checks.end(), [&](const reports::CheckRow& one) {
    return one.playbook == action.playbook;
  });
  if (check != checks.end()) {
    row.owner = check->owner;
    row.runbook = check->runbook;
  }
  row.fix = {"See for yourself how the subject is; upkeep approvals show " + action.plan + " has what was done",
             "항목의 상태를 직접 확인하세요. 수행한 내용은 upkeep approvals show " + action.plan + "에 있습니다"};
  row.first_seen = action.applied_at;
  row.playbook = action.playbook;
  row.target = action.target;
  row.subject = action.subject;
  row.title = {"Plan " + action.plan + ": " + action.remedy, "계획 " + action.plan + ": " + action.remedy};
  row.summary = action.outcome;
  row.state = checks::State::kCritical;
  row.reason = "remedy_" + action.state;
  row.severity = "P1";
  row.remedy = action.remedy;
  return row;
}

/// A waiver that covers nothing, though what it names was looked at, as a row of what needs
/// somebody: what it was made for is gone, or its pattern never fitted.
reports::ResultRow Unmatched(const reports::WaiverRow& waiver) {
  reports::ResultRow row;
  row.playbook = waiver.playbook;
  row.target = waiver.target;
  row.subject = waiver.subject;
  row.title = {"Waiver " + waiver.id, "예외 " + waiver.id};
  row.summary = {"waiver " + waiver.id + " of " + waiver.owner + " matches no result",
                 waiver.owner + "의 예외 " + waiver.id + "에 해당하는 결과가 없습니다"};
  row.fix = {"Revoke it, or correct its pattern", "예외를 취소하거나 패턴을 고치세요"};
  row.state = checks::State::kWarning;
  row.reason = "waiver_unmatched";
  row.severity = "P4";
  row.owner = waiver.owner;
  return row;
}

bool WasLookedAt(const reports::WaiverRow& waiver, const std::vector<reports::CheckRow>& checks) {
  return std::any_of(checks.begin(), checks.end(), [&](const reports::CheckRow& check) {
    return GlobMatches(waiver.playbook, check.playbook) && GlobMatches(waiver.target, check.target);
  });
}

}  // namespace

void ReportFiller::Missed() {
  Query query(database_,
              "SELECT schedule, target, planned, state, reason FROM slots WHERE state IN ('missed', "
              "'cancelled', 'blackout', 'overlapped', 'paused', 'interrupted') AND "
              "((?1 = 0 AND planned >= ?2 AND planned < ?3 AND (?4 = '' OR schedule = ?4) AND "
              "planned <= ?6) OR (?1 = 1 AND id IN (SELECT slot FROM attempts WHERE run = ?5))) "
              "ORDER BY planned, schedule, target");
  query.With(single(), start_, end_, query_.schedule, query_.run, due_until_);
  while (query.Next()) {
    model_.missed.push_back(
        {query.Text(0), query.Text(1), query.TimeText(2), query.Text(3), query.Text(4)});
  }
}

void ReportFiller::Actions() {
  // An intent without an outcome is something nobody knows, whatever the plan says.
  Query query(
      database_,
      "SELECT p.id, p.playbook, p.target, p.subject, p.remedy, p.risk, "
      "CASE WHEN a.open > 0 THEN 'unknown' ELSE p.state END, p.requester_name, "
      "(SELECT group_concat(actor_name, ', ') FROM approvals WHERE plan = p.id AND approve = 1), "
      "(SELECT group_concat(CASE approve WHEN 1 THEN reason ELSE actor_name || ': ' || reason END, "
      "'; ') FROM approvals WHERE plan = p.id), a.begun, a.ended, "
      "a.before, a.after, p.outcome_en, p.outcome_ko FROM plans p LEFT JOIN (SELECT plan, "
      "min(begun) AS begun, CASE WHEN count(*) = count(ended) THEN max(ended) END AS ended, "
      "count(*) - count(ended) AS open, "
      "CASE WHEN count(*) = 1 THEN min(before) ELSE '[' || group_concat(before) || ']' END "
      "AS before, CASE WHEN count(*) = 1 THEN min(after) ELSE '[' || "
      "group_concat(coalesce(after, 'null')) || ']' END AS after "
      "FROM (SELECT * FROM actions ORDER BY plan, step) GROUP BY plan) a ON a.plan = p.id "
      "WHERE (?1 = 1 AND (p.run = ?2 OR p.verified_by = ?2)) OR (?1 = 0 AND "
      "((p.created >= ?3 AND p.created < ?4) OR (p.changed >= ?3 AND p.changed < ?4) OR "
      "(a.begun < ?4 AND a.begun >= ?3))) ORDER BY p.id");
  query.With(single(), query_.run, start_, end_);
  std::vector<reports::ResultRow> escalated;
  while (query.Next()) {
    reports::ActionRow row;
    row.plan = query.Text(0);
    row.playbook = query.Text(1);
    row.target = query.Text(2);
    row.subject = query.Text(3);
    row.remedy = query.Text(4);
    row.risk = query.Text(5);
    row.state = query.Text(6);
    row.requested_by = query.Text(7);
    row.approved_by = query.Text(8);
    row.approval_reason = query.Text(9);
    row.applied_at = query.TimeText(10);
    row.finished_at = query.TimeText(11);
    row.before = query.Text(12);
    row.after = query.Text(13);
    row.outcome = {query.Text(14), query.Text(15)};
    if (row.state == "unknown" && row.outcome.empty()) row.outcome = kEndUnknown;
    if (row.state == "unverified" || row.state == "unknown" || row.state == "failed") {
      escalated.push_back(Escalated(row, model_.checks));
    }
    model_.actions.push_back(std::move(row));
  }
  model_.totals.critical += static_cast<std::int64_t>(escalated.size());
  // A change that did not do what it should stands before everything that a check found.
  model_.attention.insert(model_.attention.begin(), std::make_move_iterator(escalated.begin()),
                          std::make_move_iterator(escalated.end()));
}

void ReportFiller::Waivers() {
  Query query(database_,
              "SELECT id, playbook, target, subject, owner, approver_name, reason, ticket, expires, "
              "(SELECT count(*) FROM outcomes o JOIN results x ON x.outcome = o.id WHERE "
              "o.run IN (SELECT id FROM report_runs) AND x.waiver = w.id), expires <= ?3 "
              "FROM waivers w WHERE created <= ?2 AND expires > ?1 AND "
              "(revoked IS NULL OR revoked > ?1) ORDER BY id");
  query.With(start_, single() ? as_of_ : end_, as_of_);
  while (query.Next()) {
    model_.waivers.push_back({query.Text(0), query.Text(1), query.Text(2), query.Text(3),
                              query.Text(4), query.Text(5), query.Text(6), query.Text(7),
                              query.TimeText(8), query.Int(9), query.Int(10) != 0});
    const reports::WaiverRow& waiver = model_.waivers.back();
    // One run may just not have met what it was made for; its table of waivers shows the 0.
    if (!single() && waiver.matched == 0 && !waiver.expired && WasLookedAt(waiver, model_.checks)) {
      model_.attention.push_back(Unmatched(waiver));
      ++model_.totals.warning;
    }
  }
}

void ReportFiller::Deliveries() {
  Query query(database_,
              "SELECT channel, destination, state, changed, detail, attempts FROM deliveries WHERE "
              "((?1 = 1 AND run = ?2) OR (?1 = 0 AND created >= ?3 AND created < ?4)) "
              // A heartbeat is a delivery to a machine; only one that failed is news to people.
              "AND NOT (channel = 'heartbeat' AND state = 'sent') ORDER BY id");
  query.With(single(), query_.run, start_, end_);
  while (query.Next()) {
    model_.deliveries.push_back({query.Text(0), query.Text(1), query.Text(2), query.TimeText(3),
                                 query.Text(4), static_cast<int>(query.Int(5))});
  }
}

}  // namespace upkeep::store
