// SPDX-License-Identifier: Apache-2.0
//
// Which policy holds. The house's (/etc/upkeep/policy.yaml) is the administrator's: where it is
// there, a file that somebody brings along may only tighten it. Where it is not, the file that is
// brought along is all there is.
//
// THREADS: plain functions.

#ifndef UPKEEP_RUNNER_REMEDY_HOUSE_POLICY_H_
#define UPKEEP_RUNNER_REMEDY_HOUSE_POLICY_H_

#include <string>

#include "base/status.h"
#include "runner/remedy/policy.h"

namespace upkeep::remedy {

/// No variable and no flag says where it is.
inline constexpr const char* kHousePolicy = "/etc/upkeep/policy.yaml";

/// Of each line the stricter one; the windows of both.
Policy Stricter(const Policy& one, const Policy& other);

/// The policy of `own` ("": none is brought along) under that of `house`, if there is such a file.
/// kConfig when one of them can't be read or is wrong, and when others than root could have written
/// the house's file or put another in its place.
Result<Policy> PolicyInForce(const std::string& own, const std::string& house = kHousePolicy);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_HOUSE_POLICY_H_
