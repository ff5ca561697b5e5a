// SPDX-License-Identifier: Apache-2.0
#include "runner/run/session.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/version.h"
#include "runner/run/modules.h"

namespace upkeep::run {
namespace {

using checks::State;

int ExitOfTotals(const reports::StateTotals& totals) {
  if (totals.critical > 0) return 2;
  if (totals.warning > 0) return 1;
  return totals.unknown > 0 ? 3 : 0;
}

store::RunStart StartOf(const SessionRequest& request, Instant now) {
  store::RunStart start;
  start.trigger = request.trigger;
  start.actor = request.actor;
  start.version = std::string(Version());
  start.schedule = request.schedule;
  start.planned = request.planned;
  start.started = now;
  start.holder = request.holder;
  std::map<std::string, const checks::Target*> targets;
  std::map<std::string, bool> playbooks;
  for (const Pair& pair : request.pairs) {
    targets[pair.target->name] = pair.target;
    playbooks[pair.playbook->head.id] = true;
  }
  for (const auto& [name, target] : targets) {
    start.targets.push_back({name, std::string(checks::TargetKindName(target->kind)),
                             TlsIsVerified(*target)});
  }
  for (const auto& [id, used] : playbooks) start.playbooks.push_back(id);
  start.not_looked_at = request.not_looked_at;
  for (const store::AttemptEnd& attempt : request.attempts) start.attempts.push_back(attempt.attempt);
  return start;
}

}  // namespace

bool NobodyAnswered(const std::vector<PairOutcome>& pairs, const std::string& target) {
  bool any = false;
  for (const PairOutcome& pair : pairs) {
    if (!target.empty() && pair.outcome.target != target) continue;
    for (const checks::CheckResult& result : pair.outcome.results) {
      any = true;
      const bool silent = result.state == State::kUnknown &&
                          (result.reason == CodeName(Code::kUnreachable) ||
                           result.reason == CodeName(Code::kTimeout));
      if (!silent) return false;
    }
  }
  return any;
}

PastOfPair PastOf(store::Store& store) {
  return [&store](const Pair& pair) -> Past {
    store::MetricQuery query;
    query.playbook = pair.playbook->head.id;
    query.target = pair.target->name;
    query.limit = 1;
    return [&store, query](const std::string& metric, const std::string& subject,
                           Instant until) mutable -> Result<Value> {
      query.name = metric;
      query.subject = subject;
      query.before = until + Instant::duration(1);
      Result<std::vector<store::MetricPoint>> points = store.MetricHistory(query);
      if (!points.ok()) return points.status();
      if (points->empty()) return Value();
      const store::MetricPoint& newest = points->front();
      const std::chrono::duration<double> at = newest.at.time_since_epoch();
      return Value{{"value", newest.value}, {"unit", newest.unit}, {"at", at.count()}};
    };
  };
}

Task<Result<SessionOutcome>> RunSession(store::Store& store, Executor& executor, const Clock& clock,
                                        SessionRequest request, Progress progress, Limits limits) {
  for (const Pair& pair : request.pairs) {
    const Status saved = store.SaveDefinition(pair.playbook->head, pair.playbook->data);
    if (!saved.ok()) co_return saved;
  }
  const store::RunStart start = StartOf(request, clock.Now());
  Result<store::RunId> run = store.StartRun(start);
  if (!run.ok()) co_return run.status();
  if (request.started) request.started(*run);

  SessionOutcome outcome;
  outcome.pairs =
      co_await executor.Run(request.pairs, std::move(progress), limits, PastOf(store));
  outcome.cancelled = limits.cancel.cancelled();

  store::RunFinish finish;
  finish.state = outcome.cancelled ? store::RunState::kCancelled : store::RunState::kFinished;
  finish.finished = clock.Now();
  for (const PairOutcome& pair : outcome.pairs) finish.outcomes.push_back(pair.outcome);
  finish.attempts = request.attempts;
  if (!outcome.cancelled && request.judge) request.judge(outcome.pairs, finish.attempts);
  if (outcome.cancelled) {
    for (store::AttemptEnd& attempt : finish.attempts) {
      attempt.state = store::SlotState::kCancelled;
      attempt.reason = "cancelled while it ran";
      const CancelNote* const note = request.cancel_note.get();
      if (note == nullptr || note->actor.name.empty()) continue;
      attempt.reason = note->reason;
      attempt.actor = note->actor;
    }
  }
  const bool nobody = NobodyAnswered(outcome.pairs);
  finish.exit_code = [nobody](const reports::StateTotals& totals) {
    return nobody ? kNoTargetAnswered : ExitOfTotals(totals);
  };
  Result<store::RunSummary> summary = store.FinishRun(*run, finish);
  if (!summary.ok()) co_return summary.status();
  outcome.summary = *summary;
  co_return outcome;
}

bool IsMeant(const checks::Target& target, const std::string& name) {
  const std::size_t equals = name.find('=');
  if (equals == std::string::npos) return target.name == name;
  const auto label = target.labels.find(name.substr(0, equals));
  return label != target.labels.end() && label->second == name.substr(equals + 1);
}

namespace {

bool Means(const std::vector<std::string>& names, const checks::Target& target) {
  return names.empty() || std::any_of(names.begin(), names.end(),
                                      [&](const std::string& name) { return IsMeant(target, name); });
}

}  // namespace

std::vector<Pair> MatchPairs(const std::vector<Playbook>& playbooks,
                             const checks::Inventory& inventory,
                             const std::vector<std::string>& names) {
  std::vector<Pair> pairs;
  for (const Playbook& playbook : playbooks) {
    for (const checks::Target& target : inventory.targets) {
      const std::string kind(checks::TargetKindName(target.kind));
      if (playbook.head.target != kind && playbook.head.target != "any") continue;
      if (!Means(names, target)) continue;
      Pair pair;
      pair.playbook = &playbook;
      pair.target = &target;
      pairs.push_back(std::move(pair));
    }
  }
  return pairs;
}

std::vector<std::string> NotLookedAt(const std::vector<Pair>& pairs, const checks::Inventory& inventory,
                                     const std::vector<std::string>& names) {
  std::set<std::string> targets;
  for (const checks::Target& target : inventory.targets) {
    if (Means(names, target)) targets.insert(target.name);
  }
  for (const Pair& pair : pairs) targets.erase(pair.target->name);
  return {targets.begin(), targets.end()};
}

}  // namespace upkeep::run
