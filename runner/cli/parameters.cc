// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/parameters.h"

#include <string>

namespace upkeep::cli {

Status ReadParameters(const Invocation& invocation, std::vector<run::Pair>& pairs) {
  for (const std::string& given : invocation.Values("--param")) {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Status(Code::kUsage, "--param '" + given + "' is not NAME=VALUE");
    }
    const std::string name = given.substr(0, equals), text = given.substr(equals + 1);
    const Result<Value> parsed = ParseJson(text);
    const Value value = parsed.ok() && !parsed->is_object() ? *parsed : Value(text);
    bool known = false;
    for (run::Pair& pair : pairs) {
      for (const checks::Parameter& parameter : pair.playbook->head.params) {
        if (parameter.name != name) continue;
        pair.params[name] = parameter.default_value.is_string() ? Value(text) : value;
        known = true;
      }
      const Result<Value> resolved = checks::ResolveParameters(pair.playbook->head, pair.params);
      if (!resolved.ok()) {
        return Status(Code::kUsage, resolved.status().message()).WithHint("upkeep explain " + pair.playbook->head.id);
      }
    }
    if (!known) {
      return Status(Code::kUsage, "no chosen playbook has a parameter '" + name + "'")
          .WithHint("upkeep explain PLAYBOOK shows its parameters");
    }
  }
  return Status::Ok();
}

}  // namespace upkeep::cli
