// SPDX-License-Identifier: Apache-2.0
//
// Who asks, and who decides. Nobody says who they are: the operating system does, or a signature
// by a registered key. Nobody decides on a plan of their own, whatever name they come under.
//
// THREADS: any; nothing is shared.

#ifndef UPKEEP_RUNNER_REMEDY_DECISION_H_
#define UPKEEP_RUNNER_REMEDY_DECISION_H_

#include <string>

#include "base/status.h"
#include "runner/remedy/approval_key.h"
#include "runner/remedy/policy.h"
#include "runner/store/plans.h"
#include "runner/store/store.h"

namespace upkeep::remedy {

/// What a plan is called in messages: "plan 7".
std::string PlanName(store::PlanId plan);

/// The person of this process for what needs one, by the operating system. kDenied where that
/// cannot tell: in a user namespace (whose uids anybody may choose), where nobody logs in
/// with the uid (as in a pod), and behind sudo to another account than root, when the kernel does not keep who
/// logged in.
Result<store::Actor> PersonOfProcess();

/// The person who holds the private key in `key_file`, as far as the key is registered.
Result<store::Actor> PersonOfKey(const KeyRing& keys, const std::string& key_file,
                                 const std::string& text, std::string& signature);

/// Whether both are one person: same source and identity, or a key and the account that its
/// name is of.
bool SamePerson(const store::Actor& one, const store::Actor& other);

struct DecideRequest {
  store::PlanId plan = 0;
  bool approve = false;
  std::string reason;
  std::string key_file;           ///< "": the operating system says who.
  Policy policy;                  ///< Of today: it may want more approvals than when it was planned.
};

/// Records the decision. kDenied: not this person; kUsage without a reason; kNotApproved: the
/// plan expired, was denied or cancelled, or isn't what its hash says; kBusy: it is being applied;
/// kUsage: it was decided on before. An
/// approved plan takes further approvals while the policy wants more.
Result<store::Approval> Decide(store::Store& store, const KeyRing& keys,
                               const DecideRequest& request);

struct WithdrawRequest {
  store::PlanId plan = 0;
  std::string reason;
  std::string key_file;           ///< "": the operating system says who.
};

/// Cancels a plan that is pending or approved, for who made it or approved it. kDenied: somebody
/// else; else as Decide().
Status Withdraw(store::Store& store, const KeyRing& keys, const WithdrawRequest& request);

/// Whether the stored approvals of `plan` let it be applied: enough different people, none of
/// them who asked, each for this hash, each signature still a registered key's. kPending,
/// kNotApproved.
Status CheckApprovals(const store::Plan& plan, const std::vector<store::Approval>& approvals,
                      const KeyRing& keys, int needed);

}  // namespace upkeep::remedy

#endif  // UPKEEP_RUNNER_REMEDY_DECISION_H_
