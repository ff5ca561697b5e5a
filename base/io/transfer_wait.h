// SPDX-License-Identifier: Apache-2.0
//
// The wait for a libcurl transfer.

#ifndef UPKEEP_BASE_IO_TRANSFER_WAIT_H_
#define UPKEEP_BASE_IO_TRANSFER_WAIT_H_

#include <memory>
#include <optional>

#include "base/io/curl_transfer.h"
#include "base/io/waiter.h"

namespace upkeep::io {

class TransferWait final : public Waiter {
 public:
  TransferWait(Core& core, std::unique_ptr<CurlTransfer> transfer, Limits limits);
  ~TransferWait() override { Leave(); }

  /// After the wait: the answer, or why there is none.
  Result<TransferResponse> TakeAnswer();

 private:
  Status Start() override;
  void Detach() override;
  Status OnDeadline() override;

  std::unique_ptr<CurlTransfer> transfer_;
  std::optional<Result<TransferResponse>> answer_;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_TRANSFER_WAIT_H_
