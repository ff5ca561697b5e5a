// SPDX-License-Identifier: Apache-2.0
//
// A WarmUp readies libcurl and OpenSSL for their first connection on a thread of its own, while
// its owner reads files and opens the store. They cost some milliseconds, once a process; whoever
// connects before it is done waits for it and no longer than they would have taken anyway.
//
// THREADS: any; its destructor waits for the thread.

#ifndef UPKEEP_BASE_IO_WARM_UP_H_
#define UPKEEP_BASE_IO_WARM_UP_H_

#include <functional>
#include <thread>

namespace upkeep::io {

class WarmUp {
 public:
  /// Calls `first`, and then readies both. Does nothing where no thread can be started: the first
  /// connection then pays.
  explicit WarmUp(std::function<void()> first);
  ~WarmUp();
  WarmUp(const WarmUp&) = delete;
  WarmUp& operator=(const WarmUp&) = delete;

 private:
  std::thread thread_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_WARM_UP_H_
