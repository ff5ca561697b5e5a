// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/mutation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "base/lua/place.h"
#include "base/lua/token.h"
#include "runner/authoring/coverage.h"
#include "runner/authoring/workers.h"
#include "runner/run/case_reader.h"

namespace upkeep::authoring {
namespace {

using checks::Parameter;
using lua::Token;

/// Its opposite, and the same with the limit itself on the other side.
constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
    {"<", ">="}, {"<", "<="}, {">=", "<"}, {">=", ">"}, {">", "<="}, {">", ">="}, {"<=", ">"}, {"<=", "<"},
    {"==", "~="}, {"~=", "=="}};

/// A mark behind a line's code: its comparison can't be told from another one by any case.
constexpr std::string_view kLeaveAlone = "-- mutate: no";

/// Far enough to be on the other side of any figure that the parameter is compared with.
constexpr double kFar = 1e15;

std::vector<std::string_view> OthersOf(const Token& token) {
  std::vector<std::string_view> others;
  if (token.kind != Token::Kind::kSymbol) return others;
  for (const auto& [from, to] : kOthers) {
    if (token.text == from) others.push_back(to);
  }
  return others;
}

/// `local name <const> =` compares nothing.
bool IsAttribute(const std::vector<Token>& tokens, std::size_t i) {
  const auto is = [&](std::size_t at, std::string_view text) { return at < tokens.size() && tokens[at].Is(text); };
  const auto named = [&](std::size_t at) { return is(at, "const") || is(at, "close"); };
  return (is(i, "<") && named(i + 1) && is(i + 2, ">")) || (is(i, ">") && i >= 2 && named(i - 1) && is(i - 2, "<"));
}

/// Other values of a parameter: the ends of its range, the other truth, another word.
std::vector<Value> OtherValues(const Parameter& parameter) {
  const Value& now = parameter.default_value;
  if (now.is_boolean()) return {Value(!now.get<bool>())};
  if (now.is_string()) return {Value(now.get<std::string>() + "-other")};
  if (now.is_array()) return {Value::array({"-other"})};
  std::vector<Value> values;
  for (const double end : {parameter.min.value_or(-kFar), parameter.max.value_or(kFar)}) {
    if (end == now.get<double>()) continue;
    values.push_back(now.is_number_integer() ? Value(static_cast<std::int64_t>(end)) : Value(end));
  }
  return values;
}

void AddParameters(const run::Playbook& playbook, std::vector<Mutant>& mutants) {
  for (const Parameter& parameter : playbook.head.params) {
    for (const Value& value : OtherValues(parameter)) {
      Mutant mutant;
      mutant.place = lua::FindPlace(playbook.source, "params." + parameter.name);
      mutant.before = parameter.name + " = " + CanonicalJson(parameter.default_value);
      mutant.after = parameter.name + " = " + CanonicalJson(value);
      mutant.params[parameter.name] = value;
      mutants.push_back(std::move(mutant));
    }
  }
}

void AddComparisons(const run::Playbook& playbook, const std::set<int>& lines, std::vector<Mutant>& mutants) {
  const std::vector<Token> tokens = lua::Tokens(playbook.source);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (IsAttribute(tokens, i)) continue;
    for (const std::string_view other : OthersOf(tokens[i])) {
      Mutant mutant;
      mutant.place = lua::PlaceOfByte(playbook.source, tokens[i].at);
      if (!lines.contains(mutant.place.line) || mutant.place.text.find(kLeaveAlone) != std::string::npos) break;
      mutant.before = tokens[i].text;
      mutant.after = other;
      mutant.source = playbook.source;
      mutant.source.replace(tokens[i].at, tokens[i].text.size(), other);
      mutants.push_back(std::move(mutant));
    }
  }
}

/// Whether every case passes with the change.
bool Survives(io::Reactor& reactor, const run::Playbook& playbook, const run::CaseFile& file, const Mutant& mutant) {
  run::Playbook changed = playbook;
  if (!mutant.source.empty()) changed.source = mutant.source;
  return std::all_of(file.cases.begin(), file.cases.end(), [&](const run::Case& one) {
    run::Case test_case = one;
    for (const auto& [name, value] : mutant.params.items()) test_case.params[name] = value;
    return run::TestCase(reactor, changed, test_case).differences.empty();
  });
}

}  // namespace

Result<std::vector<Mutant>> MutantsOf(const run::Playbook& playbook) {
  const Coverage coverage = CoverageOf(playbook);
  if (!coverage.known.ok()) return coverage.known;
  std::vector<Mutant> mutants;
  AddParameters(playbook, mutants);
  AddComparisons(playbook, coverage.lines, mutants);
  for (Mutant& mutant : mutants) mutant.place.file = playbook.path;
  std::stable_sort(mutants.begin(), mutants.end(), [](const Mutant& a, const Mutant& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  return mutants;
}

Result<MutationReport> FindSurvivors(const run::Playbook& playbook, int jobs) {
  const Result<run::CaseFile> file = run::ReadCasesOf(playbook);
  if (!file.ok()) return file.status();
  Result<std::vector<Mutant>> found = MutantsOf(playbook);
  if (!found.ok()) return found.status();
  std::vector<Mutant> mutants = *std::move(found);
  std::vector<char> survived(mutants.size(), 0);  // Not bool: threads write side by side.
  bool sound = false;
  UPKEEP_RETURN_IF_ERROR(WorkThrough(1, 1, [&](io::Reactor& reactor, std::size_t) {
    sound = Survives(reactor, playbook, *file, Mutant{});
  }));
  if (!sound) return Status(Code::kInvalid, "a case fails as it is, so no change could be told from none").WithHint("make upkeep test pass first");
  UPKEEP_RETURN_IF_ERROR(WorkThrough(mutants.size(), jobs, [&](io::Reactor& reactor, std::size_t at) {
    survived[at] = Survives(reactor, playbook, *file, mutants[at]) ? 1 : 0;
  }));
  MutationReport report;
  report.mutants = mutants.size();
  for (std::size_t i = 0; i < mutants.size(); ++i) {
    if (survived[i] != 0) report.survivors.push_back(std::move(mutants[i]));
  }
  return report;
}

}  // namespace upkeep::authoring
