// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as what a playbook's process sends: a message within its bounds or none, and records that
// are accepted make an outcome that a store can take.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "runner/isolate/frame.h"
#include "runner/isolate/message.h"
#include "runner/isolate/record_check.h"
#include "runner/run/outcome.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  isolate::FrameReader reader({std::size_t{1} << 20, 10'000});
  reader.Feed({reinterpret_cast<const char*>(bytes), size});
  isolate::RecordCheck check;
  std::vector<Value> accepted;
  for (;;) {
    const auto message = reader.Next();
    if (!message.ok() && message.status().message().empty()) std::abort();
    if (!message.ok() || !message->has_value()) break;
    if (!(**message).is_object() || reader.last_size() > size) std::abort();
    (void)isolate::StatusFromValue((**message).value("status", Value()));
    for (const Value& record : (**message).value("records", Value::array())) {
      if (check.Accepts(record)) accepted.push_back(record);
    }
  }
  checks::PlaybookOutcome outcome;
  checks::Subject target;
  target.kind = "Target";
  target.name = "it";
  run::FillOutcome({}, std::move(accepted), Status::Ok(), target, Redactor(), outcome);
  if (outcome.results.empty() || outcome.coverage.observed > outcome.coverage.attempted) std::abort();
  for (const checks::Metric& metric : outcome.metrics) {
    if (!std::isfinite(metric.value) || metric.name.empty()) std::abort();
  }
  return 0;
}
