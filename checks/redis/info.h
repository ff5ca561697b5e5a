// SPDX-License-Identifier: Apache-2.0
//
// INFO's text as sections. Private to checks/redis.

#ifndef UPKEEP_CHECKS_REDIS_INFO_H_
#define UPKEEP_CHECKS_REDIS_INFO_H_

#include <string_view>

#include "base/value.h"

namespace upkeep::redis {

/// {"memory": {"used_memory": 1, "maxmemory_policy": "noeviction"}, "keyspace": {"db0": {"keys":
/// 1}}}: section names in lower case, numbers as numbers, "a=1,b=2" as an object. Versions and
/// ids stay text.
Value ParseInfo(std::string_view text);

}  // namespace upkeep::redis

#endif  // UPKEEP_CHECKS_REDIS_INFO_H_
