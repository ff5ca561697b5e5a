// SPDX-License-Identifier: Apache-2.0
//
// The rules by name, for who reports.

#ifndef UPKEEP_RUNNER_AUTHORING_RULES_H_
#define UPKEEP_RUNNER_AUTHORING_RULES_H_

#include <string_view>
#include <vector>

#include "runner/authoring/diagnostic.h"
#include "runner/run/catalog.h"

namespace upkeep::authoring {

/// REQUIRES: `id` is one of Rules().
const Rule* RuleNamed(std::string_view id);

/// What reads well and still is wrong or left over: names of messages, parameters and metrics that
/// one side has and the other does not. Reads the source's tokens.
void InspectNames(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics);

/// Variables, functions and fields that the code names and that do not exist, and fields and values that
/// are missing where it records something.
void InspectCode(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics);

/// Calls that the head declares no need for, and needs that no call uses.
void InspectNeeds(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_RULES_H_
