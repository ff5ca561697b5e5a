// SPDX-License-Identifier: Apache-2.0
//
// The commands that a check may send: those that only look. Private to checks/redis.

#ifndef UPKEEP_CHECKS_REDIS_COMMANDS_H_
#define UPKEEP_CHECKS_REDIS_COMMANDS_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "base/value.h"

namespace upkeep::redis {

/// One call: its words, and its name as needs and ACLs spell it ("INFO", "SLOWLOG|GET").
struct CommandLine {
  std::vector<std::string> words;
  std::string name;
};

/// Reads the arguments of command("SLOWLOG", "GET", 10); kInvalid for what is no command line
/// or no command that only looks.
Result<CommandLine> ReadCommandLine(const Value& arguments);

/// A harmless call of the command `name`, to try whether it is permitted; empty when `name` is
/// not in the list.
std::vector<std::string> ProbeOf(const std::string& name);

/// "config|get" and so on: how an ACL rule spells it.
std::string AclName(const std::string& name);

/// CONFIG GET answers with passwords too; they are taken out.
Value WithoutPasswords(const std::string& name, Value reply);

}  // namespace upkeep::redis

#endif  // UPKEEP_CHECKS_REDIS_COMMANDS_H_
