// SPDX-License-Identifier: Apache-2.0
//
// Judges one try of a delivery, and says how long to wait before the next.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_NOTIFY_RETRY_H_
#define UPKEEP_RUNNER_NOTIFY_RETRY_H_

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/io/transfer.h"
#include "base/status.h"
#include "base/text.h"
#include "runner/notify/channel.h"

namespace upkeep::notify {

/// A longer Retry-After than this ends the delivery: whoever asked for an hour is not asked
/// again sooner, and a run does not wait that long.
constexpr std::chrono::minutes kLongestRetryAfter{15};

enum class Verdict { kSent, kAgain, kGiveUp };

struct Judgement {
  Verdict verdict = Verdict::kGiveUp;
  std::string detail;                ///< What the other side answered, or why not; printable.
  std::optional<std::chrono::microseconds> retry_after;   ///< What the other side asked for.
};

/// 2xx is sent. Time-outs, no connection, answers cut off, 5xx, 408 and 429, and SMTP's 4xx may
/// pass; everything else won't. A receiver may repeat what it was sent: `redactor` takes the secrets
/// out before the answer is cut to what is shown, since half a secret is one, too.
Judgement Judge(ChannelKind kind, const Result<io::TransferResponse>& answer, Instant now,
                const Redactor& redactor);

/// Before try `next` (2 is the first repetition): backoff doubled up to its cap, and not less
/// than what was asked for. Nothing when there is no next try.
std::optional<std::chrono::microseconds> PauseBefore(int next, const RetryRule& rule,
                                                     const Judgement& judgement);

/// The header's seconds or HTTP date, from `now`; nothing for what is neither.
std::optional<std::chrono::microseconds> ReadRetryAfter(std::string_view header, Instant now);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_RETRY_H_
