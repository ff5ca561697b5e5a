// SPDX-License-Identifier: Apache-2.0
//
// What `upkeep validate` finds in a playbook without running its check, and how it is written down
// for people's tools: plain JSON, and SARIF 2.1.0 for code review.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_AUTHORING_DIAGNOSTIC_H_
#define UPKEEP_RUNNER_AUTHORING_DIAGNOSTIC_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/value.h"
#include "runner/authoring/playbook_file.h"

namespace upkeep::authoring {

enum class Level { kError, kWarning };
std::string_view LevelName(Level level);   ///< "error", "warning": words of SARIF as well.

/// A kind of diagnostic. Its id is stable: suppressions and dashboards name it.
struct Rule {
  std::string_view id;
  Level level;
  std::string_view meaning;
};

/// Every rule, in the order of the documentation.
std::span<const Rule> Rules();

struct Diagnostic {
  const Rule* rule;
  Status problem;   ///< With its place wherever there is one.
};

/// Everything that is wrong with one playbook and its case file. `where` is what a command that a hint
/// says needs to find the playbook: "--playbooks mine"; "" for one that is found without.
std::vector<Diagnostic> Inspect(const PlaybookFile& file, const std::string& where = "");

/// {"playbooks": n, "diagnostics": [{rule, level, message, hint, file, line, column}]}; texts in
/// the language "en" or "ko".
Value DiagnosticsAsJson(const std::vector<Diagnostic>& diagnostics, std::size_t playbooks,
                        std::string_view language);

/// One run of SARIF 2.1.0.
Value DiagnosticsAsSarif(const std::vector<Diagnostic>& diagnostics, std::string_view language);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_DIAGNOSTIC_H_
