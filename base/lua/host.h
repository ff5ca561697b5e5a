// SPDX-License-Identifier: Apache-2.0
//
// Host is what a sandboxed playbook can reach: named functions that take and give plain data.
// It is the one boundary where calls are enforced against declared needs, recorded into a case,
// or replayed from one.

#ifndef UPKEEP_BASE_LUA_HOST_H_
#define UPKEEP_BASE_LUA_HOST_H_

#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/document.h"
#include "base/status.h"
#include "base/task.h"
#include "base/value.h"

namespace upkeep::lua {

/// What a host call gives: small data, or a list of documents (then `value` is unused).
struct Answer {
  Value value;
  std::shared_ptr<const DocumentList> documents;
  /// Paths that the playbook declared to read of `documents`; reading another raises
  /// kUndeclared. Empty: every path.
  std::vector<std::string> fields;
};

class Host {
 public:
  virtual ~Host() = default;

  /// Names of the functions of `module` ("kubernetes" → "list", "get" …); empty when there is
  /// no such module, "*" alone when any name will do. The playbook reaches them as require("upkeep.MODULE").FUNCTION.
  virtual std::vector<std::string> Functions(std::string_view module) const = 0;

  /// Calls one. `arguments` is the JSON array of what the playbook passed. Errors become a Lua
  /// error table {reason = CodeName, message = …} that the playbook may catch.
  virtual Task<Result<Answer>> Call(std::string module, std::string function, Value arguments,
                                    Limits limits) = 0;

  /// The first call that the playbook may not make, whatever it did about the error; ok: none.
  virtual Status Refused() const { return Status::Ok(); }

  /// Awaited whenever a playbook has computed for Budget::turn: whoever shares its thread goes on
  /// meanwhile. Without one of its own the playbook goes on at once.
  virtual Task<void> GiveWay() { co_return; }
};

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_HOST_H_
