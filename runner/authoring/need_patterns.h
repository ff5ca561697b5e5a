// SPDX-License-Identifier: Apache-2.0
//
// Which need each function of a host module uses, as its declaration's @needs line says.

#ifndef UPKEEP_RUNNER_AUTHORING_NEED_PATTERNS_H_
#define UPKEEP_RUNNER_AUTHORING_NEED_PATTERNS_H_

#include <map>
#include <string>
#include <vector>

namespace upkeep::authoring {

/// "kubernetes.list" → "kubernetes:list:RESOURCE". A last word in capitals alone stands for the first
/// argument of the call.
const std::map<std::string, std::string>& NeedPatterns();

/// "kubernetes:list:" of "kubernetes:list:RESOURCE"; "" where the pattern has no such word.
std::string PrefixOfArgument(const std::string& pattern);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_NEED_PATTERNS_H_
