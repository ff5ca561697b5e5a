// SPDX-License-Identifier: Apache-2.0
//
// Registered keys: who somebody is where the operating system can't tell, as in a pod in which
// everybody has one uid. A key is an Ed25519 public key (PEM) in a folder, NAME.pub, where NAME
// is the person's account name. Registering is the administrator's act: the folder and its files
// count only when root owns them and nobody else may write them.
//
// A decision is signed: plan hash, plan number, approve or deny, and the reason. The signature is
// kept with the approval and verified again before anything is applied.
//
// THREADS: plain values; functions may be called from any thread.

#ifndef UPKEEP_RUNNER_REMEDY_APPROVAL_KEY_H_
#define UPKEEP_RUNNER_REMEDY_APPROVAL_KEY_H_

#include <string>

#include "runner/keys/ed25519.h"
#include "runner/keys/key_ring.h"
#include "runner/store/plans.h"

namespace upkeep::remedy {

using keys::KeyRing;
using keys::ReadKeys;
using keys::RegisteredKey;
using keys::Sign;
using keys::Signature;
using keys::Trust;
using keys::Verify;

/// The bytes that a decision's signature covers.
std::string DecisionText(const store::Approval& approval);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_APPROVAL_KEY_H_
