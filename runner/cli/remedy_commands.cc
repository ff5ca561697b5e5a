// SPDX-License-Identifier: Apache-2.0
//
// upkeep plan | approvals | approve | deny | withdraw | apply: changes that are planned, shown, allowed by
// somebody else, made once, and verified.
#include <algorithm>

#include "runner/cli/command_parts.h"
#include "runner/cli/exit_codes.h"
#include "runner/cli/remedy_parts.h"
#include "runner/cli/settings.h"
#include "runner/cli/workplace.h"
#include "runner/remedy/apply.h"
#include "runner/remedy/decision.h"
#include "runner/remedy/plan_document.h"
#include "runner/remedy/propose.h"

namespace upkeep::cli {
namespace {

constexpr int kNeedsAPerson = 2;   // As a critical finding.
constexpr std::chrono::hours kLongestVerifyAfter{1};

const Option kKeysOption = {"--keys", "FOLDER", "Where registered public keys are: NAME.pub (default /etc/upkeep/keys)", false, {}};
const Option kKeyOption = {"--key", "FILE", "Your Ed25519 private key; without it the operating system says who you are", false, {}};
const Option kPolicyOption = {"--policy", "FILE", "What may be changed here, within /etc/upkeep/policy.yaml (default: policy.yaml)", false, {}};

Result<std::int64_t> ReadNumber(const std::string& typed, const std::string& what) {
  if (typed.empty() || typed.size() > 18 ||
      typed.find_first_not_of("0123456789") != std::string::npos) {
    return Status(Code::kUsage, "'" + typed + "' is no " + what + "'s number");
  }
  return std::stoll(typed);
}

/// A workplace with policy and keys.
struct Shop {
  std::unique_ptr<Workplace> place;
  std::unique_ptr<remedy::Workbench> bench;
};

Result<Shop> OpenShop(const Invocation& invocation) {
  Shop shop;
  Result<remedy::Policy> policy = LoadPolicy(invocation);
  if (!policy.ok()) return policy.status();
  Result<remedy::KeyRing> keys = LoadKeys(invocation);
  if (!keys.ok()) return keys.status();
  Result<std::unique_ptr<Workplace>> place = Workplace::Open(invocation);
  if (!place.ok()) return place.status();
  shop.place = std::move(*place);
  Workplace& at = *shop.place;
  shop.bench.reset(new remedy::Workbench{at.store(), at.reactor(), at.clock(), at.redactor(),
                                         at.inventory(), at.catalog(), at.modules().maker(),
                                         at.modules().write_maker(), *policy, *std::move(keys)});
  return shop;
}

int ShowOne(const Invocation& invocation, store::Store& store, store::PlanId id) {
  Result<store::Plan> plan = store.FindPlan(id);
  if (!plan.ok()) return invocation.Fail(plan.status());
  Result<std::vector<store::Approval>> approvals = store.Approvals(id);
  if (!approvals.ok()) return invocation.Fail(approvals.status());
  *invocation.out << remedy::ShowPlan(*plan, *approvals, Language(invocation)) << "\n";
  return 0;
}

/// Why one result has no plan: on `err`, with the fault's exit code.
int ReportRefusal(const Invocation& invocation, const remedy::Proposed& proposed) {
  const bool korean = Language(invocation) == "ko";
  const std::string what = PrintableText(proposed.target + "  " + proposed.subject);
  if (proposed.status.ok()) {
    *invocation.err << what << (korean ? ": 조치하지 않음: " : ": nothing is planned: ")
                    << proposed.refused.In(Language(invocation)) << "\n";
    return 0;
  }
  *invocation.err << what << ": ";
  // A plan that is open already is no fault: it waits to be decided on.
  if (proposed.status.code() == Code::kBusy) {
    *invocation.err << invocation.Describe(proposed.status) << "\n";
    return 0;
  }
  return invocation.Fail(proposed.status);
}

int PlanCommand(Invocation& invocation) {
  remedy::ProposeRequest request;
  if (invocation.Has("--run")) {
    Result<std::int64_t> run = ReadNumber(invocation.Value("--run"), "run");
    if (!run.ok()) return invocation.Fail(run.status());
    request.run = *run;
  }
  request.subject = invocation.Value("--subject", "*");
  Result<Shop> shop = OpenShop(invocation);
  if (!shop.ok()) return invocation.Fail(shop.status());
  remedy::Workbench& bench = *shop->bench;
  const std::string key = invocation.Value("--key");
  std::string signature;
  Result<store::Actor> person =
      key.empty() ? remedy::PersonOfProcess()
                  : remedy::PersonOfKey(bench.keys, key, "upkeep request 1\n", signature);
  if (!person.ok()) return invocation.Fail(person.status());
  request.requester = *std::move(person);
  Result<remedy::ProposeOutcome> outcome =
      shop->place->RunTask(remedy::Propose(bench, std::move(request), shop->place->limits()));
  if (!outcome.ok()) return shop->place->Fail(invocation, outcome.status());
  int exit = 0;
  std::string made;
  for (const remedy::Proposed& proposed : outcome->results) {
    int code = 0;
    if (proposed.plan == 0) {
      code = ReportRefusal(invocation, proposed);
    } else {
      code = ShowOne(invocation, bench.store, proposed.plan);
      if (!proposed.held.ok()) *invocation.err << invocation.Describe(proposed.held) << "\n";
      made += " " + std::to_string(proposed.plan);
    }
    exit = WorseExit(exit, code);
  }
  const bool korean = Language(invocation) == "ko";
  if (outcome->results.empty()) {
    *invocation.err << (korean ? "조치할 수 있는 결과가 없습니다 (실행 " : "no result names a remedy (run ")
                    << outcome->run << ")\n";
  } else if (!made.empty()) {
    *invocation.err << (korean ? "다른 사람이 결정합니다: upkeep approve" : "somebody else decides: upkeep approve")
                    << made << " --reason TEXT\n";
  }
  return exit;
}

int ApprovalsList(Invocation& invocation) {
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());
  store::PlanFilter filter;
  if (!invocation.Has("--all")) {
    using store::PlanState;
    filter.states = {PlanState::kPending, PlanState::kApproved, PlanState::kApplying,
                     PlanState::kApplied, PlanState::kUnknown};
  }
  Result<std::vector<store::Plan>> plans = (*store)->Plans(filter);
  if (!plans.ok()) return invocation.Fail(plans.status());
  std::vector<std::vector<std::string>> rows = {
      {"PLAN", "STATE", "RISK", "TARGET", "SUBJECT", "REMEDY", "ASKED BY", "EXPIRES"}};
  for (const store::Plan& plan : *plans) {
    rows.push_back({std::to_string(plan.id), invocation.Say(store::PlanStateName(plan.state)), invocation.Say(plan.risk),
                    plan.target, PrintableText(plan.subject), plan.remedy,
                    PrintableText(plan.requester.name), FormatRfc3339(std::chrono::floor<std::chrono::seconds>(plan.expires))});
  }
  *invocation.out << HeadedTable(invocation, std::move(rows));
  return 0;
}

int ApprovalsShow(Invocation& invocation) {
  Result<std::int64_t> id = ReadNumber(invocation.positionals.front(), "plan");
  if (!id.ok()) return invocation.Fail(id.status());
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, true);
  if (!store.ok()) return invocation.Fail(store.status());
  return ShowOne(invocation, **store, *id);
}

