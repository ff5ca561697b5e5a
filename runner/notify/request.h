// SPDX-License-Identifier: Apache-2.0
//
// Turns a message and a channel's credentials into the transfer that delivers it.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_NOTIFY_REQUEST_H_
#define UPKEEP_RUNNER_NOTIFY_REQUEST_H_

#include <string>

#include "base/clock.h"
#include "base/io/transfer.h"
#include "base/status.h"
#include "runner/notify/channel.h"
#include "runner/notify/compose.h"

namespace upkeep::notify {

/// What a channel's secret sources and TLS files held just now. Secret.
struct Credentials {
  std::string secret, token;         ///< webhook
  std::string password;              ///< smtp
  std::string access_key, secret_key;  ///< s3
  io::TlsOptions tls;
};

/// The bytes that go out: the message's body, or the whole mail. `date` is that of the first
/// try, so that every try sends the same.
std::string Payload(const Channel& channel, const Message& message, Instant date);

/// `now` is when a webhook is signed.
Result<io::TransferRequest> BuildRequest(const Channel& channel, const Message& message,
                                         std::string payload, const Credentials& credentials,
                                         Instant now);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_REQUEST_H_
