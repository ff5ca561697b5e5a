// SPDX-License-Identifier: Apache-2.0
#include "runner/notify/recipients.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace upkeep::notify {
namespace {

bool Took(int answer) { return answer >= 200 && answer < 300; }
bool MayTakeLater(int answer) { return answer >= 400 && answer < 500; }

}  // namespace

Recipients::Recipients(std::vector<std::string> to)
    : to_(std::move(to)), answers_(to_.size(), 0), left_(to_.size()) {
  std::iota(left_.begin(), left_.end(), std::size_t{0});
}

std::vector<std::string> Recipients::Left() const {
  std::vector<std::string> left;
  for (const std::size_t position : left_) left.push_back(to_[position]);
  return left;
}

void Recipients::Take(const Result<io::TransferResponse>& answer, Judgement& judgement) {
  const bool taken = answer.ok() && Took(answer->status);
  if (taken) {
    // A server that was not heard about each of them has refused none: libcurl would have said so.
    const bool each = answer->recipients.size() == left_.size();
    std::vector<std::size_t> later;
    for (std::size_t i = 0; i < left_.size(); ++i) {
      answers_[left_[i]] = each ? answer->recipients[i] : answer->status;
      if (MayTakeLater(answers_[left_[i]])) later.push_back(left_[i]);
    }
    left_ = std::move(later);
  }
  if (std::all_of(answers_.begin(), answers_.end(), Took) || std::none_of(answers_.begin(), answers_.end(), Took)) {
    return;
  }
  if (taken) {
    judgement.verdict = left_.empty() ? Verdict::kGiveUp : Verdict::kAgain;
    judgement.detail = Sent();
  } else {
    judgement.detail = Sent() + "; " + judgement.detail;
  }
}

std::string Recipients::Sent() const {
  std::string refused;
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    if (Took(answers_[i])) continue;
    refused += (refused.empty() ? "" : ", ") + std::to_string(i + 1) + " (SMTP " + std::to_string(answers_[i]) + ")";
  }
  const auto sent = std::count_if(answers_.begin(), answers_.end(), Took);
  return "sent to " + std::to_string(sent) + " of " + std::to_string(to_.size()) +
         "; refused by number: " + refused;
}

}  // namespace upkeep::notify
