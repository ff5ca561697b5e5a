// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a plugin's output: every piece of perfdata is read or told as broken, and numbers are
// finite.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <cmath>

#include "checks/plugin/output.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const plugin::Output output = plugin::ReadOutput(text);
  if (output.text.find('\n') != std::string::npos) std::abort();
  if (output.perfdata.values.size() > plugin::kMostValues) std::abort();
  for (const plugin::PerfValue& value : output.perfdata.values) {
    if (value.label.empty() || value.unit.empty()) std::abort();
    if (value.value && !std::isfinite(*value.value)) std::abort();
    for (const auto& range : {value.warning, value.critical}) {
      if (range && range->low && range->high && *range->low > *range->high) std::abort();
    }
  }
  return 0;
}
