// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/recovery.h"

#include <map>

#include "runner/notify/not_sent.h"

namespace upkeep::daemon {
namespace {

using std::chrono::microseconds;

// Beyond the deadline: time to end, to store, and for clocks that differ.
constexpr microseconds kPastDeadline = std::chrono::minutes(10);

std::string Machine(const std::string& holder) { return holder.substr(0, holder.find('/')); }

class Judge {
 public:
  Judge(const RecoveryOptions& options, Instant now) : options_(options), now_(now) {}

  /// Why the holder of something is taken for dead; "" when it is not.
  std::string Verdict(const std::string& holder, const std::string& schedule, Instant since,
                      bool mine, std::int64_t fence) const {
    if (fence > 0 && fence < options_.fence) {
      return "another daemon leads since (fence " + std::to_string(options_.fence) + " after " +
             std::to_string(fence) + ")";
    }
    if (holder == options_.holder) {
      return mine || !options_.judge_own ? "" : "its end could not be stored";
    }
    if (!options_.may_live(holder)) return "the process that ran it is gone";
    if (Machine(holder) == Machine(options_.holder)) return "";
    const microseconds allowed = options_.deadline(schedule) + kPastDeadline;
    if (now_ - since <= allowed) return "";
    return "nothing was heard of its process on " + Machine(holder) + " for " +
           FormatDuration(std::chrono::floor<std::chrono::seconds>(now_ - since));
  }

 private:
  const RecoveryOptions& options_;
  Instant now_;
};

/// Somebody else who finds the same holder dead may be faster; that is as good.
Status UnlessBusy(Status status, int& count) {
  if (status.ok()) ++count;
  return status.code() == Code::kBusy ? Status::Ok() : status;
}

}  // namespace

Result<Recovered> InterruptDead(store::Store& store, const Clock& clock,
                                const RecoveryOptions& options) {
  Recovered recovered;
  const Judge judge(options, clock.Now());
  auto attempts = store.OpenAttempts();
  if (!attempts.ok()) return attempts.status();
  std::set<store::RunId> own_runs;
  std::map<store::RunId, std::int64_t> fences;   // Of a run: that of its attempts.
  for (const store::Attempt& attempt : *attempts) {
    if (options.own_attempts.contains(attempt.id)) own_runs.insert(attempt.run);
    if (attempt.run != 0) fences[attempt.run] = attempt.fence;
  }
  store::RunFilter open_runs;
  open_runs.state = store::RunState::kRunning;
  open_runs.limit = 10'000;
  open_runs.self_checks = true;
  auto runs = store.Runs(open_runs);
  if (!runs.ok()) return runs.status();
  for (const store::RunRecord& run : *runs) {
    const std::string dead = judge.Verdict(run.holder, run.schedule, run.started,
                                           own_runs.contains(run.id), fences[run.id]);
    if (dead.empty()) continue;
    UPKEEP_RETURN_IF_ERROR(UnlessBusy(store.InterruptRun(run.id, dead), recovered.runs));
  }
  for (const store::Attempt& attempt : *attempts) {
    if (attempt.run != 0) continue;   // Ends with its run, above.
    const std::string dead = judge.Verdict(attempt.holder, attempt.key.schedule, attempt.claimed,
                                           options.own_attempts.contains(attempt.id), attempt.fence);
    if (dead.empty()) continue;
    const store::AttemptEnd end{attempt.id, store::SlotState::kInterrupted, dead};
    UPKEEP_RETURN_IF_ERROR(UnlessBusy(store.FinishSlot(end, options.actor), recovered.attempts));
  }
  UPKEEP_RETURN_IF_ERROR(notify::EndLostDeliveries(store, clock, options.holder, options.may_live));
  return recovered;
}

}  // namespace upkeep::daemon
