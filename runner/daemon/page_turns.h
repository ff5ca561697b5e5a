// SPDX-License-Identifier: Apache-2.0
//
// A few pages are made at once, some more wait for their turn, and beyond that they are refused: what
// has to be answered at once, health, finds a thread and the memory of the process has a bound.
//
// THREADS: safe from any thread.

#ifndef UPKEEP_RUNNER_DAEMON_PAGE_TURNS_H_
#define UPKEEP_RUNNER_DAEMON_PAGE_TURNS_H_

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace upkeep::daemon {

class PageTurns {
 public:
  PageTurns(std::size_t at_once, std::size_t waiting) : at_once_(at_once), most_(at_once + waiting) {}

  /// A turn, for as long as it lives, or none.
  class Turn {
   public:
    explicit Turn(PageTurns& turns) : turns_(turns) {
      std::unique_lock lock(turns_.mutex_);
      if (turns_.here_ >= turns_.most_) return;
      ++turns_.here_;
      turns_.freed_.wait(lock, [this] { return turns_.working_ < turns_.at_once_; });
      ++turns_.working_;
      taken_ = true;
    }
    ~Turn() {
      if (!taken_) return;
      {
        const std::lock_guard lock(turns_.mutex_);
        --turns_.working_;
        --turns_.here_;
      }
      turns_.freed_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool taken() const { return taken_; }

   private:
    PageTurns& turns_;
    bool taken_ = false;
  };

 private:
  const std::size_t at_once_, most_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t here_ = 0, working_ = 0;
};

}  // namespace upkeep::daemon

#endif  // UPKEEP_RUNNER_DAEMON_PAGE_TURNS_H_
