// SPDX-License-Identifier: Apache-2.0
//
// Writes October and November 2026 (days of Asia/Seoul) into a new store, through the store's own
// methods and a clock that is moved: what tests/e2e/report.sh and tests/bench read back.
//
//   two_months STORE [NODES PODS]     small months by default; the bench asks for 100 and 1000
//
// Every state of a slot and of a plan is there, and names that try to be markup, to turn the
// reading direction, or never to end.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/bench/months/two_months.h"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: two_months STORE [NODES PODS]\n");
    return 64;
  }
  upkeep::store::MonthSize size;
  if (argc == 4) {
    size.nodes = std::atoi(argv[2]);
    size.pods = std::atoi(argv[3]);
  }
  upkeep::store::TwoMonths months(argv[1], size);
  months.Write();
  std::printf("%s: %d nodes, %d pods, 61 days\n", argv[1], size.nodes, size.pods);
  return 0;
}
