// SPDX-License-Identifier: Apache-2.0
#include "runner/daemon/http_workers.h"

#include <chrono>
#include <system_error>
#include <utility>

namespace upkeep::daemon {

HttpWorkers::HttpWorkers(Connections& connections, std::size_t most) : connections_(connections), most_(most) {}

void HttpWorkers::enqueue(std::function<void()> serve) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(std::move(serve));
  if (idle_ < waiting_.size() && threads_.size() < most_) {
    try {
      threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;   // Those that are there take it in turn.
    }
  }
  added_.notify_one();
  // Where all are busy the next one is not accepted before this one has a thread.
  while (threads_.size() >= most_ && idle_ < waiting_.size()) {
    lock.unlock();
    connections_.EndOldest();
    lock.lock();
    taken_.wait_for(lock, std::chrono::milliseconds(10), [this] { return idle_ >= waiting_.size(); });
  }
}

void HttpWorkers::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  added_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void HttpWorkers::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    added_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    const std::function<void()> serve = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    taken_.notify_all();
    serve();
    lock.lock();
    taken_.notify_all();
  }
}

}  // namespace upkeep::daemon
