// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

namespace upkeep {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kOk: return "ok";
    case Code::kError: return "error";
    case Code::kTimeout: return "timeout";
    case Code::kUnreachable: return "unreachable";
    case Code::kNoData: return "no_data";
    case Code::kNotPermitted: return "not_permitted";
    case Code::kUndeclared: return "undeclared";
    case Code::kTruncated: return "truncated";
    case Code::kStale: return "stale";
    case Code::kCancelled: return "cancelled";
    case Code::kUsage: return "usage";
    case Code::kInvalid: return "invalid";
    case Code::kConfig: return "config";
    case Code::kStore: return "store";
    case Code::kOutput: return "output";
    case Code::kBusy: return "busy";
    case Code::kDenied: return "denied";
    case Code::kPending: return "pending";
    case Code::kNotApproved: return "not_approved";
    case Code::kEvidence: return "evidence";
    case Code::kNotFound: return "not_found";
    case Code::kBudget: return "budget";
    case Code::kInternal: return "internal";
  }
  return "internal";
}

std::string Status::Describe() const {
  std::string text;
  if (place_) {
    text += place_->file;
    if (place_->line > 0) text += ":" + std::to_string(place_->line);
    if (place_->column > 0) text += ":" + std::to_string(place_->column);
    text += ": ";
  }
  text += message_;
  if (place_ && !place_->text.empty()) {
    text += "\n  " + place_->text;
    if (place_->column > 0) {
      // Tabs and the bytes inside a character are copied so that the caret stands under its column.
      text += "\n  ";
      const std::size_t end = static_cast<std::size_t>(place_->column - 1);
      for (std::size_t i = 0; i < end; ++i) {
        const unsigned char byte =
            i < place_->text.size() ? static_cast<unsigned char>(place_->text[i]) : ' ';
        if ((byte & 0xC0U) == 0x80U) continue;
        text += byte == '\t' ? "\t" : byte >= 0xE1U ? "  " : " ";
      }
      text += "^";
    }
  }
  if (!hint_.empty()) text += "\n  hint: " + hint_;
  return text;
}

}  // namespace upkeep
