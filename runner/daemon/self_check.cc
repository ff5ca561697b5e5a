// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/self_check.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/korean.h"
#include "base/version.h"
#include "runner/daemon/assignment.h"
#include "runner/daemon/planned_targets.h"

namespace upkeep::daemon {
namespace {

using store::SlotState;

constexpr std::string_view kSubjectKind = "Schedule";
constexpr std::chrono::hours kSayAgain{1};

/// What tells what has become of the planned time; a slot that somebody cancelled or paused, or
/// that another one overlapped, says nothing about whether runs happen.
const std::vector<SlotState>& Telling() {
  static const std::vector<SlotState> kStates = {SlotState::kOnTime, SlotState::kLate,
                                                 SlotState::kMissed};
  return kStates;
}

Value HeadDocument() {
  const Text title = InBoth("Planned runs happened");
  const Text fix = InBoth("find out why in the log of the daemon or the CronJob; run it by hand with "
                          "`upkeep backfill`");
  return {{"format", 1},
          {"id", SelfCheck::kId},
          {"title", ToValue(title)},
          {"fix", ToValue(fix)},
          {"cadence", "continuous"},
          {"covers", Value::array()},
          {"owner", "upkeep"},
          {"runbook", "docs/daemon.md"},
          {"target", "any"}};
}

checks::Subject SubjectOf(const std::string& schedule) {
  checks::Subject subject;
  subject.kind = kSubjectKind;
  subject.name = schedule;
  return subject;
}

/// "daily" of "Schedule/daily".
std::string ScheduleOf(const std::string& subject) {
  return subject.substr(std::min(subject.size(), kSubjectKind.size() + 1));
}

std::string KindOf(const World& world, const std::string& target) {
  for (const checks::Target& one : world.inventory.targets) {
    if (one.name == target) return std::string(checks::TargetKindName(one.kind));
  }
  return "any";
}

}  // namespace

void SelfCheck::Missed(const std::string& schedule, const std::set<std::string>& targets) {
  for (const std::string& target : targets) missed_[target].insert(schedule);
}

Status SelfCheck::Look(const World& world) {
  store::FindingFilter open;
  open.playbook = kId;
  open.open = true;
  open.limit = 100'000;
  auto findings = store_.Findings(open);
  if (!findings.ok()) return findings.status();
  std::set<std::string> targets;
  for (const store::Finding& finding : *findings) {
    const std::string schedule = ScheduleOf(finding.subject);
    auto still = IsMissed(world, schedule, finding.target, nullptr);
    if (!still.ok()) return still.status();
    if (!*still) targets.insert(finding.target);
    // It is known: only now and then is it said that it goes on.
    if (clock_.Now() - finding.last_seen < kSayAgain) missed_[finding.target].erase(schedule);
  }
  for (const auto& [target, schedules] : missed_) {
    if (!schedules.empty()) targets.insert(target);
  }
  for (const std::string& target : targets) UPKEEP_RETURN_IF_ERROR(Record(world, target));
  missed_.clear();
  return Status::Ok();
}

Result<bool> SelfCheck::IsMissed(const World& world, const std::string& schedule,
                                 const std::string& target, checks::CheckResult* result) {
  const schedules::Schedule* const known = world.Find(schedule);
  const bool quarantined = known == nullptr && !world.Quarantine(schedule).empty();
  if (known == nullptr && !quarantined) return false;   // Taken out of the files.
  if (known != nullptr && !known->enabled) return false;
  auto latest = store_.LatestSlot(schedule, target, Telling(), clock_.Now());
  if (!latest.ok()) return latest.status();
  if (!*latest) return false;
  const store::Slot& slot = **latest;
  const bool missed = slot.state == SlotState::kMissed;
  if (missed && known != nullptr) {
    const auto today = TargetsToPlan(*known, Assign(*known, world.playbooks, world.inventory), world.inventory, store_);
    if (!today.ok()) return today.status();
    if (!today->all.contains(target)) return false;   // Not to run there any more.
  }
  if (result == nullptr) return missed;
  const std::string planned = FormatRfc3339(slot.key.planned);
  result->subject = SubjectOf(schedule);
  result->data = {{"planned", planned}, {"state", store::SlotStateName(slot.state)}};
  if (missed) {
    result->state = checks::State::kWarning;
    result->severity = checks::Severity::kP2;
    result->reason = "missed";
    result->summary =
        InBoth("the run planned for " + planned + " did not happen: " + slot.reason);
    result->data["reason"] = slot.reason;
    result->tags = {"type:operation"};
  } else {
    result->state = checks::State::kOk;
    result->summary = InBoth("the run planned for " + planned + " happened");
  }
  return missed;
}

checks::PlaybookOutcome SelfCheck::LookAt(const World& world, const std::string& target,
                                          Status& failed) {
  checks::PlaybookOutcome outcome;
  outcome.playbook = kId;
  outcome.target = target;
  outcome.started = outcome.finished = clock_.Now();
  outcome.params = Value::object();
  std::set<std::string> schedules = missed_[target];
  for (const schedules::Schedule& schedule : world.schedules.schedules) schedules.insert(schedule.id);
  for (const schedules::Quarantined& bad : world.schedules.quarantined) {
    if (!bad.id.empty()) schedules.insert(bad.id);
  }
  for (const std::string& schedule : schedules) {
    checks::CheckResult result;
    auto missed = IsMissed(world, schedule, target, &result);
    if (!missed.ok()) {
      failed = missed.status();
      return outcome;
    }
    if (!result.subject.name.empty()) outcome.results.push_back(std::move(result));
  }
  if (outcome.results.empty()) {
    checks::CheckResult nothing;
    nothing.subject = SubjectOf("any");
    nothing.state = checks::State::kOk;
    nothing.summary = InBoth("nothing was to run on this target");
    outcome.results.push_back(std::move(nothing));
  }
  const auto count = static_cast<std::int64_t>(outcome.results.size());
  outcome.coverage = {count, count};
  return outcome;
}

Status SelfCheck::Record(const World& world, const std::string& target) {
  Status failed;
  checks::PlaybookOutcome outcome = LookAt(world, target, failed);
  if (!failed.ok()) return failed;
  const Value head = HeadDocument();
  outcome.definition = Sha256Hex(CanonicalJson(head));
  UPKEEP_RETURN_IF_ERROR(store_.SaveDefinition("playbook", kId, outcome.definition, head));
  store::RunStart start;
  start.trigger = "self";
  start.actor = actor_;
  start.version = std::string(Version());
  start.targets.push_back({target, KindOf(world, target), true});
  start.playbooks = {kId};
  start.started = outcome.started;
  start.holder = holder_;
  auto run = store_.StartRun(start);
  if (!run.ok()) return run.status();
  store::RunFinish finish;
  finish.finished = outcome.finished;
  finish.outcomes.push_back(std::move(outcome));
  return store_.FinishRun(*run, finish).status();
}

}  // namespace upkeep::daemon
