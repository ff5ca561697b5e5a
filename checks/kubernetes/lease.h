// SPDX-License-Identifier: Apache-2.0
//
// A Lease object (coordination.k8s.io/v1), as far as who leads is concerned.
//
// THREADS: plain values and pure functions.

#ifndef UPKEEP_CHECKS_KUBERNETES_LEASE_H_
#define UPKEEP_CHECKS_KUBERNETES_LEASE_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/value.h"

namespace upkeep::kubernetes {

/// What stands in the spec of a Lease. The times are kept as texts: they are shown to people and
/// compared for equality, and never with a clock of ours.
struct LeaseRecord {
  std::string holder;                  ///< Empty: nobody; released.
  std::chrono::seconds duration{0};
  std::string acquired, renewed;
  std::int64_t transitions = 0;
  bool operator==(const LeaseRecord&) const = default;
};

/// What is missing, or of another type, is empty.
LeaseRecord ReadLease(const Value& object);

/// Puts the record into the object's spec; every other key of it stays what it is.
void WriteLease(const LeaseRecord& record, Value& object);

/// "2026-11-26T09:00:00.000000Z": a MicroTime has six digits, whatever they are.
std::string MicroTime(Instant instant);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_LEASE_H_
