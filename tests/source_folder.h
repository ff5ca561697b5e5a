// SPDX-License-Identifier: Apache-2.0
//
// Where the checkout stands that a test belongs to, for what it reads out of it.

#ifndef UPKEEP_TESTS_SOURCE_FOLDER_H_
#define UPKEEP_TESTS_SOURCE_FOLDER_H_

#include <string>

namespace upkeep {

/// "/home/…/upkeep", without a slash at its end.
std::string SourceFolder();

}  // namespace upkeep

#endif  // UPKEEP_TESTS_SOURCE_FOLDER_H_
