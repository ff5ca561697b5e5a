// SPDX-License-Identifier: Apache-2.0
#include "checks/model/playbook_id.h"

#include <string>

namespace upkeep::checks {
namespace {

bool IsPlaybookId(std::string_view id) {
  bool dotted = false, open = true;  // `open`: a word must begin or go on here.
  for (const char c : id) {
    if (c == '.') {
      if (open) return false;
      dotted = open = true;
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') {
      open = false;
    } else {
      return false;
    }
  }
  return dotted && !open;
}

}  // namespace

Status CheckPlaybookId(std::string_view id) {
  if (IsPlaybookId(id)) return Status::Ok();
  return Status(Code::kInvalid, "'" + std::string(id.substr(0, 80)) + "' is no id")
      .WithHint("words of lower-case letters, digits and '_', joined by dots: kubernetes.nodes");
}

}  // namespace upkeep::checks
