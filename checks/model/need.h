// SPDX-License-Identifier: Apache-2.0
//
// A need is one permission that a playbook declares, and the only way to get it:
//
//   kubernetes:list:pods            verb and resource; groups as in pods.metrics.k8s.io,
//   kubernetes:get:nodes/proxy      subresources after a slash
//   postgres:query                  read-only SQL
//   postgres:role:pg_monitor        membership in a role
//   postgres:function:pg_terminate_backend   (remedies only)
//   redis:command:INFO
//   http:get · http:head            the target's endpoint
//   tls:connect · dns:resolve
//   plugin:run:check_disk · plugin:run:*     a plugin that the inventory declares, or any
//
// In a head it is a string, or {"kubernetes:list:pods", fields = {"metadata.name", …}} where a
// list names the fields that the playbook reads: only those are kept in memory.

#ifndef UPKEEP_CHECKS_MODEL_NEED_H_
#define UPKEEP_CHECKS_MODEL_NEED_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/value.h"

namespace upkeep::checks {

struct Need {
  std::string module;                ///< kubernetes, postgres, redis, http, tls, dns, plugin
  std::string verb;                  ///< list, get, query, role, function, command, connect, resolve …
  std::string object;                ///< pods, nodes/proxy, pg_monitor, INFO; may be empty
  std::vector<std::string> fields;   ///< Field paths; "status.conditions" means all below it too.
  bool optional = false;             ///< A missing optional need is reported, and the check still runs.

  std::string ToString() const;
  /// Same permission; fields are not compared.
  bool Matches(const Need& other) const;
  /// Matches(), or this one is for any plugin and the other for one.
  bool Covers(const Need& other) const;
  /// True for verbs that change something.
  bool writes() const;
};

/// Reads the string form, or a head's table form ({"1": need, "fields": […], "optional": true}
/// or {"need": …}). kInvalid says which part is wrong and what was expected.
Result<Need> ParseNeed(const Value& value);

}  // namespace upkeep::checks

#endif  // UPKEEP_CHECKS_MODEL_NEED_H_
