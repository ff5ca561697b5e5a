// SPDX-License-Identifier: Apache-2.0
//
// Loads libcurl. Private to base/io.

#ifndef UPKEEP_BASE_IO_LATE_LIBCURL_H_
#define UPKEEP_BASE_IO_LATE_LIBCURL_H_

#include "base/status.h"

namespace upkeep::io {

/// Loads and starts libcurl in this process when nobody has; any thread. What it answers first it
/// answers always.
Status StartLibcurl();

}  // namespace upkeep::io

#endif  // UPKEEP_BASE_IO_LATE_LIBCURL_H_
