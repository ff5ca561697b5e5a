// SPDX-License-Identifier: Apache-2.0
//
// A report as a mail: multipart/alternative with a text and an HTML part, both in base64 so
// that what is read is byte for byte what was rendered.
//
// THREADS: pure functions.

#ifndef UPKEEP_RUNNER_NOTIFY_MIME_H_
#define UPKEEP_RUNNER_NOTIFY_MIME_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace upkeep::notify {

struct MailParts {
  std::string from;
  std::vector<std::string> to;
  std::string subject;               ///< UTF-8; no line end survives.
  std::string text, html;
  std::string id;                    ///< Of the message: letters and digits.
  Instant date{};
};

/// The whole mail, lines ended by CR LF.
std::string BuildMail(const MailParts& parts);

/// `text` as RFC 2047 has it for a header: plain where it is ASCII, else encoded words of at
/// most 75 characters that cut no character in two.
std::string EncodeHeader(std::string_view text);

/// "Sat, 21 Nov 2026 09:00:00 +0000"
std::string MailDate(Instant instant);

}  // namespace upkeep::notify

#endif  // UPKEEP_RUNNER_NOTIFY_MIME_H_
