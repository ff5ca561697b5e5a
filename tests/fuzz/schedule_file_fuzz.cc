// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a schedule file: the YAML reader and the schedule reader return, and every error
// has a place inside the file.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "schedules/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  static const Instant kNow = *ParseRfc3339("2026-11-21T00:00:00Z");
  const auto file = schedules::ReadScheduleText(
      std::string(reinterpret_cast<const char*>(bytes), size), "fuzz.yaml", kNow);
  if (!file.ok()) {
    if (file.status().code() != Code::kInvalid || !file.status().place()) std::abort();
    return 0;
  }
  for (const auto& quarantined : file->quarantined) {
    if (quarantined.errors.empty()) std::abort();
    for (const Status& error : quarantined.errors) {
      if (!error.place() || error.place()->line < 1 || error.place()->column < 1) std::abort();
    }
  }
  return 0;
}
