// SPDX-License-Identifier: Apache-2.0
//
// Loads libpq. Private to checks/postgres.

#ifndef UPKEEP_CHECKS_POSTGRES_LATE_LIBPQ_H_
#define UPKEEP_CHECKS_POSTGRES_LATE_LIBPQ_H_

#include "base/status.h"

namespace upkeep::postgres {

/// Loads libpq when nobody has: some milliseconds, once a process. Any thread.
Status LoadLibpq();

}  // namespace upkeep::postgres

#endif  // UPKEEP_CHECKS_POSTGRES_LATE_LIBPQ_H_
