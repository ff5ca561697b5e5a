// SPDX-License-Identifier: Apache-2.0
//
// Slow HTTP servers in a process of their own, so that what they cost is not counted: each on an
// address of its own in 127.50.0.0/16, and each answers a request after the same time.

#ifndef UPKEEP_TESTS_BENCH_WAITING_SLOW_SERVERS_H_
#define UPKEEP_TESTS_BENCH_WAITING_SLOW_SERVERS_H_

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace upkeep::bench {

class SlowServers {
 public:
  /// Starts `count` of them; an empty urls() says that it failed.
  SlowServers(int count, std::chrono::milliseconds delay);
  ~SlowServers();
  SlowServers(const SlowServers&) = delete;
  SlowServers& operator=(const SlowServers&) = delete;
  const std::vector<std::string>& urls() const { return urls_; }

 private:
  pid_t child_ = -1;
  std::vector<std::string> urls_;
};

}  // namespace upkeep::bench

#endif  // UPKEEP_TESTS_BENCH_WAITING_SLOW_SERVERS_H_
