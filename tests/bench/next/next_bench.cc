// SPDX-License-Identifier: Apache-2.0
//
// Ours beside the rivals: Next() of a CronExpression.
// Prints `<name> <nanoseconds>` for each line of cases.txt: `<name> <zone> <expression>`.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "schedules/cron.h"

int main(int argc, char** argv) {
  using namespace upkeep;
  if (argc != 2) {
    std::fprintf(stderr, "usage: next_bench CASES\n");
    return 64;
  }
  std::ifstream cases(argv[1]);
  std::string name, zone_name, text;
  while (cases >> name >> zone_name && std::getline(cases >> std::ws, text)) {
    schedules::CronOptions options;
    const Result<zone::Zone> zone = zone::Zone::Load(zone_name);
    if (zone.ok()) options.zone = *zone;
    const auto expression = schedules::CronExpression::Parse(text, options);
    if (!zone.ok() || !expression.ok()) {
      std::printf("%s unsupported\n", name.c_str());
      continue;
    }
    const Instant start = Instant(std::chrono::seconds(1767225600));  // 2026-01-01
    const Instant end = start + std::chrono::hours(24 * 365 * 40);
    Instant at = start;
    long calls = 0;
    const auto begun = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(200)) {
      for (int i = 0; i < 50; ++i, ++calls) {
        const auto next = expression->Next(at);
        at = next && *next < end ? *next : start;
      }
    }
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begun;
    std::printf("%s %.1f\n", name.c_str(), spent.count() / static_cast<double>(calls));
  }
  return 0;
}
