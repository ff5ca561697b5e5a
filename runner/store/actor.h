// SPDX-License-Identifier: Apache-2.0
//
// Who did something. Comes from the operating system, a registered key or the API server,
// never from a flag.

#ifndef UPKEEP_RUNNER_STORE_ACTOR_H_
#define UPKEEP_RUNNER_STORE_ACTOR_H_

#include <string>

namespace upkeep::store {

struct Actor {
  std::string name;     ///< For people: "jin", "daemon".
  std::string source;   ///< "os", "key", "kubernetes", "upkeep" (the tool itself).
  /// What the source knows them by: a uid, a key's fingerprint, a user name of the API server.
  /// Two actors are the same person when source and identity are equal.
  std::string identity;
};

}  // namespace upkeep::store

#endif  // UPKEEP_RUNNER_STORE_ACTOR_H_
