// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/diagnostic.h"

#include <algorithm>
#include <filesystem>

#include "base/korean.h"
#include "base/version.h"
#include "runner/authoring/rules.h"
#include "runner/run/case.h"
#include "runner/run/case_reader.h"

namespace upkeep::authoring {
namespace {

constexpr Rule kRules[] = {
    {"load", Level::kError, "The file can be read, is Lua, and returns one table"},
    {"head", Level::kError, "The head has every field that it needs, in both languages, and no other"},
    {"unknown-name", Level::kError, "Each variable, function and field that the code names exists"},
    {"missing-field", Level::kError, "What is recorded has each field, and each value of its message, that it needs"},
    {"undeclared-message", Level::kError, "A recorded message is one of the head's messages"},
    {"undeclared-parameter", Level::kError, "A parameter that the check reads is one of the head's"},
    {"undeclared-need", Level::kError, "A call that the check makes is declared in the head's needs"},
    {"unused-message", Level::kWarning, "Every message of the head is said somewhere"},
    {"unused-parameter", Level::kWarning, "Every parameter of the head is read somewhere"},
    {"unused-need", Level::kWarning, "Every need of the head is used by some call"},
    {"unrecorded-metric", Level::kWarning, "The metric of a threshold is recorded somewhere"},
    {"case", Level::kError, "The case file can be read, and belongs to the playbook"},
    {"no-case", Level::kWarning, "The playbook has a case file beside it"},
};

void InspectCases(const run::Playbook& playbook, const std::string& where, std::vector<Diagnostic>& diagnostics) {
  const std::string path = run::CasePathOf(playbook);
  std::vector<Status> errors;
  const Result<run::CaseFile> cases = run::ReadCasesOf(playbook, &errors);
  if (cases.ok()) return;
  if (cases.status().code() == Code::kNotFound) {
    diagnostics.push_back({RuleNamed("no-case"),
                           Status(Code::kInvalid, "no case was recorded, so nothing tests this playbook")
                               .WithHint("upkeep record " + playbook.head.id + " --target NAME" + (where.empty() ? "" : " " + where))
                               .At({playbook.path, 1, 0, ""})});
  } else {
    if (errors.empty()) errors.push_back(cases.status());
    for (Status& error : errors) {
      if (!error.place()) error = std::move(error).At({path, 1, 0, ""});
      diagnostics.push_back({RuleNamed("case"), std::move(error)});
    }
  }
}

/// Columns of a place count bytes; SARIF's count code points.
int CodePointColumn(const SourcePlace& place) {
  int column = 1;
  for (std::size_t i = 0; i + 1 < static_cast<std::size_t>(place.column) && i < place.text.size(); ++i) {
    if ((static_cast<unsigned char>(place.text[i]) & 0xC0U) != 0x80U) ++column;
  }
  return place.text.empty() ? place.column : column;
}

/// A path as a URI reference: relative to this folder where it lies below it, as code review wants it.
std::string UriOf(const std::string& file) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  const std::filesystem::path relative = std::filesystem::path(file).lexically_relative(here);
  const bool below = !relative.empty() && *relative.begin() != "..";
  const std::string path = below ? relative.string() : std::filesystem::path(file).lexically_normal().string();
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += kDigits[byte >> 4U];
      uri += kDigits[byte & 15U];
    }
  }
  return uri;
}

Value SarifResult(const Diagnostic& diagnostic, std::string_view language) {
  std::string text = In(language, diagnostic.problem.message());
  if (!diagnostic.problem.hint().empty()) text += " (" + In(language, diagnostic.problem.hint()) + ")";
  Value result{{"ruleId", std::string(diagnostic.rule->id)},
               {"ruleIndex", diagnostic.rule - Rules().data()},
               {"level", std::string(LevelName(diagnostic.rule->level))},
               {"message", {{"text", std::move(text)}}}};
  if (const auto& place = diagnostic.problem.place()) {
    Value location{{"artifactLocation", {{"uri", UriOf(place->file)}}}};
    if (place->line > 0) {
      Value region{{"startLine", place->line}};
      if (place->column > 0) region["startColumn"] = CodePointColumn(*place);
      if (!place->text.empty()) region["snippet"] = {{"text", place->text}};
      location["region"] = std::move(region);
    }
    result["locations"] = Value::array({Value{{"physicalLocation", std::move(location)}}});
  }
  return result;
}

}  // namespace

std::string_view LevelName(Level level) { return level == Level::kError ? "error" : "warning"; }

std::span<const Rule> Rules() { return kRules; }

const Rule* RuleNamed(std::string_view id) {
  return std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& rule) { return rule.id == id; });
}

std::vector<Diagnostic> Inspect(const PlaybookFile& file, const std::string& where) {
  std::vector<Diagnostic> diagnostics;
  std::vector<Status> errors;
  const Result<run::Playbook> playbook = run::ReadPlaybook(file.pack, file.path, &errors);
  if (!playbook.ok() && errors.empty()) {
    Status problem = playbook.status();
    if (!problem.place()) problem = std::move(problem).At({file.path, 0, 0, ""});
    diagnostics.push_back({RuleNamed("load"), std::move(problem)});
  }
  for (const Status& error : errors) diagnostics.push_back({RuleNamed("head"), error});
  if (playbook.ok()) {
    InspectCode(*playbook, diagnostics);
    InspectNames(*playbook, diagnostics);
    InspectNeeds(*playbook, diagnostics);
    InspectCases(*playbook, where, diagnostics);
  }
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    const auto& left = a.problem.place();
    const auto& right = b.problem.place();
    if (!left || !right) return right.has_value() && !left;
    if (left->file != right->file) return left->file.size() < right->file.size();
    if (left->line != right->line) return left->line < right->line;
    return left->column < right->column;
  });
  return diagnostics;
}

Value DiagnosticsAsJson(const std::vector<Diagnostic>& diagnostics, std::size_t playbooks,
                        std::string_view language) {
  Value list = Value::array();
  for (const Diagnostic& diagnostic : diagnostics) {
    Value entry{{"rule", std::string(diagnostic.rule->id)},
                {"level", std::string(LevelName(diagnostic.rule->level))},
                {"message", In(language, diagnostic.problem.message())}};
    if (!diagnostic.problem.hint().empty()) entry["hint"] = In(language, diagnostic.problem.hint());
    if (const auto& place = diagnostic.problem.place()) {
      entry["file"] = place->file;
      if (place->line > 0) entry["line"] = place->line;
      if (place->column > 0) entry["column"] = place->column;
    }
    list.push_back(std::move(entry));
  }
  return {{"playbooks", playbooks}, {"diagnostics", std::move(list)}};
}

Value DiagnosticsAsSarif(const std::vector<Diagnostic>& diagnostics, std::string_view language) {
  Value rules = Value::array(), results = Value::array();
  for (const Rule& rule : Rules()) {
    rules.push_back({{"id", std::string(rule.id)},
                     {"shortDescription", {{"text", In(language, rule.meaning)}}},
                     {"defaultConfiguration", {{"level", std::string(LevelName(rule.level))}}}});
  }
  for (const Diagnostic& diagnostic : diagnostics) results.push_back(SarifResult(diagnostic, language));
  const Value driver{{"name", "upkeep"}, {"version", std::string(Version())}, {"rules", std::move(rules)}};
  const Value run{{"tool", {{"driver", driver}}},
                  {"columnKind", "unicodeCodePoints"},
                  {"results", std::move(results)}};
  return {{"version", "2.1.0"}, {"runs", Value::array({run})}};
}

}  // namespace upkeep::authoring
