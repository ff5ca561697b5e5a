// SPDX-License-Identifier: Apache-2.0
//
// The numbered steps from an empty file to the schema of today; migrations/NNN_*.sql, built in.

#ifndef UPKEEP_RUNNER_STORE_MIGRATIONS_H_
#define UPKEEP_RUNNER_STORE_MIGRATIONS_H_

#include <span>

namespace upkeep::store {

/// The SQL of step i + 1, which makes schema version i + 1 out of version i.
std::span<const char* const> Migrations();

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_MIGRATIONS_H_
