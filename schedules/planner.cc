// SPDX-License-Identifier: Apache-2.0
#include "schedules/planner.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/value.h"
#include "base/zone/zone.h"

namespace upkeep::schedules {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::seconds;
using std::chrono::sys_days;

/// A share of `span` from 0 to below 1, by `key` only.
microseconds ShareOf(microseconds span, const std::string& key) {
  if (span < seconds(1)) return microseconds(0);
  const auto whole = static_cast<std::uint64_t>(floor<seconds>(span).count());
  const std::uint64_t hash = std::stoull(Sha256Hex(key).substr(0, 15), nullptr, 16);
  return seconds(hash % whole);
}

long SecondsOf(Instant instant) { return floor<seconds>(instant).time_since_epoch().count(); }

DayPlan PlanDay(const Schedule& schedule, sys_days day, Instant after,
                std::optional<Instant>& next) {
  DayPlan plan{.day = day, .count = 0, .hash = ""};
  std::string instants;
  for (; next && *next < Instant(day + days(1)); next = NextPlanned(schedule, *next)) {
    if (*next <= after) continue;
    instants += std::to_string(SecondsOf(*next)) + "\n";
    ++plan.count;
  }
  plan.hash = Sha256Hex(instants);
  return plan;
}

std::string OpenText(const Window& window) {
  if (window.kind == WindowKind::kFreeze) return "now is the freeze '" + window.Name() + "'";
  return "now is the blackout '" + window.Name() + "'";
}

}  // namespace

std::string BlackoutReason(const Window& window) {
  if (window.kind == WindowKind::kFreeze) {
    return "its start lies in the freeze '" + window.Name() + "'";
  }
  return "its start lies in the blackout '" + window.Name() + "'";
}

Instant StartOf(const Schedule& schedule, Instant planned_at) {
  const std::string slot = schedule.id + "@" + std::to_string(SecondsOf(planned_at));
  return planned_at + ShareOf(schedule.splay, schedule.id) + ShareOf(schedule.jitter, slot);
}

std::vector<Instant> PlannedBetween(const Schedule& schedule, Instant after, Instant until,
                                    std::size_t max) {
  std::vector<Instant> instants;
  for (auto next = NextPlanned(schedule, after);
       next && *next <= until && instants.size() < max; next = NextPlanned(schedule, *next)) {
    instants.push_back(*next);
  }
  return instants;
}

Plan PlanAhead(const Schedule& schedule, const std::vector<std::string>& targets, Instant now,
               const Limits& limits) {
  Plan plan{.definition = schedule.definition, .tzdata = zone::TzdataVersion(), .days = {},
            .slots = {}, .cut = false};
  if (!schedule.enabled) return plan;
  // The day plans start at the day's first instant, so that they are the same however often a
  // day they are made; the slots start after now.
  const sys_days today = floor<days>(now);
  const Instant before_today = Instant(today) - microseconds(1);
  std::optional<Instant> next = NextPlanned(schedule, before_today);
  for (sys_days day = today; day < today + limits.ahead; day += days(1)) {
    plan.days.push_back(PlanDay(schedule, day, before_today, next));
  }
  if (targets.empty()) return plan;
  const std::size_t most = static_cast<std::size_t>(std::max(0, limits.rows)) / targets.size();
  const auto instants = PlannedBetween(schedule, now, now + limits.rows_ahead, most + 1);
  plan.cut = instants.size() > most;
  for (std::size_t i = 0; i < std::min(most, instants.size()); ++i) {
    for (const std::string& target : targets) {
      plan.slots.push_back({.schedule = schedule.id,
                            .target = target,
                            .planned_at = instants[i],
                            .starts_at = StartOf(schedule, instants[i])});
    }
  }
  return plan;
}

std::vector<Decision> Decide(const Schedule& schedule, const std::vector<Instant>& open,
                             Instant now) {
  const CatchUpRule& rule = schedule.catch_up;
  int left = rule.mode == CatchUp::kNone ? 0 : rule.mode == CatchUp::kLast ? 1 : rule.limit;
  const Window* const closed = WindowAt(schedule, now);
  std::vector<Decision> decisions(open.size());
  // From the newest to the oldest: the newest ones are worth catching up.
  for (std::size_t i = open.size(); i-- > 0;) {
    Decision& decision = decisions[i];
    decision.planned_at = open[i];
    const Instant start = StartOf(schedule, open[i]);
    if (now < start) continue;
    if (const Window* const window = WindowAt(schedule, start)) {
      decision.verdict = Verdict::kBlackout;
      decision.reason = BlackoutReason(*window);
    } else if (now - start <= schedule.grace && closed != nullptr) {
      decision.verdict = Verdict::kBlackout;
      decision.reason = "it is late, and " + OpenText(*closed);
    } else if (now - start <= schedule.grace) {
      decision.verdict = Verdict::kStart;
      // A slot that starts now stands for those before it: `last` has nothing left to run.
      if (rule.mode == CatchUp::kLast) left = 0;
    } else if (rule.mode == CatchUp::kNone) {
      decision.verdict = Verdict::kMissed;
      decision.reason = "not started within " + FormatDuration(schedule.grace) +
                        ", and catch-up is none";
    } else if (now - open[i] > rule.max_age) {
      decision.verdict = Verdict::kMissed;
      decision.reason = "older than the catch-up age of " + FormatDuration(rule.max_age);
    } else if (closed != nullptr) {
      decision.verdict = Verdict::kMissed;
      decision.reason = "not started within " + FormatDuration(schedule.grace) + ", and " +
                        OpenText(*closed);
    } else if (left <= 0) {
      decision.verdict = Verdict::kMissed;
      decision.reason = rule.mode == CatchUp::kLast
                            ? "a later slot runs in its place (catch-up is last)"
                            : "more were missed than the catch-up limit of " +
                                  std::to_string(rule.limit);
    } else {
      decision.verdict = Verdict::kCatchUp;
      --left;
    }
  }
  return decisions;
}