/// Every plan that was typed, each there and named once: a slip in the third must not show itself only
/// after the first two were decided on.
Result<std::vector<store::PlanId>> PlansTyped(const Invocation& invocation, store::Store& store) {
  std::vector<store::PlanId> plans;
  for (const std::string& typed : invocation.positionals) {
    const Result<std::int64_t> id = ReadNumber(typed, "plan");
    if (!id.ok()) return id.status();
    if (std::find(plans.begin(), plans.end(), *id) != plans.end()) {
      return Status(Code::kUsage, "plan " + std::to_string(*id) + " is named twice");
    }
    plans.push_back(*id);
  }
  for (const store::PlanId id : plans) {
    const Result<store::Plan> plan = store.FindPlan(id);
    if (!plan.ok()) return plan.status();
  }
  return plans;
}

int DecideCommand(const Invocation& invocation, bool approve) {
  remedy::DecideRequest request;
  request.approve = approve;
  request.reason = invocation.Value("--reason");
  request.key_file = invocation.Value("--key");
  Result<remedy::KeyRing> keys = LoadKeys(invocation);
  if (!keys.ok()) return invocation.Fail(keys.status());
  Result<remedy::Policy> policy = LoadPolicy(invocation);
  if (!policy.ok()) return invocation.Fail(policy.status());
  request.policy = *std::move(policy);
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, false);
  if (!store.ok()) return invocation.Fail(store.status());
  const Result<std::vector<store::PlanId>> plans = PlansTyped(invocation, **store);
  if (!plans.ok()) return invocation.Fail(plans.status());
  for (const store::PlanId id : *plans) {
    request.plan = id;
    Result<store::Approval> decided = remedy::Decide(**store, *keys, request);
    if (!decided.ok()) return invocation.Fail(decided.status());
    Result<store::Plan> plan = (*store)->FindPlan(id);
    if (!plan.ok()) return invocation.Fail(plan.status());
    *invocation.out << invocation.Say("plan " + std::to_string(id) + " is " +
                                      std::string(store::PlanStateName(plan->state)))
                    << " ("
                    << PrintableText(decided->actor.name) << ", " << decided->actor.identity << ")\n";
  }
  return 0;
}

