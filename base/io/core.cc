// SPDX-License-Identifier: Apache-2.0
#include "base/io/core.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace upkeep::io {

using std::chrono::milliseconds;

Core::Core(int offload_threads, std::shared_ptr<Mailbox> mailbox)
    : mailbox_(std::move(mailbox)), offload_threads_(offload_threads) {}

Core::~Core() {
  // Destroying a task runs the destructors of its waits, which need all the queues; and those of
  // its own variables, which may spawn or cancel others.
  while (!tasks_.empty()) {
    finished_.clear();
    const Task<void> last = std::move(tasks_.back());
    tasks_.pop_back();
  }
  mailbox_->Close();
  pool_.reset();
}

OffloadPool& Core::Pool() {
  if (!pool_) pool_ = std::make_unique<OffloadPool>(offload_threads_, mailbox_);
  return *pool_;
}

CurlMulti& Core::Curl() {
  if (!curl_) curl_ = std::make_unique<CurlMulti>();
  return *curl_;
}

Task<void> Core::Drive(Core& core, TaskList::iterator place, Task<void> task) {
  co_await std::move(task);
  core.finished_.push_back(place);
}

void Core::Spawn(Task<void> task) {
  const auto place = tasks_.insert(tasks_.end(), Task<void>());
  *place = Drive(*this, place, std::move(task));
  place->handle().resume();
}

milliseconds Core::TimeToWait(milliseconds at_most) const {
  if (!ready.empty() || mailbox_->HasLetters()) return milliseconds(0);
  if (timers.empty()) return std::max(at_most, milliseconds(0));
  // Rounded up: a wait that ends a fraction early would spin until the timer is due.
  const auto left = std::chrono::ceil<milliseconds>(timers.begin()->first -
                                                    std::chrono::steady_clock::now());
  return std::clamp(left, milliseconds(0), std::max(at_most, milliseconds(0)));
}

void Core::RunOnce(milliseconds at_most) {
  Poll(TimeToWait(at_most));
  if (curl_) curl_->Perform();
  FireTimers();
  mailbox_->Deliver();
  ResumeReady();
  Reap();
}

void Core::Poll(milliseconds at_most) {
  std::vector<pollfd> entries;
  entries.reserve(fd_waits.size() + 1);
  entries.push_back({mailbox_->doorbell(), POLLIN, 0});
  for (const FdWait* wait : fd_waits) entries.push_back({wait->fd(), wait->events(), 0});
  // A poll's time is an int; an hour more or less is no matter, the loop comes round again.
  int wait_ms = static_cast<int>(std::min(at_most, milliseconds(3'600'000)).count());
  if (curl_ && curl_->active() > 0) {
    curl_->Wait(entries, wait_ms);
    wait_ms = 0;
  }
  // After libcurl's wait too: it does not report hang-ups on extra descriptors.
  if (wait_ms == 0 && fd_waits.empty()) return;
  if (poll(entries.data(), entries.size(), wait_ms) <= 0) return;
  // Finishing a wait takes it out of the list that these entries follow.
  std::size_t index = 1;
  for (auto place = fd_waits.begin(); place != fd_waits.end(); ++index) {
    FdWait* const wait = *place++;
    if (entries[index].revents != 0) wait->Report(entries[index].revents);
  }
}

void Core::FireTimers() {
  if (timers.empty()) return;
  const SteadyInstant now = std::chrono::steady_clock::now();
  while (!timers.empty() && timers.begin()->first <= now) {
    timers.begin()->second->FinishByDeadline();
  }
}

void Core::ResumeReady() {
  // Only as many as there are now: what they make ready comes after the next look at the world.
  for (std::size_t left = ready.size(); left > 0 && !ready.empty(); --left) {
    ready.front()->Resume();
  }
}

void Core::Reap() {
  std::vector<TaskList::iterator> done;
  done.swap(finished_);
  for (const TaskList::iterator place : done) tasks_.erase(place);
}

}  // namespace upkeep::io
