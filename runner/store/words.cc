// SPDX-License-Identifier: Apache-2.0
// Names and arrows of the state machines, and other words that need no database.
#include <algorithm>
#include <array>
#include <utility>

#include "runner/store/store.h"

namespace upkeep::store {
namespace {

constexpr std::array<std::string_view, 12> kSlotStates = {
    "planned", "queued",   "running",    "on_time", "late",        "missed",
    "cancelled", "blackout", "overlapped", "paused",  "interrupted", "superseded"};
constexpr std::array<std::string_view, 11> kPlanStates = {
    "pending",  "approved", "denied",  "expired",  "cancelled", "applying",
    "applied", "failed",   "unknown", "verified", "unverified"};

}  // namespace

std::string_view RunStateName(RunState state) {
  switch (state) {
    case RunState::kRunning: return "running";
    case RunState::kFinished: return "finished";
    case RunState::kCancelled: return "cancelled";
    case RunState::kInterrupted: return "interrupted";
  }
  return "running";
}

std::string_view SlotStateName(SlotState state) {
  return kSlotStates[static_cast<std::size_t>(state)];
}

Result<SlotState> SlotStateFromName(std::string_view name) {
  const auto found = std::find(kSlotStates.begin(), kSlotStates.end(), name);
  if (found != kSlotStates.end()) return static_cast<SlotState>(found - kSlotStates.begin());
  return Status(Code::kInvalid, "'" + std::string(name) + "' is no state of a slot");
}

bool MayMove(SlotState from, SlotState to) {
  using S = SlotState;
  const bool parked = to == S::kMissed || to == S::kCancelled || to == S::kBlackout ||
                      to == S::kOverlapped || to == S::kPaused || to == S::kSuperseded;
  switch (from) {
    case S::kPlanned: return parked || to == S::kQueued || to == S::kRunning;
    case S::kQueued: return parked || to == S::kRunning;
    case S::kRunning:
      return to == S::kOnTime || to == S::kLate || to == S::kCancelled || to == S::kInterrupted;
    case S::kInterrupted: return to == S::kRunning || to == S::kCancelled;
    case S::kMissed: return to == S::kRunning;
    case S::kSuperseded: return to == S::kPlanned;
    default: return false;
  }
}

std::string_view PlanStateName(PlanState state) {
  return kPlanStates[static_cast<std::size_t>(state)];
}

bool MayMove(PlanState from, PlanState to) {
  using S = PlanState;
  switch (from) {
    case S::kPending:
      return to == S::kApproved || to == S::kDenied || to == S::kExpired || to == S::kCancelled;
    case S::kApproved: return to == S::kApplying || to == S::kExpired || to == S::kCancelled;
    case S::kApplying: return to == S::kApplied || to == S::kFailed || to == S::kUnknown;
    case S::kApplied:
    case S::kUnknown: return to == S::kVerified || to == S::kUnverified;
    default: return false;
  }
}

std::string_view ActionStateName(ActionState state) {
  switch (state) {
    case ActionState::kIntended: return "intended";
    case ActionState::kDone: return "done";
    case ActionState::kFailed: return "failed";
    case ActionState::kUnknown: return "unknown";
  }
  return "unknown";
}

std::string_view DeliveryStateName(DeliveryState state) {
  switch (state) {
    case DeliveryState::kPending: return "pending";
    case DeliveryState::kSent: return "sent";
    case DeliveryState::kFailed: return "failed";
  }
  return "pending";
}

bool GlobMatches(std::string_view glob, std::string_view text) {
  std::size_t g = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g, ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::string Fingerprint(const std::string& playbook, const std::string& target,
                        const std::string& subject) {
  // A line each, so that no two triples give the same text.
  return Sha256Hex(playbook + "\n" + target + "\n" + subject);
}

}  // namespace upkeep::store
