// SPDX-License-Identifier: Apache-2.0
//
// Delivers reports and findings, and writes every try down: the delivery before the first one,
// each try's answer after it. What may pass (time-outs, 5xx, 429) is tried again with growing
// pauses; what the receiver refuses is not. One that can't begin is written down as failed.
//
// A process that ends in between leaves the delivery pending in the store until another upkeep
// finds it dead (not_sent.h); delivering the same report again does so under the same idempotency
// key.
//
// THREADS: as the reactor. References outlive the sender and its tasks.

#ifndef UPKEEP_RUNNER_NOTIFY_SENDER_H_
#define UPKEEP_RUNNER_NOTIFY_SENDER_H_

#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/io/reactor.h"
#include "base/task.h"
#include "checks/targets/secrets.h"
#include "reports/model.h"
#include "runner/notify/channel.h"
#include "runner/notify/compose.h"
#include "runner/notify/request.h"
#include "runner/store/deliveries.h"

namespace upkeep::notify {

struct SendOutcome {
  std::string name, destination;     ///< Of the channel.
  /// Ok when it was taken. Otherwise kOutput with the last answer; the store's error when it
  /// could not be written down, whether or not it was sent.
  Status status;
  std::int64_t delivery = 0;         ///< In the store; 0 when it never got there.
  int attempts = 0;
  std::string detail;                ///< Of the last try.
};

class Sender {
 public:
  /// `holder` is this process (run::ProcessHolder).
  Sender(io::Reactor& reactor, store::DeliveryStore& store, checks::Secrets& secrets,
         const Clock& clock, std::string holder)
      : reactor_(reactor), store_(store), secrets_(secrets), clock_(clock), holder_(std::move(holder)) {}

  /// Delivers one message; ends when it was taken or given up. Cancelling `limits` ends it at once,
  /// their deadline before another try that does not fit, never before the first: then it counts as
  /// failed, and says so.
  Task<SendOutcome> Send(Channel channel, Message message, Limits limits);

  /// Renders `model` for each of `names` and delivers to all of them side by side. One outcome
  /// each, in their order; a name that `deliveries` lacks is a kConfig outcome, and stored, too. For the daemon
  /// and the tick. `deliveries` and `model` outlive the task.
  Task<std::vector<SendOutcome>> SendReport(const Deliveries& deliveries,
                                            std::vector<std::string> names,
                                            const reports::ReportModel& model,
                                            std::string language, Limits limits);

 private:
  Task<Result<Credentials>> ReadCredentials(const Channel& channel, Limits limits);
  /// What `outcome` says is why nothing of `model` was sent: that is stored, too.
  void RecordThatNoneBegan(const reports::ReportModel& model, SendOutcome& outcome);
  /// Ends a delivery that has tries left, as failed for `why`.
  Status GiveUp(const std::string& why, SendOutcome& outcome);
  Task<Result<io::TransferResponse>> TryOnce(const Channel& channel, const Message& message,
                                             const std::string& payload, Limits limits);

  io::Reactor& reactor_;
  store::DeliveryStore& store_;
  checks::Secrets& secrets_;
  const Clock& clock_;
  const std::string holder_;
};

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_SENDER_H_
