// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/lease_elector.h"

#include <algorithm>
#include <utility>

namespace upkeep::kubernetes {
namespace {

using std::chrono::milliseconds;

const std::string kLeases = "leases";
constexpr milliseconds kLongestPause{2000};
constexpr milliseconds kShortestPause{50};

}  // namespace

bool LeaseElector::Leads() const {
  return holds_ && clock_.SteadyNow() < renewed_ + options_.duration * 2 / 3;
}

milliseconds LeaseElector::UntilNext() const {
  const auto until = [this](SteadyInstant when) {
    return std::max(std::chrono::ceil<milliseconds>(when - clock_.SteadyNow()), kShortestPause);
  };
  const milliseconds again = std::min<milliseconds>(milliseconds(options_.duration) / 8, kLongestPause);
  if (Leads()) {
    const milliseconds over = until(renewed_ + options_.duration * 2 / 3);
    return std::min(failed_ ? again : until(renewed_ + options_.duration / 3), over);
  }
  // Exactly when the other's time is over, not a pause later.
  if (!seen_.holder.empty() && seen_at_) return std::min(again, until(*seen_at_ + seen_.duration));
  return again;
}

std::chrono::microseconds LeaseElector::RequestTime() const {
  // A connection that hangs must leave time for another one.
  const auto most = std::max<milliseconds>(milliseconds(options_.duration) / 6, std::chrono::seconds(1));
  if (!holds_) return most;
  const auto left = renewed_ + options_.duration * 2 / 3 - clock_.SteadyNow();
  return std::clamp<std::chrono::microseconds>(std::chrono::ceil<milliseconds>(left), milliseconds(0), most);
}

bool LeaseElector::Expired() const {
  return seen_at_ && clock_.SteadyNow() >= *seen_at_ + seen_.duration;
}

void LeaseElector::Observe(const LeaseRecord& record) {
  if (seen_at_ && record == seen_) return;
  seen_ = record;
  seen_at_ = clock_.SteadyNow();
}

Task<Result<Value>> LeaseElector::Look(Limits limits) {
  Result<Value> found = co_await client_.Get(kLeases, options_.space, options_.name, limits);
  if (!found.ok() && found.status().code() == Code::kNotFound) {
    Observe(LeaseRecord());
    co_return Value();
  }
  if (found.ok()) Observe(ReadLease(*found));
  co_return found;
}

Task<Status> LeaseElector::Write(Value object, LeaseRecord record, Limits limits) {
  const SteadyInstant begun = clock_.SteadyNow();
  const bool fresh = object.is_null();
  if (fresh) {
    object = {{"apiVersion", "coordination.k8s.io/v1"},
              {"kind", "Lease"},
              {"metadata", {{"name", options_.name}, {"namespace", options_.space}}}};
  }
  WriteLease(record, object);
  object_ = Value();   // Whatever comes of it, the next look is at what the server has.
  Result<Value> written = Value();
  if (fresh) {
    WriteOptions anyhow;
    written = co_await client_.Create(kLeases, options_.space, std::move(object), anyhow, limits);
  } else {
    written = co_await client_.Update(kLeases, options_.space, options_.name, std::move(object), limits);
  }
  if (!written.ok()) co_return written.status();
  object_ = std::move(*written);
  seen_ = std::move(record);
  seen_at_ = clock_.SteadyNow();
  renewed_ = begun;
  co_return Status::Ok();
}

Task<Result<bool>> LeaseElector::Step(std::int64_t above, Limits limits) {
  if (holds_ && !Leads()) {
    // Its time is over, whatever the server says: should it still be ours, a new one begins.
    holds_ = false;
    object_ = Value();
  }
  failed_ = true;
  Status refused;
  // A write that somebody else's overtook is looked into at once; a second refusal waits.
  for (int attempt = 1; attempt <= 2; ++attempt) {
    Value object = object_;
    if (object.is_null()) {
      const Limits own = limits.Within(RequestTime());
      Result<Value> looked = co_await Look(own);
      if (!looked.ok()) co_return refused.ok() ? looked.status() : refused;
      object = std::move(*looked);
    }
    const bool ours = seen_.holder == options_.identity;
    const bool renews = holds_ && ours && seen_.transitions == transitions_ && !object.is_null();
    if (!renews) {
      holds_ = false;
      if (!seen_.holder.empty() && !ours && !Expired()) {
        failed_ = false;
        co_return false;
      }
    }
    LeaseRecord record = seen_;
    record.holder = options_.identity;
    record.duration = options_.duration;
    record.renewed = MicroTime(clock_.Now());
    if (!renews) {
      record.acquired = record.renewed;
      record.transitions = std::max(seen_.transitions, above) + 1;
    }
    const std::int64_t transitions = record.transitions;
    const Limits own = limits.Within(RequestTime());
    refused = co_await Write(std::move(object), std::move(record), own);
    if (refused.ok()) {
      holds_ = true;
      transitions_ = transitions;
      failed_ = false;
      co_return Leads();
    }
    if (refused.code() == Code::kCancelled) co_return refused;
  }
  co_return refused;
}

Task<Status> LeaseElector::Release(Limits limits) {
  if (!holds_) co_return Status::Ok();
  holds_ = false;
  const Limits own = limits.Within(options_.duration / 3);
  Status written;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    Value object = object_;
    if (object.is_null()) {
      Result<Value> looked = co_await Look(own);
      if (!looked.ok()) co_return looked.status();
      object = std::move(*looked);
    }
    // Gone, or somebody else's by now: nothing is to be given back.
    const bool ours = seen_.holder == options_.identity && seen_.transitions == transitions_;
    if (object.is_null() || !ours) co_return Status::Ok();
    LeaseRecord record = seen_;
    record.holder.clear();
    record.renewed = MicroTime(clock_.Now());
    written = co_await Write(std::move(object), std::move(record), own);
    if (written.ok()) co_return written;
  }
  co_return written;
}

}  // namespace upkeep::kubernetes
