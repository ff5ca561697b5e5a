// SPDX-License-Identifier: Apache-2.0
#include "base/io/curl_multi.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "base/io/late_libcurl.h"

namespace upkeep::io {
namespace {

/// Half of the descriptors that this process may have: more transfers than that wait their turn
/// inside libcurl instead of failing with "too many open files".
long ConnectionLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  return static_cast<long>(std::clamp<rlim_t>(limit.rlim_cur / 2, 32, 4096));
}

constexpr long kIdleConnections = 64;

}  // namespace

CurlMulti::CurlMulti() {
  if (!StartLibcurl().ok()) return;  // Add() says so.
  multi_ = curl_multi_init();
  if (multi_ == nullptr) return;
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, ConnectionLimit());
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
}

CurlMulti::~CurlMulti() {
  graveyard_.clear();
  if (multi_ != nullptr) curl_multi_cleanup(multi_);
}

Status CurlMulti::Add(CurlTransfer& transfer) {
  UPKEEP_RETURN_IF_ERROR(StartLibcurl());
  if (multi_ == nullptr) return Status(Code::kInternal, "libcurl could not be started");
  const CURLMcode code = curl_multi_add_handle(multi_, transfer.easy());
  if (code != CURLM_OK) {
    return Status(Code::kInternal, std::string("libcurl: ") + curl_multi_strerror(code));
  }
  ++active_;
  transfer.set_added(true);
  return Status::Ok();
}

void CurlMulti::Remove(std::unique_ptr<CurlTransfer> transfer) {
  if (performing_) {
    transfer->Abandon();
    graveyard_.push_back(std::move(transfer));
    return;
  }
  if (!transfer->added()) return;
  curl_multi_remove_handle(multi_, transfer->easy());
  --active_;
}

void CurlMulti::Wait(const std::vector<pollfd>& extra, int at_most_ms) {
  std::vector<curl_waitfd> entries;
  entries.reserve(extra.size());
  for (const pollfd& entry : extra) {
    const int events = ((entry.events & POLLIN) != 0 ? CURL_WAIT_POLLIN : 0) |
                       ((entry.events & POLLOUT) != 0 ? CURL_WAIT_POLLOUT : 0);
    entries.push_back({entry.fd, static_cast<short>(events), 0});
  }
  curl_multi_poll(multi_, entries.data(), static_cast<unsigned>(entries.size()), at_most_ms,
                  nullptr);
}

void CurlMulti::Perform() {
  if (multi_ == nullptr || active_ == 0) return;
  int running = 0;
  performing_ = true;
  curl_multi_perform(multi_, &running);
  performing_ = false;

  std::vector<std::unique_ptr<CurlTransfer>> dead;
  dead.swap(graveyard_);
  for (std::unique_ptr<CurlTransfer>& transfer : dead) Remove(std::move(transfer));

  int left = 0;
  while (CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CurlTransfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    // May remove and destroy the transfer; `message` is not looked at again.
    transfer->Done(message->data.result);
  }
}

}  // namespace upkeep::io
