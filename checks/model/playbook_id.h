// SPDX-License-Identifier: Apache-2.0
//
// How a playbook is named.

#ifndef UPKEEP_CHECKS_MODEL_PLAYBOOK_ID_H_
#define UPKEEP_CHECKS_MODEL_PLAYBOOK_ID_H_

#include <string_view>

#include "base/status.h"

namespace upkeep::checks {

/// Ok for words of a-z, 0-9 and "_" that dots join, two at the least: "kubernetes.nodes".
Status CheckPlaybookId(std::string_view id);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_MODEL_PLAYBOOK_ID_H_
