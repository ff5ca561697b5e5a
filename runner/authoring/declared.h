// SPDX-License-Identifier: Apache-2.0
//
// What a playbook's code may name, read out of the declarations that editors get: a test holds those
// and the library together, so nothing is listed twice.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_AUTHORING_DECLARED_H_
#define UPKEEP_RUNNER_AUTHORING_DECLARED_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep::authoring {

/// A table that is handed to a function.
struct DeclaredTable {
  std::vector<std::string> fields;                           ///< As declared.
  std::set<std::string> required;
  std::map<std::string, std::vector<std::string>> words;     ///< Of a field that takes certain words only.
};

struct Declared {
  /// By "run", "upkeep" and each module's name.
  std::map<std::string, std::vector<std::string>> functions;
  /// The first argument of a function of the run object, by the function's name.
  std::map<std::string, DeclaredTable> run_tables;
};

/// Of what is compiled in.
const Declared& DeclaredNames();
/// Of the text of one declaration file; adds to `declared`.
void ReadDeclarations(std::string_view text, Declared& declared);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_DECLARED_H_
