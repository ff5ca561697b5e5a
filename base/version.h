// SPDX-License-Identifier: Apache-2.0
//
// The version of this build, from CMakeLists.txt.

#ifndef UPKEEP_BASE_VERSION_H_
#define UPKEEP_BASE_VERSION_H_

#include <string_view>

namespace upkeep {

std::string_view Version();

}  // namespace upkeep

#endif  // UPKEEP_BASE_VERSION_H_
