// SPDX-License-Identifier: Apache-2.0
#include "runner/store/recorder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <unordered_set>
#include <utility>

namespace upkeep::store {
namespace {

using checks::State;

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) joined.append(line).push_back('\n');
  return joined;
}

/// The worst result and, where it is one without a finding, why.
std::pair<State, std::string> WorstOf(const checks::PlaybookOutcome& outcome) {
  std::pair<State, std::string> worst{State::kOk, ""};
  for (const checks::CheckResult& result : outcome.results) {
    if (result.state > worst.first) worst = {result.state, result.reason};
  }
  if (IsProblem(worst.first)) worst.second.clear();
  // Nothing was said at all: that is not fine.
  if (outcome.results.empty()) worst = {State::kUnknown, std::string(CodeName(Code::kNoData))};
  return worst;
}

}  // namespace

void Digest::Field(std::string_view text) {
  // The length in front keeps "ab","c" apart from "a","bc".
  open_.append(std::to_string(text.size())).push_back(':');
  open_.append(text);
}

void Digest::Field(std::int64_t number) { Field(std::string_view(std::to_string(number))); }

void Digest::Field(double number) {
  char bytes[32];
  const auto end = std::to_chars(bytes, bytes + sizeof bytes, number);
  Field(std::string_view(bytes, static_cast<std::size_t>(end.ptr - bytes)));
}

void Digest::Field(const std::optional<double>& number) {
  if (number) Field(*number);
  else Field(std::string_view());
}

void Digest::Close() {
  hash_ = Sha256Hex(open_.insert(0, hash_));
  open_.clear();
}

Recorder::Recorder(Database& database, Interner& interner, Run run)
    : database_(database),
      interner_(interner),
      run_(std::move(run)),
      insert_result_(database,
                     "INSERT INTO results (outcome, subject, uid, state, reason, en, ko, data, "
                     "severity, remedy, tags, evidence, finding, change, seen, waiver) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      insert_metric_(database,
                     "INSERT OR REPLACE INTO metrics (series, outcome, value, threshold) "
                     "VALUES (?, ?, ?, ?)") {
  summary_.run = run_.id;
}

void Recorder::Record(const checks::PlaybookOutcome& outcome) {
  const std::int64_t playbook = interner_.Name(outcome.playbook);
  const std::int64_t target = interner_.Name(outcome.target);
  const std::string params =
      outcome.params.is_null() ? "{}" : CanonicalJson(database_.RedactedJson(outcome.params));
  const std::int64_t id = InsertOutcome(outcome, playbook, target, params);
  const bool late = database_.Number(0, "SELECT EXISTS (SELECT 1 FROM outcomes WHERE playbook = ? AND target = ? AND run > ?)",
                                     playbook, target, run_.id) != 0;
  CarryOn carry(database_, {run_.id, playbook, target, database_.Redacted(outcome.playbook),
                            database_.Redacted(outcome.target), run_.at, Sha256Hex(params),
                            run_.scheduled, late});
  std::unordered_set<std::string> keys;
  keys.reserve(outcome.results.size());
  for (const checks::CheckResult& result : outcome.results) {
    const std::string plain = database_.Redacted(result.subject.Key());
    std::string key = plain;
    // Redaction may make two names equal; losing a result would be worse than a number behind it.
    for (int copy = 2; !keys.insert(key).second; ++copy) key = plain + " #" + std::to_string(copy);
    InsertResult(id, outcome, result, key, carry);
  }
  summary_.resolved_findings += carry.Resolve(outcome);
  InsertMetrics(id, outcome, playbook, target);
  summary_.attempted += outcome.coverage.attempted;
  summary_.observed += outcome.coverage.observed;
  digest_.Close();
}

std::int64_t Recorder::InsertOutcome(const checks::PlaybookOutcome& outcome,
                                     std::int64_t playbook, std::int64_t target,
                                     const std::string& params) {
  const auto [state, reason] = WorstOf(outcome);
  const std::string log = database_.Redacted(JoinLines(outcome.log));
  const auto seed = static_cast<std::int64_t>(outcome.seed);
  database_.Run("INSERT INTO outcomes (run, playbook, target, definition, state, reason, started, "
                "finished, attempted, observed, params, seed, log) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                run_.id, playbook, target, Raw{outcome.definition}, Raw{checks::StateName(state)},
                reason, outcome.started, outcome.finished, outcome.coverage.attempted,
                outcome.coverage.observed, Raw{params}, seed, Raw{log});
  digest_.Field(database_.Redacted(outcome.playbook));
  digest_.Field(database_.Redacted(outcome.target));
  digest_.Field(outcome.definition);
  digest_.Field(checks::StateName(state));
  digest_.Field(Instant(outcome.started).time_since_epoch().count());
  digest_.Field(Instant(outcome.finished).time_since_epoch().count());
  digest_.Field(outcome.coverage.attempted);
  digest_.Field(outcome.coverage.observed);
  digest_.Field(params);
  digest_.Field(log);
  return database_.last_id();
}

