// SPDX-License-Identifier: Apache-2.0
#include "runner/store/carry_on.h"

#include <algorithm>
#include <map>
#include <vector>

#include "runner/store/history.h"

namespace upkeep::store {
namespace {

using checks::State;

struct Open {
  std::int64_t id = 0;
  std::string key, kind, space, params, en, ko;
};

/// Whether what was skipped may have held the subject of `finding`.
bool Covers(const checks::Subject& skipped, const Open& finding) {
  // A brother of the same kind, or something in another namespace, hides nothing.
  if (skipped.kind == finding.kind) return false;
  return skipped.space.empty() || skipped.space == finding.space;
}

/// Whether a subject that `outcome` does not mention is really gone.
bool LookedEverywhere(const checks::PlaybookOutcome& outcome, const Open& finding) {
  if (outcome.coverage.observed < outcome.coverage.attempted) return false;
  bool looked = false;
  for (const checks::CheckResult& result : outcome.results) {
    if (result.state == State::kUnknown) return false;
    if (result.state != State::kSkipped) {
      looked = true;
    } else if (Covers(result.subject, finding)) {
      return false;
    }
  }
  return looked;
}

}  // namespace

CarryOn::Change CarryOn::Saw(const checks::CheckResult& result, std::int64_t subject,
                             const std::string& key) {
  const std::string fingerprint =
      Fingerprint(look_.playbook_name, look_.target_name, database_.Redacted(key));
  const auto severity = static_cast<std::int64_t>(result.severity);
  const Raw state{checks::StateName(result.state)};
  Change change;
  bool open = false;
  {
    Query known(database_, "SELECT id, open, seen FROM findings WHERE fingerprint = ?");
    if (known.With(Raw{fingerprint}).Next()) {
      change.finding = known.Int(0);
      open = known.Int(1) != 0;
      change.seen = known.Int(2);
    }
  }
  if (change.finding == 0) {
    database_.Run("INSERT INTO findings (fingerprint, playbook, target, subject, open, state, "
                  "severity, en, ko, params, first_seen, last_seen, seen, first_run, last_run) "
                  "VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
                  Raw{fingerprint}, look_.playbook, look_.target, subject, state, severity,
                  result.summary.en, result.summary.ko, Raw{look_.params}, look_.at, look_.at,
                  look_.run, look_.run);
    change = {database_.last_id(), 1, "new"};
  } else if (look_.late) {
    change.change = "recurring";
  } else {
    change.change = open ? "recurring" : "regressed";
    change.seen = open ? change.seen + 1 : 1;
    database_.Run("UPDATE findings SET open = 1, state = ?, severity = ?, en = ?, ko = ?, "
                  "params = ?, last_seen = ?, seen = ?, regressions = regressions + ?, "
                  "last_run = ?, resolved_run = NULL, resolved = NULL WHERE id = ?",
                  state, severity, result.summary.en, result.summary.ko, Raw{look_.params},
                  look_.at, change.seen, open ? 0 : 1, look_.run, change.finding);
  }
  seen_.insert(change.finding);
  return change;
}

std::int64_t CarryOn::Resolve(const checks::PlaybookOutcome& outcome) {
  if (look_.late) return 0;
  std::vector<Open> candidates;
  {
    Query query(database_,
                "SELECT f.id, s.key, s.kind, s.space, f.params, f.en, f.ko FROM findings f "
                "JOIN subjects s ON s.id = f.subject WHERE f.open = 1 AND f.playbook = ? "
                "AND f.target = ?");
    query.With(look_.playbook, look_.target);
    while (query.Next()) {
      if (seen_.contains(query.Int(0))) continue;
      candidates.push_back({query.Int(0), query.Text(1), query.Text(2), query.Text(3),
                            query.Text(4), query.Text(5), query.Text(6)});
    }
  }
  if (candidates.empty()) return 0;
  std::map<std::string, const checks::CheckResult*> by_key;
  for (const checks::CheckResult& result : outcome.results) {
    by_key.emplace(database_.Redacted(result.subject.Key()), &result);
  }
  std::int64_t resolved = 0;
  for (const Open& finding : candidates) {
    const char* how = nullptr;
    const auto about = by_key.find(finding.key);
    if (about != by_key.end()) {
      if (about->second->state == State::kOk) how = "ok";
    } else if ((look_.scheduled || finding.params == look_.params) &&
               LookedEverywhere(outcome, finding)) {
      how = "absent";
    }
    if (how == nullptr) continue;
    ++resolved;
    database_.Run("UPDATE findings SET open = 0, resolved_run = ?, resolved = ? WHERE id = ?",
                  look_.run, look_.at, finding.id);
    const bool says = about != by_key.end() && !about->second->summary.empty();
    database_.Run("INSERT INTO resolutions (run, finding, how, at, en, ko) VALUES (?, ?, ?, ?, ?, ?)",
                  look_.run, finding.id, how, look_.at,
                  says ? about->second->summary.en : finding.en,
                  says ? about->second->summary.ko : finding.ko);
  }
  return resolved;
}

}  // namespace upkeep::store
