// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL's text format to and from values. Private to checks/postgres.

#ifndef UPKEEP_CHECKS_POSTGRES_VALUES_H_
#define UPKEEP_CHECKS_POSTGRES_VALUES_H_

#include <string_view>

#include "base/status.h"
#include "base/value.h"
#include "checks/postgres/connection.h"

namespace upkeep::postgres {

/// `text`, a value of the type `oid`: booleans, numbers and JSON get their types, everything
/// else (NaN and infinity too) stays text.
Value FromText(unsigned int oid, std::string_view text);

/// A list of strings, numbers, booleans and nulls; kInvalid for anything else in it.
Result<Parameters> ParametersOf(const Value& list);

}  // namespace upkeep::postgres

#endif  // UPKEEP_CHECKS_POSTGRES_VALUES_H_
