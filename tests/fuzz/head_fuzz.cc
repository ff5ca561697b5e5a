// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a playbook's file: it loads within its budget or is refused with a sentence, and a head
// that is accepted has what every head has.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/clock.h"
#include "base/lua/place.h"
#include "base/lua/sandbox.h"
#include "checks/model/head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace upkeep;  // NOLINT: a harness is one function.
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  static const FakeClock kClock(*ParseRfc3339("2026-11-26T00:00:00Z"));
  lua::SandboxOptions options;
  options.clock = &kClock;
  options.budget.memory_bytes = std::size_t{4} << 20;
  options.budget.cpu = std::chrono::milliseconds(500);
  const auto sandbox = lua::Sandbox::Create(std::move(options));
  if (!sandbox.ok()) std::abort();
  const Status loaded = (*sandbox)->Load(text, "fuzz.lua");
  if (!loaded.ok()) {
    if (loaded.message().empty() || loaded.code() == Code::kInternal) std::abort();
    return 0;
  }
  const auto data = (*sandbox)->Head();
  if (!data.ok()) return 0;
  std::vector<Status> errors;
  const checks::Head head = checks::ReadHead(
      *data, [&](std::string_view path) { return lua::FindPlace(text, path); }, errors);
  for (const Status& error : errors) {
    if (error.ok() || error.message().empty()) std::abort();
  }
  if (errors.empty() && (head.id.empty() || head.title.en.empty() || head.title.ko.empty())) std::abort();
  return 0;
}
