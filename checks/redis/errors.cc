// SPDX-License-Identifier: Apache-2.0
#include "checks/redis/errors.h"

#include "checks/redis/commands.h"

namespace upkeep::redis {

Status StatusOf(const std::string& error, const std::string& command, const std::string& user,
                const std::string& peer) {
  const std::string word = error.substr(0, error.find(' '));
  const std::string who = user.empty() ? "default" : user;
  const std::string said = peer + ": " + error;
  if (word == "NOPERM") {
    const std::string need = " (redis:command:" + command + ")";
    if (error.find("keys") != std::string::npos || error.find("key ") != std::string::npos) {
      return Status(Code::kNotPermitted, "'" + who + "' may not run '" + command + "' on this key at " + peer + need)
          .WithHint("ACL SETUSER " + who + " %R~PATTERN");
    }
    return Status(Code::kNotPermitted, "'" + who + "' may not run '" + command + "' at " + peer + need)
        .WithHint("ACL SETUSER " + who + " +" + AclName(command));
  }
  if (word == "WRONGPASS" || error.find("invalid password") != std::string::npos) {
    return Status(Code::kNotPermitted, "'" + who + "' may not log in at " + peer + ": wrong name or password")
        .WithHint("check the user, and the secret that the inventory names");
  }
  if (word == "NOAUTH") {
    return Status(Code::kNotPermitted, "'" + who + "' needs a password at " + peer)
        .WithHint("name its source in the inventory: password: {file: PATH}");
  }
  if (word == "DENIED") {
    return Status(Code::kNotPermitted, peer + " is in protected mode and takes nobody from here")
        .WithHint("set a password or an ACL on the server");
  }
  if (word == "LOADING") return Status(Code::kError, said).WithHint("wait until it has loaded its data");
  if (word == "MASTERDOWN") {
    return Status(Code::kError, said).WithHint("the replica's link to its primary is down");
  }
  if (word == "OOM") return Status(Code::kError, said).WithHint("its maxmemory is reached");
  if (word == "MOVED" || word == "ASK") {
    return Status(Code::kError, peer + ": another node of the cluster holds this key: " + error)
        .WithHint("make that node a target of its own");
  }
  if (error.find("max number of clients") != std::string::npos) {
    return Status(Code::kError, "no connection is free at " + said).WithHint("see CLIENT LIST and maxclients");
  }
  return Status(Code::kError, said);
}

}  // namespace upkeep::redis
