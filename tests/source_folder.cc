// SPDX-License-Identifier: Apache-2.0
#include "tests/source_folder.h"

namespace upkeep {

std::string SourceFolder() { return UPKEEP_SOURCE_DIR; }

}  // namespace upkeep
