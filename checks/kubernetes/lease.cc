// SPDX-License-Identifier: Apache-2.0
#include "checks/kubernetes/lease.h"

namespace upkeep::kubernetes {
namespace {

std::int64_t NumberAt(const Value& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

}  // namespace

LeaseRecord ReadLease(const Value& object) {
  LeaseRecord record;
  if (!object.is_object()) return record;
  const auto spec = object.find("spec");
  if (spec == object.end() || !spec->is_object()) return record;
  record.holder = StringAt(*spec, "holderIdentity");
  record.duration = std::chrono::seconds(NumberAt(*spec, "leaseDurationSeconds"));
  record.acquired = StringAt(*spec, "acquireTime");
  record.renewed = StringAt(*spec, "renewTime");
  record.transitions = NumberAt(*spec, "leaseTransitions");
  return record;
}

void WriteLease(const LeaseRecord& record, Value& object) {
  Value& spec = object["spec"];
  if (!spec.is_object()) spec = Value::object();
  // An empty holder is written as none: API servers refuse an empty one.
  if (record.holder.empty()) {
    spec.erase("holderIdentity");
  } else {
    spec["holderIdentity"] = record.holder;
  }
  spec["leaseDurationSeconds"] = record.duration.count();
  spec["acquireTime"] = record.acquired;
  spec["renewTime"] = record.renewed;
  spec["leaseTransitions"] = record.transitions;
}

std::string MicroTime(Instant instant) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(instant);
  std::string text = FormatRfc3339(whole);
  const std::string micros = std::to_string((instant - whole).count());
  text.pop_back();   // The Z.
  return text + "." + std::string(6 - micros.size(), '0') + micros + "Z";
}

}  // namespace upkeep::kubernetes
