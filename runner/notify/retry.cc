// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/retry.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

namespace upkeep::notify {
namespace {

constexpr int kRequestTimeout = 408;
constexpr int kTooManyRequests = 429;
constexpr std::size_t kShownAnswer = 200;

bool MayPass(Code code) {
  switch (code) {
    case Code::kTimeout:
    case Code::kUnreachable:
    case Code::kTruncated:
    case Code::kBusy: return true;
    default: return false;
  }
}

std::string OneLine(std::string text, const Redactor& redactor) {
  text = redactor.Redact(std::move(text));
  std::string line = PrintableText(std::string_view(text).substr(0, kShownAnswer));
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::replace(line.begin(), line.end(), '\t', ' ');
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace

std::optional<std::chrono::microseconds> ReadRetryAfter(std::string_view header, Instant now) {
  constexpr long kYear = 366L * 24 * 3600;
  long seconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (error == std::errc() && end == header.data() + header.size()) {
    return std::chrono::seconds(std::clamp(seconds, 0L, kYear));
  }
  std::tm parts{};
  const std::string text(header);
  const char* const rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const Instant at{std::chrono::seconds(timegm(&parts))};
  return std::max(std::chrono::microseconds(0), at - now);
}

Judgement Judge(ChannelKind kind, const Result<io::TransferResponse>& answer, Instant now,
                const Redactor& redactor) {
  Judgement judgement;
  if (!answer.ok()) {
    const Status status = answer.status();
    judgement.verdict = MayPass(status.code()) ? Verdict::kAgain : Verdict::kGiveUp;
    judgement.detail = OneLine(std::string(CodeName(status.code())) + ": " + status.message(), redactor);
    return judgement;
  }
  const int status = answer->status;
  const std::string said = OneLine(answer->body, redactor);
  judgement.detail = (kind == ChannelKind::kSmtp ? "SMTP " : "HTTP ") + std::to_string(status);
  if (status >= 200 && status < 300) {
    judgement.verdict = Verdict::kSent;
    return judgement;
  }
  if (!said.empty()) judgement.detail += ": " + said;
  if (status >= 500 || status == kRequestTimeout || status == kTooManyRequests) {
    judgement.verdict = Verdict::kAgain;
    judgement.retry_after = ReadRetryAfter(answer->Header("retry-after"), now);
    if (judgement.retry_after && *judgement.retry_after > kLongestRetryAfter) {
      judgement.verdict = Verdict::kGiveUp;
      judgement.detail += "; it asks to wait " + FormatDuration(*judgement.retry_after);
    }
  }
  return judgement;
}

std::optional<std::chrono::microseconds> PauseBefore(int next, const RetryRule& rule,
                                                     const Judgement& judgement) {
  if (judgement.verdict != Verdict::kAgain || next > rule.attempts) return std::nullopt;
  std::chrono::microseconds pause = rule.backoff;
  for (int i = 2; i < next && pause < rule.cap; ++i) pause *= 2;
  pause = std::min(pause, rule.cap);
  return std::max(pause, judgement.retry_after.value_or(std::chrono::microseconds(0)));
}

}  // namespace upkeep::notify