int WithdrawCommand(const Invocation& invocation) {
  remedy::WithdrawRequest request;
  Result<std::int64_t> id = ReadNumber(invocation.positionals.front(), "plan");
  if (!id.ok()) return invocation.Fail(id.status());
  request.plan = *id;
  request.reason = invocation.Value("--reason");
  request.key_file = invocation.Value("--key");
  Result<remedy::KeyRing> keys = LoadKeys(invocation);
  if (!keys.ok()) return invocation.Fail(keys.status());
  Result<std::unique_ptr<store::Store>> store = OpenStore(invocation, false);
  if (!store.ok()) return invocation.Fail(store.status());
  if (Status taken = remedy::Withdraw(**store, *keys, request); !taken.ok()) return invocation.Fail(taken);
  Result<store::Plan> plan = (*store)->FindPlan(*id);
  if (!plan.ok()) return invocation.Fail(plan.status());
  *invocation.out << invocation.Say("plan " + std::to_string(*id) + " is " +
                                    std::string(store::PlanStateName(plan->state)))
                  << ": " << PrintableText(plan->outcome.In(Language(invocation))) << "\n";
  return 0;
}

void ShowApplied(const Invocation& invocation, const remedy::Applied& applied) {
  *invocation.out << invocation.Say("plan " + std::to_string(applied.plan) + " is " +
                                    std::string(store::PlanStateName(applied.state)))
                  << ": "
                  << PrintableText(applied.outcome.In(Language(invocation)));
  if (applied.verified_by != 0) *invocation.out << " (" << invocation.Say("run " + std::to_string(applied.verified_by)) << ")";
  *invocation.out << "\n";
}

