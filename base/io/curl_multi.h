// SPDX-License-Identifier: Apache-2.0
//
// The one CURLM of a reactor: its connections, and the transfers that are going on.

#ifndef UPKEEP_BASE_IO_CURL_MULTI_H_
#define UPKEEP_BASE_IO_CURL_MULTI_H_

#include <curl/curl.h>
#include <poll.h>

#include <memory>
#include <vector>

#include "base/io/curl_transfer.h"
#include "base/status.h"

namespace upkeep::io {

class CurlMulti {
 public:
  /// Starts libcurl in this process when nobody has.
  CurlMulti();
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Begins `transfer`, which must live until Remove().
  Status Add(CurlTransfer& transfer);
  /// Ends `transfer` if it has not ended and destroys it. Allowed from its own callbacks, and
  /// then takes effect when libcurl has returned.
  void Remove(std::unique_ptr<CurlTransfer> transfer);

  int active() const { return active_; }
  /// Waits until libcurl or one of `extra` has something to do.
  void Wait(const std::vector<pollfd>& extra, int at_most_ms);
  /// Moves bytes, and calls Done() of each transfer that has ended.
  void Perform();

 private:
  CURLM* multi_ = nullptr;
  int active_ = 0;
  bool performing_ = false;
  std::vector<std::unique_ptr<CurlTransfer>> graveyard_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_CURL_MULTI_H_
