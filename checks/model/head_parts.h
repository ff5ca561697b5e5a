// SPDX-License-Identifier: Apache-2.0
//
// The readers of a head's larger parts. Private to checks/model.

#ifndef UPKEEP_CHECKS_MODEL_HEAD_PARTS_H_
#define UPKEEP_CHECKS_MODEL_HEAD_PARTS_H_

#include <map>
#include <string>
#include <vector>

#include "checks/model/head.h"
#include "checks/model/table_reader.h"

namespace upkeep::checks {

/// `for_remedy`: needs that change something are allowed.
std::vector<Need> ReadNeeds(TableReader& head, bool for_remedy);
std::vector<Parameter> ReadParameters(TableReader& head, HeadErrors& errors);
std::vector<Threshold> ReadThresholds(TableReader& head, const std::vector<Parameter>& params,
                                      HeadErrors& errors);
std::map<std::string, Text> ReadMessages(TableReader& head);
std::vector<Remedy> ReadRemedies(TableReader& head, HeadErrors& errors);
/// Rows of the catalogue: "S4-D-01", "R-01".
std::vector<std::string> ReadCovers(TableReader& table);

/// What is wrong with `value` for `parameter`; ok when nothing is.
Status CheckParameterValue(const Parameter& parameter, const Value& value);

/// Whether `text` is a name: lower-case letters, digits and '_', a letter first.
bool IsIdentifier(std::string_view text);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_MODEL_HEAD_PARTS_H_
