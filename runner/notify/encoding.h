// SPDX-License-Identifier: Apache-2.0
//
// What deliveries are signed and wrapped with.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_NOTIFY_ENCODING_H_
#define UPKEEP_RUNNER_NOTIFY_ENCODING_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::notify {

/// RFC 4648, padded, one line.
std::string Base64(std::string_view bytes);
/// kInvalid for anything that Base64() does not write.
Result<std::string> FromBase64(std::string_view text);

/// The 32 bytes of HMAC-SHA256.
std::string HmacSha256(std::string_view key, std::string_view bytes);

/// The signature of a webhook as standardwebhooks.com has it: "v1," and the base64 of
/// HMAC-SHA256(key, "ID.TIMESTAMP.BODY"). A `secret` that begins with "whsec_" is base64 from
/// there on, any other is the key itself. kConfig for a "whsec_" that is not base64.
Result<std::string> WebhookSignature(std::string_view secret, std::string_view id,
                                     std::string_view timestamp, std::string_view body);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_ENCODING_H_
