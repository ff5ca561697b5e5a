// SPDX-License-Identifier: Apache-2.0
#include "runner/run/case.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "base/lua/token.h"
#include "base/write_file.h"
#include "checks/model/result.h"

namespace upkeep::run {
namespace {

constexpr std::uintmax_t kMaxCaseBytes = std::uintmax_t{64} << 20;

/// Times in answers stand still in a replay, and so does the clock; the summary's words follow
/// from both, so they are expected as well.
Value ExpectedResult(const checks::CheckResult& result) {
  Value value{{"subject", result.subject.Key()},
              {"state", std::string(checks::StateName(result.state))},
              {"reason", result.reason},
              {"summary", ToValue(result.summary)}};
  if (!result.remedy.empty()) value["remedy"] = result.remedy;
  return value;
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

Result<Case> CaseFromValue(const Value& value) {
  Case test_case;
  if (!value.is_object()) return Status(Code::kInvalid, "a case is an object, with name, now, target, calls and expect");
  test_case.name = StringAt(value, "name");
  if (test_case.name.empty()) return Status(Code::kInvalid, "a case has no name");
  Result<Instant> now = ParseRfc3339(StringAt(value, "now"));
  if (!now.ok()) return Status(now.status()).Within("case '" + test_case.name + "', now");
  test_case.now = *now;
  test_case.target = value.value("target", Value::object());
  test_case.params = value.value("params", Value::object());
  test_case.expect = value.value("expect", Value::object());
  for (const Value* const part : {&test_case.target, &test_case.params, &test_case.expect}) {
    if (!part->is_object()) {
      return Status(Code::kInvalid, "case '" + test_case.name + "': target, params and expect are objects");
    }
  }
  if (!test_case.expect.contains("results") || test_case.expect["results"].empty()) {
    return Status(Code::kInvalid, "case '" + test_case.name + "' expects no result, so it could not fail");
  }
  const Value calls = value.value("calls", Value::array());
  if (!calls.is_array()) return Status(Code::kInvalid, "case '" + test_case.name + "': calls is no list");
  for (const Value& call : calls) {
    Result<RecordedCall> read = RecordedCall::FromValue(call);
    if (!read.ok()) return Status(read.status()).Within("case '" + test_case.name + "'");
    test_case.calls.push_back(std::move(*read));
  }
  return test_case;
}

/// What is wrong with `text`, at its line and column.
Status NotJson(const std::string& text, const std::string& path, const Status& known) {
  // Nothing of it is kept: what was refused may be nested a million levels deep.
  const Value::parser_callback_t drop = [](int, Value::parse_event_t, Value&) { return false; };
  try {
    const Value unused = Value::parse(text, drop);
    (void)unused;
  } catch (const Value::parse_error& error) {
    SourcePlace place = lua::PlaceOfByte(text, error.byte == 0 ? 0 : error.byte - 1);
    place.file = path;
    return Status(Code::kInvalid, "this is no JSON").At(std::move(place));
  } catch (const std::exception&) {
    // Said by `known`.
  }
  return Status(known).Within(path);
}

}  // namespace

std::string CasePathOf(const Playbook& playbook) {
  return std::filesystem::path(playbook.path).replace_extension(".case.json").string();
}

Result<CaseFile> ReadCaseFile(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return Status(Code::kNotFound, "there is no case file " + path);
  if (size > kMaxCaseBytes) return Status(Code::kInvalid, path + " is larger than 64 MiB");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return ReadCaseText(text.str(), path);
}

Result<CaseFile> ReadCaseText(const std::string& text, const std::string& path) {
  const Result<Value> value = ParseJson(text);
  if (!value.ok()) return NotJson(text, path, value.status());
  if (!value->is_object() || value->value("format", Value()) != 1) {
    return Status(Code::kInvalid, path + " is no case file of format 1");
  }
  CaseFile file;
  file.path = path;
  file.playbook = StringAt(*value, "playbook");
  const Value cases = value->value("cases", Value::array());
  if (!cases.is_array()) return Status(Code::kInvalid, path + ": cases is no list");
  for (const Value& entry : cases) {
    Result<Case> read = CaseFromValue(entry);
    if (!read.ok()) return Status(read.status()).Within(path);
    file.cases.push_back(std::move(*read));
  }
  if (file.cases.empty()) return Status(Code::kInvalid, path + " holds no case");
  return file;
}

Status WriteCaseFile(const CaseFile& file) {
  Value value{{"format", 1}, {"playbook", file.playbook}, {"cases", Value::array()}};
  for (const Case& test_case : file.cases) {
    Value calls = Value::array();
    for (const RecordedCall& call : test_case.calls) calls.push_back(call.ToValue());
    value["cases"].push_back({{"name", test_case.name},
                              {"now", FormatRfc3339(test_case.now)},
                              {"target", test_case.target},
                              {"params", test_case.params},
                              {"calls", std::move(calls)},
                              {"expect", test_case.expect}});
  }
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
  test_case.expect = {{"results", std::move(results)}, {"metrics", std::move(metrics)}};
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
  return verdict;
}

}  // namespace upkeep::run