void Recorder::InsertResult(std::int64_t outcome_id, const checks::PlaybookOutcome& outcome,
                            const checks::CheckResult& result, const std::string& key,
                            CarryOn& carry) {
  const std::int64_t subject = interner_.Subject(result.subject, key);
  CarryOn::Change change;
  if (IsProblem(result.state)) change = carry.Saw(result, subject, key);
  const Waiver* const waiver = WaiverFor(outcome, result, key);
  std::string evidence;
  if (!result.evidence.empty()) {
    const std::string bytes = database_.Redacted(result.evidence);
    evidence = Sha256Hex(bytes);
    Query insert(database_, "INSERT OR IGNORE INTO evidence (hash, bytes) VALUES (?, ?)");
    insert.With(Raw{evidence}).AddBlob(bytes).Run();
  }
  // Redacted once, for the row and for the digest.
  const std::string uid = database_.Redacted(result.subject.uid);
  const std::string reason = database_.Redacted(result.reason);
  const std::string en = database_.Redacted(result.summary.en);
  const std::string ko = database_.Redacted(result.summary.ko);
  const std::string remedy = database_.Redacted(result.remedy);
  const std::string data =
      result.data.is_null() ? "" : CanonicalJson(database_.RedactedJson(result.data));
  const std::string tags =
      result.tags.empty() ? "" : CanonicalJson(database_.RedactedJson(Value(result.tags)));
  const auto severity = static_cast<std::int64_t>(result.severity);
  const auto maybe = [](const std::string& text) {
    return text.empty() ? std::optional<Raw>() : std::optional<Raw>(Raw{text});
  };
  insert_result_
      .With(outcome_id, subject, Raw{uid}, Raw{checks::StateName(result.state)}, Raw{reason},
            Raw{en}, Raw{ko}, maybe(data), severity, Raw{remedy}, maybe(tags), maybe(evidence),
            change.finding == 0 ? std::nullopt : std::optional(change.finding),
            Raw{change.change}, change.seen,
            waiver == nullptr ? std::nullopt : std::optional(waiver->id))
      .Run();
  digest_.Field(key);
  for (const std::string_view field :
       {std::string_view(uid), checks::StateName(result.state), std::string_view(reason),
        std::string_view(en), std::string_view(ko), std::string_view(data),
        std::string_view(remedy), std::string_view(tags), std::string_view(evidence),
        std::string_view(change.change)}) {
    digest_.Field(field);
  }
  digest_.Field(severity);
  Count(result, waiver != nullptr, change);
}

void Recorder::InsertMetrics(std::int64_t outcome_id, const checks::PlaybookOutcome& outcome,
                             std::int64_t playbook, std::int64_t target) {
  std::map<std::int64_t, const checks::Metric*> by_series;   // The last of two equal ones counts.
  for (const checks::Metric& metric : outcome.metrics) {
    // SQLite has no NaN; nobody can compare with one either.
    if (std::isnan(metric.value)) continue;
    const std::int64_t series = interner_.Series(playbook, target, metric);
    insert_metric_.With(series, outcome_id, metric.value, interner_.Threshold(metric)).Run();
    by_series[series] = &metric;
  }
  for (const auto& [series, metric] : by_series) {
    digest_.Field(series);
    digest_.Field(metric->value);
    digest_.Field(metric->warning);
    digest_.Field(metric->critical);
  }
}

const Waiver* Recorder::WaiverFor(const checks::PlaybookOutcome& outcome,
                                  const checks::CheckResult& result,
                                  const std::string& key) const {
  if (!IsProblem(result.state) && result.state != State::kUnknown) return nullptr;
  for (const Waiver& waiver : run_.waivers) {
    if (result.state == State::kUnknown && !waiver.covers_unknown) continue;
    if (GlobMatches(waiver.playbook, outcome.playbook) &&
        GlobMatches(waiver.target, outcome.target) && GlobMatches(waiver.subject, key)) {
      return &waiver;
    }
  }
  return nullptr;
}

void Recorder::Count(const checks::CheckResult& result, bool waived,
                     const CarryOn::Change& change) {
  const std::string_view what = change.change;
  if (what == "new") ++summary_.new_findings;
  if (what == "recurring") ++summary_.recurring_findings;
  if (what == "regressed") ++summary_.regressed_findings;
  reports::StateTotals& totals = summary_.totals;
  if (waived) {
    ++totals.waived;
    return;
  }
  switch (result.state) {
    case State::kOk: ++totals.ok; break;
    case State::kSkipped: ++totals.skipped; break;
    case State::kUnknown: ++totals.unknown; break;
    case State::kWarning: ++totals.warning; break;
    case State::kCritical: ++totals.critical; break;
  }
}

}  // namespace upkeep::store
