// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/rights.h"

#include <set>

#include "checks/redis/commands.h"

namespace upkeep::redis {

std::string AclLine(const std::vector<checks::Need>& needs, const std::string& user) {
  std::set<std::string> commands;
  for (const checks::Need& need : needs) {
    if (need.module == "redis" && need.verb == "command") commands.insert(AclName(need.object));
  }
  if (commands.empty()) return "";
  std::string line = "ACL SETUSER " + user + " on resetkeys resetchannels -@all";
  for (const std::string& command : commands) line += " +" + command;
  return line;
}

}  // namespace upkeep::redis
