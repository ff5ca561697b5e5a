// SPDX-License-Identifier: Apache-2.0
//
// The threads of the pages' server: as many as there are connections, up to a bound, beyond which
// the longest open connection makes room.
//
// THREADS: enqueue() and shutdown() from the accepting thread alone, as httplib does.

#ifndef UPKEEP_RUNNER_DAEMON_HTTP_WORKERS_H_
#define UPKEEP_RUNNER_DAEMON_HTTP_WORKERS_H_

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "runner/daemon/connections.h"

namespace upkeep::daemon {

class HttpWorkers : public httplib::TaskQueue {
 public:
  HttpWorkers(Connections& connections, std::size_t most);
  void enqueue(std::function<void()> serve) override;
  void shutdown() override;

 private:
  void Work();

  Connections& connections_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable added_, taken_;
  std::deque<std::function<void()>> waiting_;
  std::size_t idle_ = 0;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_HTTP_WORKERS_H_
