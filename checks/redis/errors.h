// SPDX-License-Identifier: Apache-2.0
//
// What an error reply means for a result. Private to checks/redis.

#ifndef UPKEEP_CHECKS_REDIS_ERRORS_H_
#define UPKEEP_CHECKS_REDIS_ERRORS_H_

#include <string>

#include "base/status.h"

namespace upkeep::redis {

/// The status of the reply `error` ("NOPERM this user …") to `command` ("SLOWLOG|GET") by `user`
/// ("" for the default one) at `peer`.
Status StatusOf(const std::string& error, const std::string& command, const std::string& user,
                const std::string& peer);

}  // namespace upkeep::redis

#endif  // UPKEEP_CHECKS_REDIS_ERRORS_H_
