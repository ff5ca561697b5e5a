// SPDX-License-Identifier: Apache-2.0
//
// The policy gate: what may be planned and applied here, as data. Everything has a safe default;
// a policy.yaml may only say otherwise, never less than one approval.
//
//     format: 1
//     mode: propose            # or off: nothing is planned, nothing applied
//     risk_cap: medium         # low, medium or high; irreversible changes are always refused
//     changes_per_plan: 5
//     open_plans: 10
//     approvals: {low: 1, medium: 1, high: 2}
//     expires_after: 24h
//     cool_down: 10m           # after a plan was applied, before the next for the same thing
//     max_a_day: 5             # plans that are applied for the same thing
//     time_zone: Asia/Seoul    # of the windows
//     windows: [{days: fri-sun, from: "18:00", to: "08:00", reason: weekend}]   # nothing is applied
//     calendar: kr             # its blackouts and freezes; found as a schedule file's is
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_REMEDY_POLICY_H_
#define UPKEEP_RUNNER_REMEDY_POLICY_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/value.h"
#include "checks/model/head.h"
#include "schedules/window.h"

namespace upkeep::remedy {

enum class Mode { kOff, kPropose };

struct Policy {
  Mode mode = Mode::kPropose;
  checks::Risk risk_cap = checks::Risk::kMedium;
  std::int64_t changes_per_plan = 5;
  std::int64_t open_plans = 10;
  int approvals_low = 1, approvals_medium = 1, approvals_high = 2;
  std::chrono::microseconds expires_after{std::chrono::hours(24)};
  std::chrono::microseconds cool_down{std::chrono::minutes(10)};
  std::int64_t max_a_day = 5;
  /// In which nothing is applied, the calendar's among them; each has its zone.
  std::vector<schedules::Window> windows;
  std::vector<std::string> files;   ///< That say so; none: these are the defaults.

  /// Different people who must approve a plan of this risk.
  int ApprovalsFor(checks::Risk risk) const;
  /// For the plan's document, so that who approves sees under which policy it was made.
  Value ToValue() const;
};

/// Every error of the file at once, each with its place (kConfig).
Result<Policy> ParsePolicy(std::string text, const std::string& file);
/// What the file does not say is as in `otherwise`, but for mode and windows.
Result<Policy> ReadPolicy(const std::string& path, const Policy& otherwise = Policy());

/// Whether the policy lets a remedy of this risk through, to be planned or to be applied:
/// kDenied says which line of the policy refuses.
Status GateRisk(const Policy& policy, checks::Risk risk);
/// Whether a plan with so many changes may be added while so many others are open.
Status GateSize(const Policy& policy, std::int64_t changes, std::int64_t open_plans);

Result<checks::Risk> RiskFromName(const std::string& name);   ///< kInvalid

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_POLICY_H_
