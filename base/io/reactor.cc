// SPDX-License-Identifier: Apache-2.0
#include "base/io/reactor.h"

#include <poll.h>

#include <csignal>

#include "base/io/core.h"
#include "base/io/transfer_wait.h"

namespace upkeep::io {
namespace {

/// A peer that closes while we write must be an error code, not the end of the process. OpenSSL
/// writes with write(2), which has no flag for that, so the signal itself is switched off.
void IgnoreBrokenPipes() {
  struct sigaction current {};
  if (sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) {
    std::signal(SIGPIPE, SIG_IGN);
  }
}

}  // namespace

struct Reactor::Impl : Core {
  using Core::Core;
};

Reactor::Reactor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reactor::~Reactor() = default;

Result<std::unique_ptr<Reactor>> Reactor::Create(int offload_threads) {
  IgnoreBrokenPipes();
  Result<std::shared_ptr<Mailbox>> mailbox = Mailbox::Create();
  if (!mailbox.ok()) return mailbox.status();
  auto impl = std::make_unique<Impl>(offload_threads, std::move(*mailbox));
  return std::unique_ptr<Reactor>(new Reactor(std::move(impl)));
}

Task<Result<TransferResponse>> Reactor::Transfer(TransferRequest request, Limits limits) {
  impl_->Curl();  // Starts libcurl, which must come before its other calls.
  Result<std::unique_ptr<CurlTransfer>> transfer = CurlTransfer::Create(std::move(request));
  if (!transfer.ok()) co_return transfer.status();
  TransferWait wait(*impl_, std::move(*transfer), std::move(limits));
  co_await wait;
  co_return wait.TakeAnswer();
}

Task<Status> Reactor::WaitReadable(int fd, Limits limits) {
  FdWait wait(*impl_, fd, POLLIN, std::move(limits));
  co_await wait;
  co_return wait.status();
}

Task<Status> Reactor::WaitWritable(int fd, Limits limits) {
  FdWait wait(*impl_, fd, POLLOUT, std::move(limits));
  co_await wait;
  co_return wait.status();
}

Task<Status> Reactor::SleepUntil(SteadyInstant when, Limits limits) {
  SleepWait wait(*impl_, when, std::move(limits));
  co_await wait;
  co_return wait.status();
}

Task<Status> Reactor::OffloadUntyped(std::function<void()> work, Limits limits) {
  OffloadWait wait(*impl_, std::move(work), std::move(limits));
  co_await wait;
  co_return wait.status();
}

void Reactor::Spawn(Task<void> task) { impl_->Spawn(std::move(task)); }

void Reactor::Run() {
  while (!impl_->stop || impl_->pending() > 0) RunOnce(std::chrono::hours(1));
  impl_->stop = false;
}

void Reactor::RunOnce(std::chrono::milliseconds at_most) { impl_->RunOnce(at_most); }

void Reactor::Stop() {
  impl_->stop = true;
  impl_->mailbox().Ring();
}

void Reactor::Post(std::function<void()> function) { impl_->mailbox().Post(std::move(function)); }

int Reactor::pending() const { return impl_->pending(); }

}  // namespace upkeep::io
