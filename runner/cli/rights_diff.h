// SPDX-License-Identifier: Apache-2.0
//
// The rights that the playbooks need beside those that upkeep has, target by target: what
// `upkeep rbac --diff` shows. Reads only.
//
// THREADS: as the reactor of the factory.

#ifndef UPKEEP_RUNNER_CLI_RIGHTS_DIFF_H_
#define UPKEEP_RUNNER_CLI_RIGHTS_DIFF_H_

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/task.h"
#include "checks/kubernetes/resource.h"
#include "checks/targets/inventory.h"
#include "runner/run/catalog.h"
#include "runner/run/modules.h"

namespace upkeep::cli {

struct RightLine {
  enum class Kind {
    kSame,        ///< How many needs are granted; or a word on what nobody but an administrator sees.
    kMissing,     ///< A playbook needs it and upkeep has it not.
    kNotNeeded,   ///< upkeep has it and no playbook needs it.
    kNotSeen,     ///< It could not be looked at: neither there nor missing.
  };
  Kind kind = Kind::kSame;
  std::string target;            ///< With " (write)" for the write identity.
  std::string text, help;
};

struct RightsQuery {
  /// In which single namespaces of a cluster rights are looked at; those for the whole cluster show
  /// in each.
  std::vector<std::string> namespaces = {"default"};
};

/// Of every target of `inventory`, in its order; they are looked at side by side. All outlive the
/// task.
Task<std::vector<RightLine>> CompareRights(const checks::Inventory& inventory,
                                           const std::vector<run::Playbook>& playbooks,
                                           const run::ModuleFactory& factory, const RightsQuery& query,
                                           Limits limits);

/// 2 when something is missing, 1 when something is not needed, 3 when something was not seen, the
/// worst of them; 0 when all is as it should be.
int ExitOfRights(const std::vector<RightLine>& lines);

/// What is granted by `answer`, the status of a SelfSubjectRulesReview, and by none of `needed`:
/// "delete secrets", "* *.*" … None for what every authenticated user may do.
std::vector<std::string> NotNeeded(const Value& answer, const std::vector<kubernetes::RbacRule>& needed);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_RIGHTS_DIFF_H_
