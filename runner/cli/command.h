// SPDX-License-Identifier: Apache-2.0
//
// Commands are declared as data, so that parsing, help, completion and the manual come from one
// table. A command's function gets an Invocation: what was typed, and where to write.
//
// THREADS: main only.

#ifndef UPKEEP_RUNNER_CLI_COMMAND_H_
#define UPKEEP_RUNNER_CLI_COMMAND_H_

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/text.h"

namespace upkeep::cli {

struct Option {
  std::string name;                    ///< "--target"; "-o,--output" for a short form, too.
  std::string value;                   ///< Placeholder of its value ("NAME"); empty for a flag.
  std::string help;
  bool repeats = false;
  std::vector<std::string> choices;    ///< When only these are allowed.
  std::vector<std::string> offers = {};   ///< What completion offers where others are allowed, too.
};

struct Positional {
  std::string name;                    ///< "PLAYBOOK"
  std::string help;
  bool required = true;
  bool repeats = false;
  std::vector<std::string> offers = {};   ///< What completion offers, beside ids.
};

class Invocation;

struct Command {
  std::string name;                    ///< "run", or "schedule next" for a second level.
  std::string summary;                 ///< One line.
  std::vector<Positional> positionals;
  std::vector<Option> options;
  std::function<int(Invocation&)> run; ///< Returns the exit code.
  std::string examples;                ///< Shown at the end of its help.
};

/// What was typed, with the options that every command has.
class Invocation {
 public:
  std::string command;
  std::map<std::string, std::vector<std::string>> options;   ///< Long name with dashes → values.
  std::vector<std::string> positionals;
  std::ostream* out = nullptr;         ///< Data.
  std::ostream* err = nullptr;         ///< Messages.
  int columns = 0;                     ///< Of the terminal that `out` is; 0 where it is none.
  /// Of everything that the command reads: no secret is in a message about a failure.
  std::shared_ptr<Redactor> redactor = std::make_shared<Redactor>();

  bool Has(std::string_view name) const;
  std::string Value(std::string_view name, std::string_view fallback = "") const;
  std::vector<std::string> Values(std::string_view name) const;

  /// `english` in the language of the invocation (base/korean.h).
  std::string Say(std::string_view english) const;
  /// Status::Describe() in that language, without secrets.
  std::string Describe(const Status& status) const;
  /// `text` broken into lines that the terminal has room for; those after the first begin with `indent`
  /// blanks. As it is where `out` is no terminal: a line is a line for who parses it.
  std::string Fit(std::string_view text, int indent) const;

  /// Writes the status for a person on `err` and returns its exit code.
  int Fail(const Status& status) const;
};

/// Every command, in the order of the help.
const std::vector<Command>& Commands();

/// The options of every command: --store, --inventory, --playbooks, --lang …
const std::vector<Option>& CommonOptions();

/// Parses, runs, and returns the exit code. `columns` are those of the terminal that `out` is; 0 where it
/// is none. Never throws.
int Main(int argc, const char* const* argv, std::ostream& out, std::ostream& err, int columns = 0);

/// Shell completion from the table: "bash", "zsh" or "fish".
Result<std::string> CompletionScript(std::string_view shell);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_COMMAND_H_
