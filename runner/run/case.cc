// SPDX-License-Identifier: Apache-2.0
#include "runner/run/case.h"

#include <cmath>
#include <filesystem>
#include <map>
#include <utility>

#include "base/write_file.h"
#include "checks/model/result.h"

namespace upkeep::run {
namespace {

/// Times in answers stand still in a replay, and so does the clock; the summary's words follow
/// from both, so they are expected as well.
Value ExpectedResult(const checks::CheckResult& result) {
  Value value{{"subject", result.subject.Key()},
              {"state", std::string(checks::StateName(result.state))},
              {"reason", result.reason},
              {"summary", ToValue(result.summary)}};
  if (!result.remedy.empty()) value["remedy"] = result.remedy;
  // Of what is no problem it says nothing.
  if (result.state >= checks::State::kWarning) value["severity"] = std::string(checks::SeverityName(result.severity));
  return value;
}

Value ExpectedCoverage(const checks::Coverage& coverage) {
  return {{"attempted", coverage.attempted}, {"observed", coverage.observed}};
}

Value ExpectedMetric(const checks::Metric& metric) {
  return {{"name", metric.name}, {"subject", metric.subject}, {"value", metric.value}, {"unit", metric.unit}};
}

bool SameNumber(double a, double b) {
  return a == b || std::fabs(a - b) <= 1e-9 * std::max(std::fabs(a), std::fabs(b));
}

/// Every field that `expected` names must be in `actual` with the same value.
bool Fits(const Value& expected, const Value& actual) {
  for (const auto& [key, value] : expected.items()) {
    const auto found = actual.find(key);
    if (found == actual.end()) return false;
    if (value.is_number() && found->is_number()) {
      if (!SameNumber(value.get<double>(), found->get<double>())) return false;
    } else if (*found != value) {
      return false;
    }
  }
  return true;
}

/// Compares lists whose items are named by `name_of`; each difference is a sentence.
template <typename NameOf>
void Compare(const Value& expected, const std::vector<Value>& actual, const std::string& what,
             NameOf name_of, bool extra_is_wrong, std::vector<Difference>& differences) {
  std::map<std::string, const Value*> by_name;
  for (const Value& item : actual) by_name[name_of(item)] = &item;
  std::size_t position = 0;
  for (const Value& item : expected) {
    const std::string name = name_of(item), path = "expect/" + what + "s/" + std::to_string(position++);
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      differences.push_back({"expected " + what + " " + name + " is missing", path});
      continue;
    }
    if (!Fits(item, *found->second)) {
      differences.push_back({what + " " + name + ": expected " + CanonicalJson(item) + ", got " +
                                 CanonicalJson(*found->second), path});
    }
    by_name.erase(found);
  }
  if (!extra_is_wrong) return;
  for (const auto& [name, item] : by_name) {
    differences.push_back({what + " " + name + " was not expected: " + CanonicalJson(*item), ""});
  }
}

Value ToValue(const Case& test_case) {
  Value value{{"name", test_case.name}, {"expect", test_case.expect}};
  const CaseVariant& variant = test_case.variant;
  const bool recorded = variant.from.empty();
  if (recorded || variant.own_now) value["now"] = FormatRfc3339(test_case.now);
  if (recorded || variant.own_params) value["params"] = test_case.params;
  if (!recorded) {
    value["from"] = variant.from;
    if (!variant.changes.empty()) value["changes"] = variant.changes;
    return value;
  }
  value["target"] = test_case.target;
  value["calls"] = Value::array();
  for (const RecordedCall& call : test_case.calls) value["calls"].push_back(call.ToValue());
  return value;
}

}  // namespace

std::string CasePathOf(const Playbook& playbook) {
  return std::filesystem::path(playbook.path).replace_extension(".case.json").string();
}

Status WriteCaseFile(const CaseFile& file) {
  Value value{{"format", 1}, {"playbook", file.playbook}, {"cases", Value::array()}};
  for (const Case& test_case : file.cases) value["cases"].push_back(ToValue(test_case));
  return WriteWholeFile(file.path, PrettyJson(value));
}

