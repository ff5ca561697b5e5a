// SPDX-License-Identifier: Apache-2.0
//
// Where something stands in a JSON file, so that a failing case can be opened at its line.

#ifndef UPKEEP_RUNNER_AUTHORING_JSON_PLACE_H_
#define UPKEEP_RUNNER_AUTHORING_JSON_PLACE_H_

#include <string_view>

namespace upkeep::authoring {

/// The line, from 1, where the value at `path` ("cases/0/expect/results/2") begins in valid JSON; of
/// the nearest thing around it where it is not there.
int LineOfJson(std::string_view json, std::string_view path);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_JSON_PLACE_H_
