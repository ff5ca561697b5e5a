// SPDX-License-Identifier: Apache-2.0
//
// upkeep.redis: what playbooks can ask of a Redis server. redis.lua declares it for authors.
// All playbooks on a target share one connection.

#ifndef UPKEEP_CHECKS_REDIS_MODULE_H_
#define UPKEEP_CHECKS_REDIS_MODULE_H_

#include <memory>

#include "base/io/reactor.h"
#include "checks/model/host_module.h"
#include "checks/targets/inventory.h"
#include "checks/targets/secrets.h"

namespace upkeep::redis {

/// `reactor` and `secrets` must outlive the module. Nothing is connected before Prepare() or
/// the first call.
std::unique_ptr<checks::HostModule> MakeRedisModule(io::Reactor& reactor, checks::Target target,
                                                    checks::Secrets& secrets);

}  // namespace upkeep::redis

#endif  // UPKEEP_CHECKS_REDIS_MODULE_H_
