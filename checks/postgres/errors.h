// SPDX-License-Identifier: Apache-2.0
//
// What the server's error codes mean for a result. Private to checks/postgres.

#ifndef UPKEEP_CHECKS_POSTGRES_ERRORS_H_
#define UPKEEP_CHECKS_POSTGRES_ERRORS_H_

#include <string>
#include <string_view>

#include "base/status.h"

namespace upkeep::postgres {

/// The status of an error `sqlstate` with the server's `message`, for `user` at `peer`.
Status StatusOf(std::string_view sqlstate, std::string_view message, const std::string& user,
                const std::string& peer);

/// The status of libpq's text about a login that failed, as PQERRORS_VERBOSE writes it.
Status StatusOfLogin(const std::string& text, const std::string& user, const std::string& peer);

/// `name` as an SQL identifier, quoted only where it must be.
std::string Identifier(std::string_view name);

}  // namespace upkeep::postgres

#endif  // UPKEEP_CHECKS_POSTGRES_ERRORS_H_
