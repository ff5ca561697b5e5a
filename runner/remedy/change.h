// SPDX-License-Identifier: Apache-2.0
//
// A change is one host call that a remedy's plan wants to be made, with what stands there before
// it. docs/playbook-format.md (Remedies) is the contract for authors.
//
// THREADS: plain values.

#ifndef UPKEEP_RUNNER_REMEDY_CHANGE_H_
#define UPKEEP_RUNNER_REMEDY_CHANGE_H_

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/text.h"
#include "base/value.h"
#include "checks/model/head.h"

namespace upkeep::remedy {

struct Change {
  std::string module, function;   ///< "kubernetes", "delete"
  Value arguments;                ///< Array.
  Value before;                   ///< What the call will replace; must be the same when applied.
  Value seen;                     ///< Figures that move by themselves; shown and kept, not compared.
  Value after;                    ///< What is expected instead; null for nothing.
  Text message;                   ///< One sentence for people.

  std::string Call() const { return module + "." + function; }
  /// Same call, arguments and before-values.
  bool SameAs(const Change& other) const;
  /// `before` and `seen` as one object, as verify() gets it and the ledger keeps it.
  Value Known() const;
};

/// What a remedy's plan() said: changes, or why it must not be done.
struct Proposal {
  std::vector<Change> changes;    ///< At least one, or
  Text refused;                   ///< the reason for none.
};

/// Reads what plan() returned. kInvalid says what is wrong with it.
Result<Proposal> ReadProposal(const checks::Head& head, const Value& returned);

/// `message` with each {name} replaced by its value in `values`: a string, number, boolean or
/// {en, ko}. A placeholder without a value stays as it is.
Text FillMessage(const Text& message, const Value& values);
/// The head's message `name` filled; kInvalid where it has none.
Result<Text> MessageOf(const checks::Head& head, const std::string& name, const Value& values);

/// The change as lines: "- key: value" goes away, "+ key: value" comes, "  key: value" stays.
Text DiffOf(const Change& change);

/// The arguments that make the call's server check and answer but change nothing; null for a
/// call that has no such form.
Value DryRunArguments(const Change& change);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_CHANGE_H_