int ApplyCommand(Invocation& invocation) {
  remedy::ApplyRequest request;
  Result<std::int64_t> id = ReadNumber(invocation.positionals.front(), "plan");
  if (!id.ok()) return invocation.Fail(id.status());
  request.plan = *id;
  if (invocation.Has("--verify-after")) {
    Result<std::chrono::microseconds> wait = ParseDuration(invocation.Value("--verify-after"));
    if (!wait.ok() || wait->count() < 0) {
      return invocation.Fail(Status(Code::kUsage, "--verify-after '" + invocation.Value("--verify-after") +
                                                      "' is no duration")
                                 .WithHint("30s, 5m"));
    }
    if (*wait > kLongestVerifyAfter) {
      return invocation.Fail(Status(Code::kUsage, "--verify-after '" + invocation.Value("--verify-after") +
                                                      "' is longer than 1h: nobody waits that long for an answer")
                                 .WithHint("30s, 5m"));
    }
    request.verify_after = *wait;
  }
  request.actor = run::OperatingSystemActor();
  Result<Shop> shop = OpenShop(invocation);
  if (!shop.ok()) return invocation.Fail(shop.status());
  remedy::Workbench& bench = *shop->bench;
  Result<remedy::ApplyLock> lock = remedy::ApplyLock::Take(bench.store.path());
  if (!lock.ok()) return invocation.Fail(lock.status());
  Result<std::vector<remedy::Applied>> recovered = shop->place->RunTask(
      remedy::Recover(bench, *lock, request.actor, request.plan, shop->place->limits()));
  if (!recovered.ok()) return shop->place->Fail(invocation, recovered.status());
  for (const remedy::Applied& left : *recovered) {
    const bool asked = left.plan == request.plan;
    if (!left.status.ok()) {
      // Another plan's trouble is told, and does not stop this one.
      const int code = shop->place->Fail(invocation, left.status);
      if (asked) return code;
      continue;
    }
    ShowApplied(invocation, left);
    if (asked) return left.state == store::PlanState::kVerified ? 0 : kNeedsAPerson;
  }
  Result<remedy::Applied> applied =
      shop->place->RunTask(remedy::Apply(bench, *lock, std::move(request), shop->place->limits()));
  if (!applied.ok()) return shop->place->Fail(invocation, applied.status());
  ShowApplied(invocation, *applied);
  return applied->state == store::PlanState::kVerified ? 0 : kNeedsAPerson;
}

Command DecisionCommand(const std::string& name, const std::string& summary, bool approve) {
  Command command;
  command.name = name;
  command.summary = summary;
  command.positionals = {{"PLAN", "Its number", true, true}};
  command.options = {{"--reason", "TEXT", "Why; it is kept with the decision", false, {}}, kKeyOption,
                     kKeysOption, kPolicyOption};
  command.run = [approve](Invocation& invocation) { return DecideCommand(invocation, approve); };
  return command;
}

}  // namespace

std::vector<Command> MakeRemedyCommands() {
  Command plan, list, show, apply, withdraw;
  plan.name = "plan";
  plan.summary = "Plan the remedies of a stored run, and show what would change";
  plan.options = {
      {"--run", "N", "The run whose results are answered (default: the newest)", false, {}},
      {"--subject", "GLOB", "Only these subjects: shop/Pod/web-*", false, {}},
      kKeyOption, kKeysOption, kPolicyOption,
  };
  plan.examples = "  upkeep plan --subject 'shop/Pod/*'\n";
  plan.run = PlanCommand;
  list.name = "approvals";
  list.summary = "Plans that wait for a decision or for their end";
  list.options = {{"--all", "", "Those that have ended, too", false, {}}};
  list.run = ApprovalsList;
  show.name = "approvals show";
  show.summary = "One plan: its changes, its diff, who decided and why";
  show.positionals = {{"PLAN", "Its number", true, false}};
  show.run = ApprovalsShow;
  apply.name = "apply";
  apply.summary = "Carry out an approved plan once, and verify it";
  apply.positionals = {{"PLAN", "Its number", true, false}};
  apply.options = {{"--verify-after", "DURATION", "Wait this long before looking again", false, {}},
                   kKeysOption, kPolicyOption};
  apply.run = ApplyCommand;
  withdraw.name = "withdraw";
  withdraw.summary = "Take back a plan that you made or approved, until it is applied";
  withdraw.positionals = {{"PLAN", "Its number", true, false}};
  withdraw.options = {{"--reason", "TEXT", "Why; it is kept with the plan", false, {}}, kKeyOption, kKeysOption};
  withdraw.run = WithdrawCommand;
  // `approvals` alone lists; the group comes first, so that it is one.
  return {plan, show, list, DecisionCommand("approve", "Allow a plan of somebody else's", true),
          DecisionCommand("deny", "Refuse a plan of somebody else's", false), withdraw, apply};
}

}  // namespace upkeep::cli
