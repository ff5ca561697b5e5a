// SPDX-License-Identifier: Apache-2.0
#include "base/io/mail_replies.h"

#include <charconv>

namespace upkeep::io {
namespace {

constexpr int kStartMailInput = 354;
constexpr std::size_t kCodeDigits = 3;

}  // namespace

void MailReplies::Take(std::string_view line) {
  if (wants_text_ || line.size() < kCodeDigits) return;
  int code = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + kCodeDigits, code);
  if (error != std::errc() || end != line.data() + kCodeDigits) return;
  if (line.size() > kCodeDigits && line[kCodeDigits] == '-') return;   // Another line follows.
  if (code == kStartMailInput) {
    wants_text_ = true;
  } else {
    before_text_.push_back(code);
  }
}

std::vector<int> MailReplies::Recipients(std::size_t count) const {
  // DATA follows the last RCPT, and every command has one reply.
  if (!wants_text_ || before_text_.size() < count) return {};
  return {before_text_.end() - static_cast<std::ptrdiff_t>(count), before_text_.end()};
}

}  // namespace upkeep::io
