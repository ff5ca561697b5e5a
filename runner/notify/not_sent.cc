// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/not_sent.h"

#include <utility>

namespace upkeep::notify {
namespace {

// Longer than a try and the longest pause that a receiver may ask for.
constexpr std::chrono::hours kLongestSilence{1};
constexpr std::int64_t kMostAtOnce = 10'000;

std::string MachineOf(const std::string& holder) { return holder.substr(0, holder.find('/')); }

}  // namespace

Result<std::int64_t> RecordNotSent(store::DeliveryStore& store, const std::string& name,
                                   const std::string& subject, store::RunId run, const Status& why) {
  store::Delivery delivery;
  delivery.run = run;
  delivery.subject = subject;
  delivery.channel = "?";
  delivery.destination = name;
  const Result<std::int64_t> added = store.AddDelivery(delivery);
  if (!added.ok()) return added;
  UPKEEP_RETURN_IF_ERROR(store.EndDelivery(*added, why.message()));
  return added;
}

Status EndLostDeliveries(store::DeliveryStore& store, const Clock& clock, const std::string& self,
                         const std::function<bool(const std::string& holder)>& may_live) {
  store::DeliveryFilter pending;
  pending.state = store::DeliveryState::kPending;
  pending.limit = kMostAtOnce;
  const auto deliveries = store.Deliveries(pending);
  if (!deliveries.ok()) return deliveries.status();
  for (const store::Delivery& delivery : *deliveries) {
    if (delivery.holder == self) continue;
    // An older upkeep did not say who it was.
    const bool known = !delivery.holder.empty();
    const bool here = known && MachineOf(delivery.holder) == MachineOf(self);
    if (known && may_live(delivery.holder) && (here || clock.Now() - delivery.changed < kLongestSilence)) continue;
    if (!known && clock.Now() - delivery.changed < kLongestSilence) continue;
    std::string why = "the process that sent it is gone: it is not known whether it arrived";
    if (!delivery.detail.empty()) why += "; before that: " + delivery.detail;
    const Status ended = store.EndDelivery(delivery.id, why);
    // Somebody else who finds the same process dead may be faster.
    if (!ended.ok() && ended.code() != Code::kBusy) return ended;
  }
  return Status::Ok();
}

}  // namespace upkeep::notify
