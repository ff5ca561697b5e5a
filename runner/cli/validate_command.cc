// SPDX-License-Identifier: Apache-2.0
//
// upkeep validate: playbooks and their cases, judged without running a check.
#include <algorithm>
#include <utility>

#include "base/value.h"
#include "runner/authoring/diagnostic.h"
#include "runner/cli/command_parts.h"
#include "runner/cli/playbook_lookup.h"
#include "runner/cli/settings.h"

namespace upkeep::cli {
namespace {

using authoring::Diagnostic;
using authoring::Level;

void ShowForPeople(const Invocation& invocation, const Diagnostic& diagnostic) {
  const Status& problem = diagnostic.problem;
  if (diagnostic.rule->level == Level::kError) {
    *invocation.err << invocation.Describe(problem) << "\n";
    return;
  }
  Status warning(problem.code(), invocation.Say("warning") + ": " + invocation.Say(problem.message()));
  warning = std::move(warning).WithHint(invocation.Say(problem.hint()));
  if (problem.place()) warning = std::move(warning).At(*problem.place());
  *invocation.err << warning.Describe() << "\n";
}

int Validate(Invocation& invocation) {
  std::vector<Status> errors;
  std::vector<authoring::PlaybookFile> files = NamedPlaybookFiles(invocation, errors);
  if (invocation.positionals.empty() && !invocation.Has("--all")) {
    std::erase_if(files, [](const authoring::PlaybookFile& file) { return IsSelftest(file.id); });
  }
  std::vector<Diagnostic> diagnostics;
  std::size_t valid = 0;
  const bool strict = invocation.Has("--strict");
  for (const authoring::PlaybookFile& file : files) {
    std::vector<Diagnostic> found = authoring::Inspect(file, FolderOption(invocation, file));
    const bool wrong = std::any_of(found.begin(), found.end(), [&](const Diagnostic& one) {
      return strict || one.rule->level == Level::kError;
    });
    if (!wrong) ++valid;
    for (Diagnostic& one : found) diagnostics.push_back(std::move(one));
  }
  for (const Status& error : errors) *invocation.err << "upkeep: " << invocation.Describe(error) << "\n";
  const std::string format = invocation.Value("--output", "table");
  if (format == "table") {
    for (const Diagnostic& diagnostic : diagnostics) ShowForPeople(invocation, diagnostic);
    // A name that no playbook has is an error of the call, and no playbook that is not valid.
    if (!files.empty()) {
      *invocation.out << invocation.Say("valid playbooks: " + std::to_string(valid) + ", not valid: " +
                                        std::to_string(files.size() - valid))
                      << "\n";
    }
  } else {
    const std::string language = Language(invocation);
    const Value document = format == "sarif"
                               ? authoring::DiagnosticsAsSarif(diagnostics, language)
                               : authoring::DiagnosticsAsJson(diagnostics, files.size(), language);
    *invocation.out << PrettyJson(document);
  }
  if (errors.empty() && files.empty()) {
    return invocation.Fail(Status(Code::kInvalid, "no playbook was found"));
  }
  return errors.empty() && valid == files.size() ? 0 : 65;
}

}  // namespace

Command MakeValidateCommand() {
  Command validate;
  validate.name = "validate";
  validate.summary = "Check playbooks and their cases without running them (default: all)";
  validate.positionals = {{"PLAYBOOK", "Ids, files or folders", false, true}};
  validate.options = {{"-o,--output", "FORMAT", "json, or sarif for code review (default: for people)", false, {"table", "json", "sarif"}},
                      {"--strict", "", "A warning is an error", false, {}},
                      {"--all", "", "The selftest playbooks too, which look at nothing", false, {}}};
  validate.examples = "  upkeep validate --playbooks mine\n  upkeep validate mine/team/replicas.lua -o sarif\n";
  validate.run = Validate;
  return validate;
}

}  // namespace upkeep::cli
