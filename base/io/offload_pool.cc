// SPDX-License-Identifier: Apache-2.0
#include "base/io/offload_pool.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace upkeep::io {
namespace {

constexpr std::chrono::seconds kPatience{1};

Status RunGuarded(const std::function<void()>& work) {
  try {
    work();
    return Status::Ok();
  } catch (const std::exception& error) {
    return Status(Code::kInternal, std::string("blocking work failed: ") + error.what());
  } catch (...) {
    return Status(Code::kInternal, "blocking work failed with an exception without a text");
  }
}

}  // namespace

struct OffloadPool::Shared {
  std::mutex mutex;
  std::condition_variable work_or_close;
  std::condition_variable thread_ended;
  std::deque<std::shared_ptr<OffloadJob>> queue;
  std::shared_ptr<Mailbox> mailbox;
  int max_threads = 0;
  int threads = 0;
  int idle = 0;
  bool closed = false;
};

OffloadPool::OffloadPool(int max_threads, std::shared_ptr<Mailbox> mailbox)
    : shared_(std::make_shared<Shared>()) {
  shared_->max_threads = std::max(1, max_threads);
  shared_->mailbox = std::move(mailbox);
}

OffloadPool::~OffloadPool() {
  std::deque<std::shared_ptr<OffloadJob>> dropped;  // Destroyed after the lock.
  std::unique_lock lock(shared_->mutex);
  shared_->closed = true;
  dropped.swap(shared_->queue);
  shared_->work_or_close.notify_all();
  shared_->thread_ended.wait_for(lock, kPatience, [this] { return shared_->threads == 0; });
}

Status OffloadPool::Submit(std::shared_ptr<OffloadJob> job) {
  const std::lock_guard lock(shared_->mutex);
  // An idle thread that was woken for an earlier job still counts as idle until it runs.
  const bool enough = shared_->idle > static_cast<int>(shared_->queue.size());
  if (!enough && shared_->threads < shared_->max_threads) {
    try {
      std::thread(&OffloadPool::Work, shared_).detach();
      ++shared_->threads;
    } catch (const std::system_error& error) {
      if (shared_->threads == 0) {
        return Status(Code::kInternal, std::string("cannot start a thread: ") + error.what());
      }
    }
  }
  shared_->queue.push_back(std::move(job));
  shared_->work_or_close.notify_one();
  return Status::Ok();
}

void OffloadPool::Withdraw(const std::shared_ptr<OffloadJob>& job) {
  const std::lock_guard lock(shared_->mutex);
  std::erase(shared_->queue, job);
}

void OffloadPool::Work(std::shared_ptr<Shared> shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    ++shared->idle;
    shared->work_or_close.wait(lock, [&] { return shared->closed || !shared->queue.empty(); });
    --shared->idle;
    if (shared->closed) break;
    std::shared_ptr<OffloadJob> job = std::move(shared->queue.front());
    shared->queue.pop_front();
    lock.unlock();
    Status status = RunGuarded(job->work);
    shared->mailbox->Post([job = std::move(job), status = std::move(status)]() mutable {
      job->work = nullptr;
      if (job->done) job->done(std::move(status));
    });
    lock.lock();
  }
  --shared->threads;
  // The last notification happens under the lock, so the pool can't go away in between.
  shared->thread_ended.notify_all();
}

}  // namespace upkeep::io
