// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/hold.h"

#include <algorithm>

namespace upkeep::remedy {
namespace {

using schedules::Window;

/// Further ahead no end is looked for.
constexpr std::chrono::hours kLongestHold{24 * 400};

const Window* OpenWindow(const Policy& policy, Instant at) {
  static const zone::Zone kUtc = zone::Zone::Utc();   // Each has its own.
  const auto found = std::find_if(policy.windows.begin(), policy.windows.end(),
                                  [&](const Window& window) { return window.Contains(at, kUtc); });
  return found == policy.windows.end() ? nullptr : &*found;
}

/// When no window is open any more: to the minute, on which windows end. Looks in steps of an hour,
/// so that a gap shorter than that between two windows counts as closed.
Instant EndOfWindows(const Policy& policy, Instant now) {
  Instant at = std::chrono::floor<std::chrono::minutes>(now);
  const Instant last = at + kLongestHold;
  while (at < last && OpenWindow(policy, at + std::chrono::hours(1)) != nullptr) at += std::chrono::hours(1);
  do {
    at += std::chrono::minutes(1);
  } while (at < last && OpenWindow(policy, at) != nullptr);
  return at;
}

}  // namespace

Status CheckHold(store::Store& store, const Policy& policy, const std::string& target, Instant now) {
  if (const Window* const window = OpenWindow(policy, now)) {
    const std::string name = window->Name(), end = FormatRfc3339(EndOfWindows(policy, now));
    return Status(Code::kDenied, window->kind == schedules::WindowKind::kFreeze
                                     ? "the freeze '" + name + "' holds changes back until " + end
                                     : "the blackout '" + name + "' holds changes back until " + end)
        .WithHint("apply it afterwards; windows and calendar in the policy say when");
  }
  store::PauseFilter filter;
  filter.open_only = true;
  const Result<std::vector<store::Pause>> pauses = store.Pauses(filter);
  if (!pauses.ok()) return pauses.status();
  for (const store::Pause& pause : *pauses) {
    // One of a schedule is about when checks run, and no change comes from a schedule.
    if (!pause.schedule.empty() || (!pause.target.empty() && pause.target != target) || pause.End() <= now) continue;
    const std::string what = pause.target.empty() ? "everything" : pause.target;
    return Status(Code::kDenied, pause.until ? what + " is paused until " + FormatRfc3339(*pause.until) + " by " +
                                                   pause.actor.name + ": " + pause.reason
                                             : what + " is paused by " + pause.actor.name + ": " + pause.reason)
        .WithHint("upkeep resume ends the pause");
  }
  return Status::Ok();
}

}  // namespace upkeep::remedy