Punctuality Judge(const Schedule& schedule, Instant planned_at, Instant started_at,
                  microseconds tolerance) {
  const microseconds late = started_at - StartOf(schedule, planned_at);
  if (late <= std::min(tolerance, schedule.grace)) return Punctuality::kOnTime;
  return late <= schedule.grace ? Punctuality::kLate : Punctuality::kMissed;
}

OverlapVerdict DecideOverlap(const OverlapRule& rule, int running, int queued) {
  if (running <= 0) return OverlapVerdict::kStart;
  switch (rule.mode) {
    case OverlapMode::kAllow: return OverlapVerdict::kStart;
    case OverlapMode::kForbid: return OverlapVerdict::kOverlapped;
    case OverlapMode::kReplace: return OverlapVerdict::kReplace;
    case OverlapMode::kQueue:
      return queued < rule.queue_limit ? OverlapVerdict::kQueue : OverlapVerdict::kOverlapped;
  }
  return OverlapVerdict::kOverlapped;
}

std::optional<microseconds> RetryDelay(const RetryRule& rule, int attempt) {
  if (attempt < 1 || attempt > rule.attempts) return std::nullopt;
  microseconds delay = rule.backoff;
  for (int i = 1; i < attempt && delay < rule.cap; ++i) delay *= 2;
  return std::min(delay, rule.cap);
}

std::optional<std::string> SharedTarget(const Schedule& a, const Schedule& b) {
  if (a.targets.empty() || b.targets.empty()) {
    const std::vector<std::string>& named = a.targets.empty() ? b.targets : a.targets;
    return named.empty() ? "" : named.front();
  }
  for (const std::string& target : a.targets) {
    if (std::find(b.targets.begin(), b.targets.end(), target) != b.targets.end()) return target;
  }
  return std::nullopt;
}

namespace {

/// Whether `other` starts in the minute in which `schedule` starts for `planned`, and no window stops either.
bool StartsBeside(const Schedule& schedule, const Schedule& other, Instant planned) {
  const Instant start = StartOf(schedule, planned);
  if (WindowAt(schedule, start) != nullptr) return false;
  const auto minute = floor<std::chrono::minutes>(start);
  // Splay and jitter move a start forward only.
  const Instant after = Instant(minute) - other.splay - other.jitter - microseconds(1);
  for (auto at = NextPlanned(other, after); at && *at < Instant(minute) + std::chrono::minutes(1);
       at = NextPlanned(other, *at)) {
    const Instant beside = StartOf(other, *at);
    if (floor<std::chrono::minutes>(beside) == minute && WindowAt(other, beside) == nullptr) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> ClashesAt(const std::vector<Schedule>& schedules, const Schedule& heavy,
                                   Instant planned_at) {
  std::vector<std::string> ids;
  if (!heavy.heavy || !heavy.enabled) return ids;
  for (const Schedule& other : schedules) {
    if (other.id == heavy.id || !other.heavy || !other.enabled || !SharedTarget(heavy, other)) continue;
    if (StartsBeside(heavy, other, planned_at)) ids.push_back(other.id);
  }
  return ids;
}

microseconds RetryLimit(const Schedule& schedule) {
  microseconds limit = schedule.grace + schedule.deadline;
  for (int attempt = 1; const auto delay = RetryDelay(schedule.retry, attempt); ++attempt) {
    limit += *delay + schedule.deadline;
  }
  return schedule.catch_up.mode == CatchUp::kNone ? limit : limit + schedule.catch_up.max_age;
}

std::vector<Clash> FindClashes(const std::vector<Schedule>& schedules, Instant now, days ahead) {
  // Of the rarer of two every start is looked at, and beside each of them the other's: a job of every
  // minute has too many starts to walk through them all.
  constexpr std::size_t kMaxInstants = 10'000;
  struct Heavy {
    const Schedule* schedule;
    std::vector<Instant> planned;
  };
  std::vector<Heavy> heavy;
  for (const Schedule& schedule : schedules) {
    if (!schedule.heavy || !schedule.enabled) continue;
    heavy.push_back({&schedule, PlannedBetween(schedule, now, now + ahead, kMaxInstants)});
  }
  std::vector<Clash> clashes;
  for (std::size_t i = 0; i < heavy.size(); ++i) {
    for (std::size_t j = i + 1; j < heavy.size(); ++j) {
      const Schedule &a = *heavy[i].schedule, &b = *heavy[j].schedule;
      const auto target = SharedTarget(a, b);
      if (a.id == b.id || !target) continue;
      const bool a_is_rarer = heavy[i].planned.size() <= heavy[j].planned.size();
      const Schedule &rare = a_is_rarer ? a : b, &other = a_is_rarer ? b : a;
      for (const Instant planned : (a_is_rarer ? heavy[i] : heavy[j]).planned) {
        if (!StartsBeside(rare, other, planned)) continue;
        const auto at = floor<std::chrono::minutes>(StartOf(rare, planned));
        clashes.push_back({.first = a.id, .second = b.id, .target = *target, .at = at});
        break;
      }
    }
  }
  std::stable_sort(clashes.begin(), clashes.end(), [](const Clash& a, const Clash& b) { return a.at < b.at; });
  return clashes;
}

}  // namespace upkeep::schedules
