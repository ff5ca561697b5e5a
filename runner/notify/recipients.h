// SPDX-License-Identifier: Apache-2.0
//
// Whom a mail has reached, over all its tries: a server may take it for some and refuse others, and
// nobody gets it twice. Recipients are told apart by their position, never by their address.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_NOTIFY_RECIPIENTS_H_
#define UPKEEP_RUNNER_NOTIFY_RECIPIENTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "base/io/transfer.h"
#include "base/status.h"
#include "runner/notify/retry.h"

namespace upkeep::notify {

class Recipients {
 public:
  explicit Recipients(std::vector<std::string> to);

  /// For whom the next try is.
  std::vector<std::string> Left() const;

  /// Counts what one try, for all of Left(), was answered. Where some have the mail and others have
  /// not, `judgement` says so: sent is what all have, and 4xx alone is worth another try.
  void Take(const Result<io::TransferResponse>& answer, Judgement& judgement);

 private:
  std::string Sent() const;

  std::vector<std::string> to_;
  std::vector<int> answers_;         ///< To each, the last one; 0: none yet.
  std::vector<std::size_t> left_;    ///< Positions.
};

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_RECIPIENTS_H_
