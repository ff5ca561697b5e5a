// SPDX-License-Identifier: Apache-2.0
#include "reports/slot_reasons.h"

#include "base/korean.h"

namespace upkeep::reports {

std::string SaySlotReason(std::string_view reason, std::string_view language) {
  if (language != "ko") return std::string(reason);
  std::string said;
  while (!reason.empty()) {
    const std::size_t end = reason.find("; ");
    // A message of ours, with the error of a file or of a playbook behind its colon; or a person's own words.
    said += (said.empty() ? "" : "; ") + InKorean(reason.substr(0, end));
    reason.remove_prefix(end == std::string_view::npos ? reason.size() : end + 2);
  }
  return said;
}

}  // namespace upkeep::reports
