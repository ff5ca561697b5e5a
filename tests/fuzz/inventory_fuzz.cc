// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as an inventory: reading ends, and every error has a place in the file.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "checks/targets/inventory.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const auto inventory = checks::ParseInventory(text, "fuzz.yaml");
  if (!inventory.ok()) {
    if (inventory.status().code() != Code::kConfig || inventory.status().message().empty()) std::abort();
    return 0;
  }
  for (const checks::Target& target : inventory->targets) {
    if (target.name.empty() || inventory->Find(target.name) == nullptr) std::abort();
    for (const auto& [name, command] : target.plugins) {
      if (name.empty() || command.empty()) std::abort();
    }
  }
  return 0;
}
