// SPDX-License-Identifier: Apache-2.0
#include "runner/run/outcome.h"

#include <algorithm>
#include <set>
#include <utility>

namespace upkeep::run {
namespace {

using checks::CheckResult;
using checks::PlaybookOutcome;
using checks::State;
using checks::Subject;

constexpr std::size_t kMaxResults = 10'000;
constexpr std::size_t kMaxTextBytes = std::size_t{64} << 10;

/// Hostile text from targets: printable, without secrets, bounded at a character's end.
std::string Clean(std::string text, const Redactor& redactor) {
  text = PrintableText(redactor.Redact(std::move(text)));
  if (text.size() > kMaxTextBytes) {
    std::size_t end = kMaxTextBytes - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    text += "…";
  }
  return text;
}

Text CleanText(const Value& record, const Redactor& redactor) {
  Text text = record.contains("summary") ? TextFromValue(record["summary"]) : Text{};
  return {Clean(std::move(text.en), redactor), Clean(std::move(text.ko), redactor)};
}

Subject SubjectOf(const Value& record, const Subject& target, const Redactor& redactor) {
  const auto found = record.find("subject");
  if (found == record.end() || !found->is_object()) return target;
  Subject subject;
  subject.kind = Clean(StringAt(*found, "kind"), redactor);
  subject.space = Clean(StringAt(*found, "namespace"), redactor);
  subject.name = Clean(StringAt(*found, "name"), redactor);
  subject.uid = Clean(StringAt(*found, "uid"), redactor);
  return subject;
}

std::optional<double> NumberAt(const Value& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::string KeyOf(const Value& record, const Subject& target, const Redactor& redactor) {
  const auto found = record.find("subject");
  if (found != record.end() && found->is_string()) {
    return Clean(found->get<std::string>(), redactor);
  }
  return SubjectOf(record, target, redactor).Key();
}

checks::Severity SeverityOf(const Value& record, State state) {
  const std::string given = StringAt(record, "severity");
  if (given.size() == 2 && given[0] == 'P' && given[1] >= '1' && given[1] <= '4') {
    return static_cast<checks::Severity>(given[1] - '0');
  }
  return state == State::kCritical ? checks::Severity::kP2 : checks::Severity::kP3;
}

CheckResult ResultOf(const Value& record, const Subject& target, const Redactor& redactor) {
  CheckResult result;
  const std::string kind = StringAt(record, "kind");
  result.subject = SubjectOf(record, target, redactor);
  if (kind == "ok") {
    result.state = State::kOk;
  } else if (kind == "skip") {
    result.state = State::kSkipped;
  } else if (auto state = checks::StateFromName(StringAt(record, "state")); state.ok()) {
    result.state = *state;
  }
  result.reason = Clean(StringAt(record, "reason"), redactor);
  result.summary = CleanText(record, redactor);
  if (const auto data = record.find("data"); data != record.end()) {
    result.data = redactor.Redact(*data);
  }
  result.severity = SeverityOf(record, result.state);
  result.remedy = StringAt(record, "remedy");
  if (const auto tags = record.find("tags"); tags != record.end() && tags->is_array()) {
    for (const Value& tag : *tags) {
      if (tag.is_string()) result.tags.push_back(Clean(tag.get<std::string>(), redactor));
    }
  }
  result.evidence = Clean(StringAt(record, "evidence"), redactor);
  return result;
}

/// Where a metric's limits came from: the parameters that the head names for it.
std::string SourceOf(const checks::Head& head, const std::string& metric) {
  for (const checks::Threshold& threshold : head.thresholds) {
    if (threshold.metric == metric) return threshold.source;
  }
  return "";
}

}  // namespace

void FillOutcome(const checks::Head& head, std::vector<Value> records, const Status& ended,
                 const Subject& target_subject, const Redactor& redactor,
                 PlaybookOutcome& outcome) {
  std::set<std::string> subjects;
  std::vector<CheckResult> about_target_ok;
  bool not_ok = false;
  bool too_many = false;
  for (const Value& record : records) {
    const std::string kind = StringAt(record, "kind");
    if (kind == "metric") {
      outcome.metrics.push_back({StringAt(record, "name"), KeyOf(record, target_subject, redactor),
                                 NumberAt(record, "value").value_or(0), StringAt(record, "unit"),
                                 NumberAt(record, "warning"), NumberAt(record, "critical"),
                                 SourceOf(head, StringAt(record, "name"))});
    } else if (kind == "coverage") {
      outcome.coverage.attempted += static_cast<std::int64_t>(NumberAt(record, "attempted").value_or(0));
      outcome.coverage.observed += static_cast<std::int64_t>(NumberAt(record, "observed").value_or(0));
    } else if (kind == "log") {
      outcome.log.push_back(Clean(StringAt(record, "text"), redactor));
    } else if (kind == "ok") {
      about_target_ok.push_back(ResultOf(record, target_subject, redactor));
    } else if (outcome.results.size() >= kMaxResults) {
      too_many = true;
    } else {
      CheckResult result = ResultOf(record, target_subject, redactor);
      // "All is well" beside what nobody could look at would be a guess.
      not_ok |= result.state >= State::kUnknown;
      subjects.insert(result.subject.Key());
      outcome.results.push_back(std::move(result));
    }
  }
  if (!ended.ok()) {
    CheckResult unknown = checks::UnknownResult(target_subject, ended);
    unknown.summary = {Clean(unknown.summary.en, redactor), Clean(unknown.summary.ko, redactor)};
    unknown.data = redactor.Redact(std::move(unknown.data));
    // What was found about the target itself stays beside it: the store numbers rows of one subject.
    std::erase_if(outcome.results, [&unknown](const CheckResult& result) {
      return result.subject.Key() == unknown.subject.Key() && result.state < State::kWarning;
    });
    outcome.results.push_back(std::move(unknown));
  } else if (too_many) {
    outcome.results.push_back(checks::UnknownResult(
        target_subject, Status(Code::kTruncated, "the check recorded more than 10,000 results")));
  } else if (!not_ok) {
    for (CheckResult& result : about_target_ok) {
      if (subjects.insert(result.subject.Key()).second) outcome.results.push_back(std::move(result));
    }
  }
  const bool all_ok = std::all_of(outcome.results.begin(), outcome.results.end(),
                                  [](const CheckResult& result) { return result.state == State::kOk; });
  if (ended.ok() && !too_many && all_ok && outcome.coverage.attempted > outcome.coverage.observed) {
    const std::string observed = std::to_string(outcome.coverage.observed);
    CheckResult unseen = checks::UnknownResult(
        target_subject, Status(Code::kNoData, "only " + observed + " of " + std::to_string(outcome.coverage.attempted) +
                                                  " could be looked at, and no result says why not"));
    std::erase_if(outcome.results, [&](const CheckResult& result) { return result.subject.Key() == unseen.subject.Key(); });
    outcome.results.push_back(std::move(unseen));
  }
  if (outcome.results.empty()) {
    outcome.results.push_back(checks::UnknownResult(
        target_subject, Status(Code::kError, "the check recorded no result")
                            .WithHint("record one with run:result, run:ok or run:skip")));
  }
  // Nobody may call a look complete that ended early.
  if (!ended.ok() && outcome.coverage.attempted <= outcome.coverage.observed) {
    outcome.coverage.attempted = outcome.coverage.observed + 1;
  }
  if (outcome.coverage.attempted == 0) {
    outcome.coverage.attempted = static_cast<std::int64_t>(outcome.results.size());
    for (const CheckResult& result : outcome.results) {
      if (result.state != State::kUnknown && result.state != State::kSkipped) {
        ++outcome.coverage.observed;
      }
    }
  }
}

bool FillAbsent(const checks::Head& head, const checks::Target& target, const Status& stopped,
                const Subject& target_subject, PlaybookOutcome& outcome) {
  if (head.expects.empty() || stopped.code() != Code::kNoData) return false;
  const bool declared = std::find(target.expects.begin(), target.expects.end(), head.expects) !=
                        target.expects.end();
  CheckResult result;
  result.subject = target_subject;
  result.reason = "not_installed";
  result.data = {{"detail", stopped.message()}};
  result.state = declared ? State::kCritical : State::kSkipped;
  result.severity = declared ? checks::Severity::kP2 : checks::Severity::kP3;
  if (declared) {
    result.summary = {"the inventory expects " + head.expects + ", and it is not installed",
                      "인벤토리에 선언되어 있지만 설치되어 있지 않음: " + head.expects};
    result.tags = {"type:configuration"};
  } else {
    result.summary = {head.expects + " is not installed, and the inventory does not expect it",
                      "인벤토리에 선언되지 않았고 설치되어 있지도 않음: " + head.expects};
  }
  outcome.results.push_back(std::move(result));
  outcome.coverage = {1, declared ? 1 : 0};
  return true;
}

}  // namespace upkeep::run
