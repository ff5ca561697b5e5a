// SPDX-License-Identifier: Apache-2.0
//
// A Call is one call of a playbook, read and checked: which function, about what. Both the
// need of a call and its execution start from it, so that they can't differ.
//
// THREADS: plain values and pure functions.

#ifndef UPKEEP_CHECKS_KUBERNETES_CALL_H_
#define UPKEEP_CHECKS_KUBERNETES_CALL_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/value.h"
#include "checks/kubernetes/client.h"
#include "checks/model/need.h"

namespace upkeep::kubernetes {

enum class Function {
  kList, kGet, kEvents, kNodeStats, kLog, kVersion, kServerTime, kInstalled, kCan,
  kDelete, kPatch, kCreate,
};

struct Call {
  Function function = Function::kList;
  checks::Need need;                 ///< What the call uses.
  std::string resource, space, name;
  ListQuery query;                   ///< Of list and events.
  LogQuery log;                      ///< Of log.
  WriteOptions write;                ///< Of delete, patch and create.
  Value object;                      ///< The patch, or what is to be created.
  std::string group;                 ///< Of installed.
  checks::Need asked;                ///< Of can.
};

/// Names of all functions, as playbooks call them.
const std::vector<std::string>& FunctionNames();

/// kInvalid tells how the function is called.
Result<Call> ReadCall(std::string_view function, const Value& arguments);

}  // namespace upkeep::kubernetes

#endif  // UPKEEP_CHECKS_KUBERNETES_CALL_H_
