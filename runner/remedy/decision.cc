// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/decision.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "runner/remedy/plan_row.h"
#include "runner/run/session.h"

namespace upkeep::remedy {
namespace {

constexpr const char* kUseAKey = "register a key and use --key; docs/remedies.md";

/// A process in a user namespace of its own has the uid that its maker chose.
bool UidsAreTheMachines() {
  std::ifstream map("/proc/self/uid_map");
  std::uint64_t inside = 1, outside = 1, count = 0;
  constexpr std::uint64_t kAll = 4294967295;
  return static_cast<bool>(map >> inside >> outside >> count) && inside == 0 && outside == 0 &&
         count == kAll;
}

/// "uid:1000" of the account called `name`; "" when there is none.
std::string IdentityOfAccount(const std::string& name) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return "";
  }
  return "uid:" + std::to_string(found->pw_uid);
}

/// Whether the uid has an account, and one that is a person's: an image's or a service's has no
/// login shell.
bool SomebodyLogsInAs(const std::string& uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const auto number = static_cast<uid_t>(std::strtoul(uid.c_str(), nullptr, 10));
  if (getpwuid_r(number, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return false;
  const std::string shell = found->pw_shell == nullptr ? "" : found->pw_shell;
  const std::string name = shell.substr(shell.rfind('/') + 1);
  return name != "nologin" && name != "false" && name != "nonexistent";
}

bool KeyIsOfAccount(const store::Actor& key, const store::Actor& account) {
  return key.source == "key" && account.source == "os" &&
         (key.name == account.name || IdentityOfAccount(key.name) == account.identity);
}

/// Over without having been applied, begun by somebody, or done with.
Code CodeOfEnded(store::PlanState state) {
  using store::PlanState;
  if (state == PlanState::kDenied || state == PlanState::kExpired || state == PlanState::kCancelled) {
    return Code::kNotApproved;
  }
  return state == PlanState::kApplying ? Code::kBusy : Code::kUsage;
}

/// How many must approve: as many as when it was planned, and as the policy of today wants.
int ApprovalsNeeded(const store::Plan& plan, const Policy& policy) {
  const Result<checks::Risk> risk = RiskFromName(plan.risk);
  return risk.ok() ? std::max(plan.approvals_needed, policy.ApprovalsFor(*risk)) : plan.approvals_needed;
}

Status CheckOpen(const store::Plan& plan, bool wants_more, Instant now) {
  const bool open = plan.state == store::PlanState::kPending ||
                    (plan.state == store::PlanState::kApproved && wants_more);
  if (!open) {
    return Status(CodeOfEnded(plan.state), PlanName(plan.id) + " is " + std::string(store::PlanStateName(plan.state)) +
                                               "; there is nothing to decide");
  }
  if (plan.expires <= now) {
    return Status(Code::kNotApproved, PlanName(plan.id) + " expired at " + FormatRfc3339(plan.expires))
        .WithHint("plan again: the world has moved on");
  }
  return Status::Ok();
}

}  // namespace

std::string PlanName(store::PlanId plan) { return "plan " + std::to_string(plan); }

Result<store::Actor> PersonOfProcess() {
  if (!UidsAreTheMachines()) {
    return Status(Code::kDenied, "this process is in a user namespace, where its uid proves nothing")
        .WithHint(kUseAKey);
  }
  store::Actor actor = run::OperatingSystemActor();
  const char* const invoked_by = std::getenv("SUDO_UID");
  const uid_t uid = getuid();
  // The variable can't be trusted to say who somebody is, only that there is doubt: anybody may
  // set it for themselves. Root is where sudo alone can have led, so there it counts.
  if (uid != 0 && invoked_by != nullptr && invoked_by != std::to_string(uid) &&
      actor.identity == "uid:" + std::to_string(uid)) {
    return Status(Code::kDenied, "behind sudo nobody can tell who " + actor.name + " is here")
        .WithHint("log in as that person, or use a registered key with --key");
  }
  // A pod's uid is everybody's who may start one.
  if (const std::string number = actor.identity.substr(actor.identity.find(':') + 1); !SomebodyLogsInAs(number)) {
    return Status(Code::kDenied, "nobody logs in with the uid " + number + " here, so it is nobody's in particular")
        .WithHint(kUseAKey);
  }
  return actor;
}

Result<store::Actor> PersonOfKey(const KeyRing& keys, const std::string& key_file,
                                 const std::string& text, std::string& signature) {
  Result<Signature> made = Sign(key_file, text);
  if (!made.ok()) return made.status();
  const RegisteredKey* const key = keys.Find(made->fingerprint);
  if (key == nullptr) {
    return Status(Code::kDenied, "the key " + made->fingerprint + " is not registered")
        .WithHint("an administrator puts its public half into the folder of keys as NAME.pub");
  }
  UPKEEP_RETURN_IF_ERROR(Verify(*key, text, made->base64));
  signature = made->base64;
  return store::Actor{key->name, "key", key->fingerprint};
}

bool SamePerson(const store::Actor& one, const store::Actor& other) {
  if (one.source == other.source && one.identity == other.identity) return true;
  return KeyIsOfAccount(one, other) || KeyIsOfAccount(other, one);
}

Result<store::Approval> Decide(store::Store& store, const KeyRing& keys,
                               const DecideRequest& request) {
  if (request.reason.find_first_not_of(" \t\n") == std::string::npos) {
    return Status(Code::kUsage, "a decision needs a reason").WithHint("--reason TEXT");
  }
  Result<store::Plan> plan = store.FindPlan(request.plan);
  if (!plan.ok()) return plan.status();
  // Nobody should put their name to a document that isn't the plan's, nor be judged by a row that
  // somebody changed.
  UPKEEP_RETURN_IF_ERROR(CheckRow(store, *plan));
  SystemClock clock;
  store::Approval approval;
  approval.plan = plan->id;
  approval.hash = plan->hash;
  approval.approve = request.approve;
  approval.reason = request.reason;
  Result<store::Actor> person =
      request.key_file.empty()
          ? PersonOfProcess()
          : PersonOfKey(keys, request.key_file, DecisionText(approval), approval.signature);
  if (!person.ok()) return person.status();
  approval.actor = std::move(*person);
  if (SamePerson(approval.actor, plan->requester)) {
    return Status(Code::kDenied, PlanName(plan->id) + " was made by " + plan->requester.name + " (" +
                                     plan->requester.identity + "), and that is you, " +
                                     approval.actor.name + "; nobody decides on a plan of their own")
        .WithHint("somebody else must decide");
  }
  Result<std::vector<store::Approval>> given = store.Approvals(plan->id);
  if (!given.ok()) return given.status();
  const bool wants_more =
      request.approve &&
      CheckApprovals(*plan, *given, keys, ApprovalsNeeded(*plan, request.policy)).code() == Code::kPending;
  UPKEEP_RETURN_IF_ERROR(CheckOpen(*plan, wants_more, clock.Now()));
  for (const store::Approval& earlier : *given) {
    if (SamePerson(earlier.actor, approval.actor)) {
      return Status(Code::kDenied, approval.actor.name + " has decided on " + PlanName(plan->id) + " before");
    }
  }
  UPKEEP_RETURN_IF_ERROR(store.Approve(approval));
  return approval;
}

Status Withdraw(store::Store& store, const KeyRing& keys, const WithdrawRequest& request) {
  if (request.reason.find_first_not_of(" \t\n") == std::string::npos) {
    return Status(Code::kUsage, "a decision needs a reason").WithHint("--reason TEXT");
  }
  Result<store::Plan> plan = store.FindPlan(request.plan);
  if (!plan.ok()) return plan.status();
  std::string signature;
  Result<store::Actor> person =
      request.key_file.empty()
          ? PersonOfProcess()
          : PersonOfKey(keys, request.key_file, "upkeep withdraw 1\n" + plan->hash + "\n" + request.reason, signature);
  if (!person.ok()) return person.status();
  Result<std::vector<store::Approval>> given = store.Approvals(plan->id);
  if (!given.ok()) return given.status();
  const bool decided = std::any_of(given->begin(), given->end(), [&](const store::Approval& approval) {
    return SamePerson(approval.actor, *person);
  });
  if (!decided && !SamePerson(plan->requester, *person)) {
    return Status(Code::kDenied, PlanName(plan->id) + " is taken back by who made or approved it, and " +
                                     person->name + " did neither")
        .WithHint("upkeep deny refuses a plan that is pending");
  }
  if (plan->state != store::PlanState::kPending && plan->state != store::PlanState::kApproved) {
    return Status(CodeOfEnded(plan->state), PlanName(plan->id) + " is " +
                                                std::string(store::PlanStateName(plan->state)) +
                                                "; there is nothing to take back");
  }
  const Text outcome{"taken back by " + person->name + ": " + request.reason,
                     person->name + "님이 철회함: " + request.reason};
  return store.MovePlan(plan->id, store::PlanState::kCancelled, outcome, *person);
}

Status CheckApprovals(const store::Plan& plan, const std::vector<store::Approval>& approvals,
                      const KeyRing& keys, int needed) {
  std::vector<const store::Approval*> counted;
  for (const store::Approval& approval : approvals) {
    if (!approval.approve) {
      return Status(Code::kNotApproved, PlanName(plan.id) + " was denied by " + approval.actor.name + ": " +
                                            approval.reason);
    }
    if (approval.hash != plan.hash || SamePerson(approval.actor, plan.requester)) continue;
    if (approval.actor.source == "key") {
      const RegisteredKey* const key = keys.Find(approval.actor.identity);
      if (key == nullptr) {
        return Status(Code::kNotApproved, "the key that approved " + PlanName(plan.id) + ", " +
                                              approval.actor.name + "'s, is not registered here")
            .WithHint("--keys FOLDER names where registered keys are");
      }
      if (!Verify(*key, DecisionText(approval), approval.signature).ok()) {
        return Status(Code::kNotApproved, "the approval of " + PlanName(plan.id) + " is not signed by " +
                                              approval.actor.name);
      }
    }
    bool another = true;
    for (const store::Approval* other : counted) {
      another = another && !SamePerson(other->actor, approval.actor);
    }
    if (another) counted.push_back(&approval);
  }
  if (static_cast<int>(counted.size()) >= needed) return Status::Ok();
  return Status(Code::kPending, PlanName(plan.id) + " has " + std::to_string(counted.size()) + " of " +
                                    std::to_string(needed) + " approvals")
      .WithHint("somebody else decides: upkeep approve " + std::to_string(plan.id) + " --reason TEXT");
}

}  // namespace upkeep::remedy
