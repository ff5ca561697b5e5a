// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"

namespace upkeep {

std::string_view Version() { return UPKEEP_VERSION; }

}  // namespace upkeep