Case MakeCase(const std::string& name, const checks::Target& target, const Value& params,
              const PairOutcome& pair, Instant now) {
  Case test_case;
  test_case.name = name;
  test_case.now = now;
  test_case.target = TargetForPlaybook(target);
  test_case.params = params;
  test_case.calls = pair.calls;
  Value results = Value::array(), metrics = Value::array();
  for (const checks::CheckResult& result : pair.outcome.results) results.push_back(ExpectedResult(result));
  for (const checks::Metric& metric : pair.outcome.metrics) metrics.push_back(ExpectedMetric(metric));
  test_case.expect = {{"results", std::move(results)},
                      {"metrics", std::move(metrics)},
                      {"coverage", ExpectedCoverage(pair.outcome.coverage)}};
  return test_case;
}

checks::PlaybookOutcome ReplayCase(io::Reactor& reactor, const Playbook& playbook, const Case& test_case,
                                   std::vector<std::string>& mismatches, OnSandbox on_sandbox) {
  ReplayHost host(playbook.head, test_case.calls);
  FakeClock clock(test_case.now);
  Redactor redactor;
  checks::Target named;
  named.name = StringAt(test_case.target, "name");
  for (int kind = 0; kind <= static_cast<int>(checks::TargetKind::kHost); ++kind) {
    if (StringAt(test_case.target, "kind") ==
        checks::TargetKindName(static_cast<checks::TargetKind>(kind))) {
      named.kind = static_cast<checks::TargetKind>(kind);
    }
  }
  if (!on_sandbox) on_sandbox = [](lua::Sandbox*) {};
  checks::PlaybookOutcome outcome = reactor.RunUntilDone(
      RunPlaybook(reactor, playbook, test_case.target, SubjectOfTarget(named), test_case.params, host, clock,
                  redactor, lua::Budget{}, 1, Limits{}, std::move(on_sandbox)));
  mismatches = host.Mismatches();
  return outcome;
}

CaseVerdict TestCase(io::Reactor& reactor, const Playbook& playbook, const Case& test_case,
                     OnSandbox on_sandbox) {
  CaseVerdict verdict;
  verdict.name = test_case.name;
  std::vector<std::string> mismatches;
  verdict.outcome = ReplayCase(reactor, playbook, test_case, mismatches, std::move(on_sandbox));
  const checks::PlaybookOutcome& outcome = verdict.outcome;
  for (std::string& mismatch : mismatches) verdict.differences.push_back({std::move(mismatch), ""});
  std::vector<Value> results, metrics;
  for (const checks::CheckResult& result : outcome.results) {
    results.push_back(ExpectedResult(result));
    results.back()["remedy"] = result.remedy;  // A case may expect that there is none.
    if (result.data.is_object() && result.data.contains("detail")) {
      results.back()["detail"] = result.data["detail"];
    }
    if (result.data.is_object() && result.data.contains("place")) {
      results.back()["place"] = result.data["place"];
    }
  }
  for (const checks::Metric& metric : outcome.metrics) metrics.push_back(ExpectedMetric(metric));
  Compare(test_case.expect["results"], results, "result",
          [](const Value& item) { return StringAt(item, "subject"); }, true, verdict.differences);
  if (test_case.expect.contains("metrics")) {
    Compare(test_case.expect["metrics"], metrics, "metric",
            [](const Value& item) { return StringAt(item, "name") + " of " + StringAt(item, "subject"); },
            false, verdict.differences);
  }
  const auto coverage = test_case.expect.find("coverage");
  if (coverage != test_case.expect.end() && *coverage != ExpectedCoverage(outcome.coverage)) {
    verdict.differences.push_back({"coverage: expected " + CanonicalJson(*coverage) + ", got " +
                                       CanonicalJson(ExpectedCoverage(outcome.coverage)), "expect/coverage"});
  }
  return verdict;
}

}  // namespace upkeep::run
