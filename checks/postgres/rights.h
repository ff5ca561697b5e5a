// SPDX-License-Identifier: Apache-2.0
//
// What a need of a playbook means for a role of PostgreSQL: the one place that knows it, for the
// check before a run, for `upkeep rbac` and for its --diff.
//
// THREADS: pure functions.

#ifndef UPKEEP_CHECKS_POSTGRES_RIGHTS_H_
#define UPKEEP_CHECKS_POSTGRES_RIGHTS_H_

#include <string>
#include <vector>

#include "checks/model/need.h"

namespace upkeep::postgres {

/// The roles whose rights `need` asks for: pg_monitor of postgres:role:pg_monitor; of
/// postgres:function:pg_terminate_backend those that let one see and end sessions of others.
std::vector<std::string> RolesOf(const checks::Need& need);

/// The least statements that give `role` what `needs` ask for, each ending with ';', sorted and
/// none twice. postgres:query needs none: who may log in may look.
std::vector<std::string> GrantStatements(const std::vector<checks::Need>& needs, const std::string& role);

/// Every role that is granted, to `role` itself, and its attributes beyond LOGIN, as rows {name}:
/// what the two lists above can be compared with. SQL for a read-only transaction.
const char* GrantedSql();

}  // namespace upkeep::postgres

#endif  // UPKEEP_CHECKS_POSTGRES_RIGHTS_H_
