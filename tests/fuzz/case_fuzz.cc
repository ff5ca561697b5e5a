// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a case file: reading ends, and no case is accepted that could not fail.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runner/run/case_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto file = run::ReadCaseText(text, "fuzz.case.json");
  if (!file.ok()) {
    if (file.status().code() != Code::kInvalid) std::abort();
    return 0;
  }
  if (file->cases.empty()) std::abort();
  for (const run::Case& one : file->cases) {
    if (one.name.empty() || one.expect["results"].empty() || !one.target.is_object()) std::abort();
    for (const run::RecordedCall& call : one.calls) (void)call.ToValue();
  }
  return 0;
}
