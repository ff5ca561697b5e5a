// SPDX-License-Identifier: Apache-2.0
#include "base/io/transfer_wait.h"

#include <utility>

#include "base/io/core.h"

namespace upkeep::io {

TransferWait::TransferWait(Core& core, std::unique_ptr<CurlTransfer> transfer, Limits limits)
    : Waiter(core, std::move(limits)), transfer_(std::move(transfer)) {}

Status TransferWait::Start() {
  transfer_->set_listener([this](Result<TransferResponse> answer) {
    answer_.emplace(std::move(answer));
    Finish(Status::Ok());
  });
  return core_.Curl().Add(*transfer_);
}

void TransferWait::Detach() { core_.Curl().Remove(std::move(transfer_)); }

Status TransferWait::OnDeadline() {
  if (transfer_->HasEnough()) {
    answer_.emplace(transfer_->SoFar());
    return Status::Ok();
  }
  return Status(Code::kTimeout,
                transfer_->peer() + ": the deadline passed " + transfer_->Phase());
}

Result<TransferResponse> TransferWait::TakeAnswer() {
  if (answer_) return std::move(*answer_);
  return status();
}

}  // namespace upkeep::io
