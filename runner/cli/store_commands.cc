// SPDX-License-Identifier: Apache-2.0
//
// upkeep db check and db ledger: can the store be believed?
#include "runner/cli/command_parts.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"

namespace upkeep::cli {
namespace {

constexpr int kLedgerBroken = 82;

int CheckStore(Invocation& invocation) {
  auto store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());
  auto faults = (*store)->CheckIntegrity();
  if (!faults.ok()) return invocation.Fail(faults.status());
  for (const store::IntegrityFault& fault : *faults) {
    *invocation.out << invocation.Say(fault.what) << "\n";
  }
  if (faults->empty()) {
    *invocation.out << invocation.Say("nothing wrong in " + (*store)->path() + " (schema " +
                                      std::to_string((*store)->schema_version()) + ")")
                    << "\n";
    return 0;
  }
  return invocation.Fail(Status(Code::kStore, std::to_string(faults->size()) + " faults in the store " +
                                                  (*store)->path())
                             .WithHint("keep a copy of it before anything else; upkeep db ledger "
                                       "says whether the ledger can be believed"));
}

int VerifyLedger(Invocation& invocation) {
  auto store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());
  auto verdict = (*store)->VerifyLedger();
  if (!verdict.ok()) return invocation.Fail(verdict.status());
  if (verdict->ok()) {
    *invocation.out << invocation.Say(std::to_string(verdict->entries) + " entries, " + verdict->head.hash) << "\n";
    return 0;
  }
  if (verdict->fault) {
    (void)invocation.Fail(Status(Code::kEvidence, "the ledger's entry " +
                                                      std::to_string(verdict->fault->sequence) +
                                                      " does not verify: " + verdict->fault->what));
  }
  if (!verdict->fork.empty()) {
    (void)invocation.Fail(Status(Code::kEvidence, "the store is a fork: " + verdict->fork)
                              .WithHint("an older copy was put in its place; find the newer one"));
  }
  return kLedgerBroken;
}

}  // namespace

std::vector<Command> MakeStoreCommands() {
  Command check, verify;
  check.name = "db check";
  check.summary = "Check the whole store: file, keys, ledger, states, attempts";
  check.run = CheckStore;
  verify.name = "db ledger";
  verify.summary = "Recompute every hash of the ledger";
  verify.run = VerifyLedger;
  return {check, verify};
}

}  // namespace upkeep::cli
