// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/exit_codes.h"

namespace upkeep::cli {
namespace {

constexpr ExitCode kExitCodes[] = {
    {0, "ok"},
    {1, "a warning"},
    {2, "something critical"},
    {3, "unknown: something could not be looked at, a slot was missed, or coverage is below its floor"},
    {64, "wrong usage: a flag or an argument"},
    {65, "a bad playbook, schedule, case or other data"},
    {69, "no target answered at all"},
    {70, "a fault inside upkeep"},
    {73, "an output could not be written"},
    {74, "the store is unreadable, corrupt, full or not writable"},
    {75, "a second daemon, or maintenance of the store, is in progress"},
    {77, "denied: this person may not do it"},
    {78, "a bad inventory, kubeconfig or setting"},
    {80, "an approval is still pending"},
    {81, "an approval was denied or has expired"},
    {82, "evidence does not verify"},
    {130, "interrupted (SIGINT)"},
    {141, "the reader of standard output went away (SIGPIPE)"},
    {143, "ended (SIGTERM)"},
};

// A fault that hides most of the others comes first.
constexpr int kWorstFirst[] = {70, 78, 74, 73, 65, 64, 77, 82, 81, 75, 80, 69, 143, 141, 130, 2, 1, 3, 0};

}  // namespace

int WorseExit(int a, int b) {
  for (const int code : kWorstFirst) {
    if (a == code || b == code) return code;
  }
  return a;
}

std::span<const ExitCode> ExitCodes() { return kExitCodes; }

int ExitOf(checks::State state) {
  switch (state) {
    case checks::State::kOk:
    case checks::State::kSkipped: return 0;
    case checks::State::kWarning: return 1;
    case checks::State::kCritical: return 2;
    case checks::State::kUnknown: return 3;
  }
  return 3;
}

int ExitOf(const Status& status) {
  switch (status.code()) {
    case Code::kOk: return 0;
    case Code::kUsage: return 64;
    case Code::kInvalid:
    case Code::kUndeclared:   // A bad playbook, as is one that spends all that it has.
    case Code::kBudget:
    case Code::kNotFound: return 65;
    case Code::kUnreachable:
    case Code::kTimeout: return 69;
    case Code::kOutput: return 73;
    case Code::kStore: return 74;
    case Code::kBusy: return 75;
    case Code::kDenied:
    case Code::kNotPermitted: return 77;
    case Code::kConfig: return 78;
    case Code::kPending: return 80;
    case Code::kNotApproved: return 81;
    case Code::kEvidence: return 82;
    case Code::kCancelled: return 130;
    case Code::kError:
    case Code::kNoData:
    case Code::kTruncated:
    case Code::kStale: return 3;
    case Code::kInternal: return 70;
  }
  return 70;
}

}  // namespace upkeep::cli
