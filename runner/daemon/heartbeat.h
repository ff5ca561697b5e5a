// SPDX-License-Identifier: Apache-2.0
//
// Heartbeats: tells a healthchecks-style service that a run begins and how it ended, so that
// somebody outside notices when nothing runs at all. Each is a POST with the run's id (`rid`), and
// is written down as a delivery whether or not it got through. A heartbeat that fails never
// changes a run.
//
//   URL/start   a run begins          URL       it ended well
//   URL/N       it ended with exit code N (as the schedule's exitOn counts it)
//   URL/fail    it was cancelled, or its end could not be stored
//
// THREADS: as the reactor. References outlive the heartbeats and their tasks.

#ifndef UPKEEP_RUNNER_DAEMON_HEARTBEAT_H_
#define UPKEEP_RUNNER_DAEMON_HEARTBEAT_H_

#include <string>
#include <utility>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/status.h"
#include "base/task.h"
#include "checks/targets/secrets.h"
#include "reports/model.h"
#include "runner/store/deliveries.h"
#include "schedules/schedule.h"

namespace upkeep::daemon {

struct Beat {
  schedules::Heartbeat to;
  std::string schedule;
  store::RunId run = 0;          ///< 0: it has no number yet, or got none.
  std::string id;                ///< A UUID, the same for the start and the end of a run.
  std::string signal;            ///< "start", "success", "fail", or an exit code.
  std::string body;              ///< Cut to kMaxBody.
};

class Heartbeats {
 public:
  static constexpr std::size_t kMaxBody = 10'000;

  /// `holder` is this process (run::ProcessHolder).
  Heartbeats(io::Reactor& reactor, store::DeliveryStore& store, checks::Secrets& secrets,
             const Clock& clock, std::string holder)
      : reactor_(reactor), store_(store), secrets_(secrets), clock_(clock), holder_(std::move(holder)) {}

  /// Ends when it was taken or given up: kOutput with the last answer, the error of a secret that
  /// can't be read, or the store's. Its address is known to the redactor from then on.
  Task<Status> Send(Beat beat, Limits limits);

 private:
  Task<Result<std::string>> Address(schedules::Heartbeat to, Limits limits);

  io::Reactor& reactor_;
  store::DeliveryStore& store_;
  checks::Secrets& secrets_;
  const Clock& clock_;
  const std::string holder_;
};

/// A random one (version 4).
std::string NewUuid();

/// The address of one signal: its path goes before a query that the url may have.
std::string BeatUrl(const std::string& url, const std::string& signal, const std::string& id);

/// "success" or the code's number: what of `totals` counts is `exit_on`'s business.
std::string SignalOf(const reports::StateTotals& totals, bool no_target_answered,
                     const std::string& exit_on);

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_HEARTBEAT_H_
