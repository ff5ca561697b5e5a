// SPDX-License-Identifier: Apache-2.0
#include "runner/isolate/record_check.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include "checks/model/result.h"
#include "runner/isolate/message.h"

namespace upkeep::isolate {
namespace {

bool IsSubject(const Value& record) {
  const auto subject = record.find("subject");
  return subject != record.end() && subject->is_object() && !StringAt(*subject, "kind").empty() &&
         !StringAt(*subject, "name").empty();
}

/// Absent, or a word for machines.
bool IsReason(const Value& record) {
  const auto reason = record.find("reason");
  if (reason == record.end()) return true;
  if (!reason->is_string()) return false;
  const auto& text = reason->get_ref<const std::string&>();
  return text.size() <= 100 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
         });
}

bool IsFigure(const Value& record, const char* key, bool must) {
  const auto found = record.find(key);
  if (found == record.end()) return !must;
  return found->is_number() && std::isfinite(found->get<double>());
}

bool IsMetric(const Value& record) {
  const bool named = IsSubject(record) || !StringAt(record, "subject").empty();
  return named && !StringAt(record, "name").empty() && IsFigure(record, "value", true) &&
         IsFigure(record, "warning", false) && IsFigure(record, "critical", false);
}

bool IsCoverage(const Value& record) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const std::int64_t attempted = IntegerAt(record, "attempted", -1), observed = IntegerAt(record, "observed", -1);
  return observed >= 0 && attempted >= observed && attempted <= kMost;
}

std::string KeyOf(const Value& subject) {
  return StringAt(subject, "namespace") + "/" + StringAt(subject, "kind") + "/" + StringAt(subject, "name");
}

}  // namespace

bool RecordCheck::Accepts(const Value& record) {
  if (!record.is_object()) return false;
  const std::string kind = StringAt(record, "kind");
  if (kind == "ok" || kind == "log") return true;
  if (kind == "skip") return IsReason(record);
  if (kind == "metric") return IsMetric(record);
  if (kind == "coverage") return IsCoverage(record);
  return kind == "result" && IsSubject(record) && IsReason(record) &&
         checks::StateFromName(StringAt(record, "state")).ok() && subjects_.insert(KeyOf(record["subject"])).second;
}

}  // namespace upkeep::isolate
