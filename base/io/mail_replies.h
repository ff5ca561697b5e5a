// SPDX-License-Identifier: Apache-2.0
//
// Reads off an SMTP server's replies what became of each recipient: libcurl goes on when some are
// refused, and does not say which.
//
// THREADS: plain values.

#ifndef UPKEEP_BASE_IO_MAIL_REPLIES_H_
#define UPKEEP_BASE_IO_MAIL_REPLIES_H_

#include <cstddef>
#include <string_view>
#include <vector>

namespace upkeep::io {

class MailReplies {
 public:
  void Take(std::string_view line);
  /// The replies to `count` RCPT commands, in their order; none unless the text was asked for.
  std::vector<int> Recipients(std::size_t count) const;

 private:
  std::vector<int> before_text_;   ///< Each reply's code up to 354, which asks for the text.
  bool wants_text_ = false;
};

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_MAIL_REPLIES_H_
