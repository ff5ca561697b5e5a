// SPDX-License-Identifier: Apache-2.0
//
// upkeep.postgres: what playbooks can ask of a PostgreSQL server. postgres.lua declares it for
// authors. All playbooks on a target share one connection: a look must not be what takes the
// last one.

#ifndef UPKEEP_CHECKS_POSTGRES_MODULE_H_
#define UPKEEP_CHECKS_POSTGRES_MODULE_H_

#include <memory>

#include "base/io/reactor.h"
#include "checks/model/host_module.h"
#include "checks/targets/inventory.h"
#include "checks/targets/secrets.h"

namespace upkeep::postgres {

enum class Identity {
  kRead,
  kWrite,  ///< The target's `write` identity; only it may end sessions.
};

/// `reactor` and `secrets` must outlive the module. Nothing is connected before Prepare() or
/// the first call. With kWrite the target must have a write user.
std::unique_ptr<checks::HostModule> MakePostgresModule(io::Reactor& reactor, checks::Target target,
                                                       checks::Secrets& secrets,
                                                       Identity identity = Identity::kRead);

}  // namespace upkeep::postgres

#endif  // UPKEEP_CHECKS_POSTGRES_MODULE_H_
