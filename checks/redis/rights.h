// SPDX-License-Identifier: Apache-2.0
//
// What needs of playbooks mean for a user of Redis.
//
// THREADS: pure functions.

#ifndef UPKEEP_CHECKS_REDIS_RIGHTS_H_
#define UPKEEP_CHECKS_REDIS_RIGHTS_H_

#include <string>
#include <vector>

#include "checks/model/need.h"

namespace upkeep::redis {

/// `ACL SETUSER user …` with exactly the commands of `needs`, no keys and no channels; the password
/// is left to whoever types it. "" when no need is of Redis.
std::string AclLine(const std::vector<checks::Need>& needs, const std::string& user);

}  // namespace upkeep::redis

#endif  // UPKEEP_CHECKS_REDIS_RIGHTS_H_
