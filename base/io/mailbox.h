// SPDX-License-Identifier: Apache-2.0
//
// The reactor's mailbox: functions from other threads, and the doorbell that wakes the reactor
// for them. It is an eventfd rather than curl_multi_wakeup() so that it rings before libcurl has
// been started, which most short commands never need.
//
// THREADS: Post() and Ring() any; the rest the reactor's.

#ifndef UPKEEP_BASE_IO_MAILBOX_H_
#define UPKEEP_BASE_IO_MAILBOX_H_

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/status.h"

namespace upkeep::io {

class Mailbox {
 public:
  /// Shared by the reactor and its pool threads: a thread may outlive the reactor.
  static Result<std::shared_ptr<Mailbox>> Create();
  explicit Mailbox(int doorbell) : doorbell_(doorbell) {}
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Dropped after Close().
  void Post(std::function<void()> function);
  void Ring();

  int doorbell() const { return doorbell_; }
  bool HasLetters() const;
  /// Silences the doorbell and calls what was posted.
  void Deliver();
  void Close();

 private:
  const int doorbell_;
  mutable std::mutex mutex_;
  std::vector<std::function<void()>> letters_;
  bool closed_ = false;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_MAILBOX_H_
