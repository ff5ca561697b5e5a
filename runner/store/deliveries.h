// SPDX-License-Identifier: Apache-2.0
//
// Deliveries: a report or findings on the way to somebody. Each try is kept.
//
// THREADS: as Store.

#ifndef UPKEEP_RUNNER_STORE_DELIVERIES_H_
#define UPKEEP_RUNNER_STORE_DELIVERIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "runner/store/runs.h"

namespace upkeep::store {

enum class DeliveryState { kPending, kSent, kFailed };
std::string_view DeliveryStateName(DeliveryState state);   ///< "pending", "sent", "failed"

struct Delivery {
  std::int64_t id = 0;             ///< Given by AddDelivery.
  RunId run = 0;                   ///< 0 for reports of a period.
  std::string subject;             ///< What is delivered: "report daily", "findings".
  std::string channel;             ///< "webhook", "smtp", "s3".
  std::string destination;         ///< For people, without credentials.
  std::string content_hash;        ///< SHA-256 of the bytes sent.
  DeliveryState state = DeliveryState::kPending;
  std::string detail;              ///< Of the last try.
  int attempts = 0;
  Instant created{}, changed{};
  std::string holder;              ///< The process that sends it; "" of what an older upkeep began.
};

struct DeliveryAttempt {
  DeliveryState state = DeliveryState::kSent;   ///< kPending: failed, and will be tried again.
  std::string detail;              ///< What the other side answered, or why not.
};

struct DeliveryFilter {
  std::optional<DeliveryState> state;
  RunId run = 0;                   ///< 0: any.
  std::int64_t limit = 200;        ///< Newest first.
};

class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;
  virtual Result<std::int64_t> AddDelivery(const Delivery& delivery) = 0;
  /// kBusy when it has been sent or given up already.
  virtual Status RecordDeliveryAttempt(std::int64_t delivery, const DeliveryAttempt& attempt) = 0;
  /// Ends a pending one as failed with no further try, and none is counted; kBusy as above.
  virtual Status EndDelivery(std::int64_t delivery, const std::string& why) = 0;
  virtual Result<std::vector<Delivery>> Deliveries(const DeliveryFilter& filter) = 0;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_DELIVERIES_H_
