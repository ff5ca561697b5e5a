// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

constexpr std::string_view kPlanColumns =
    "SELECT id, coalesce(run, 0), fingerprint, playbook, target, subject, remedy, risk, document, "
    "hash, requester_name, requester_source, requester_identity, approvals_needed, created, "
    "expires, state, outcome_en, outcome_ko, coalesce(verified_by, 0), changed FROM plans ";

PlanState ReadPlanState(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(PlanState::kUnverified); ++i) {
    if (PlanStateName(static_cast<PlanState>(i)) == word) return static_cast<PlanState>(i);
  }
  return PlanState::kUnknown;
}

Plan ReadPlan(const Query& query) {
  Plan plan;
  plan.id = query.Int(0);
  plan.run = query.Int(1);
  plan.fingerprint = query.Text(2);
  plan.playbook = query.Text(3);
  plan.target = query.Text(4);
  plan.subject = query.Text(5);
  plan.remedy = query.Text(6);
  plan.risk = query.Text(7);
  plan.document = query.Json(8);
  plan.hash = query.Text(9);
  plan.requester = {query.Text(10), query.Text(11), query.Text(12)};
  plan.approvals_needed = static_cast<int>(query.Int(13));
  plan.created = query.Time(14);
  plan.expires = query.Time(15);
  plan.state = ReadPlanState(query.View(16));
  plan.outcome = {query.Text(17), query.Text(18)};
  plan.verified_by = query.Int(19);
  plan.changed = query.Time(20);
  return plan;
}

std::string Name(PlanId plan) { return "plan " + std::to_string(plan); }

std::optional<std::int64_t> MaybeRun(RunId run) {
  return run == 0 ? std::nullopt : std::optional(run);
}

void SetState(Database& database, PlanId plan, PlanState state, Instant at) {
  database.Run("UPDATE plans SET state = ?, changed = ? WHERE id = ?", Raw{PlanStateName(state)}, at,
               plan);
}

}  // namespace

Result<PlanId> SqliteStore::AddPlan(const Plan& plan) {
  if (plan.hash.empty() || plan.requester.identity.empty() || plan.approvals_needed < 0) {
    return Status(Code::kInvalid, "a plan needs a hash and a requester");
  }
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  const std::int64_t other = database_->Number(
      0,
      "SELECT id FROM plans WHERE hash = ?5 OR (playbook = ?1 AND target = ?2 AND subject = ?3 AND "
      "remedy = ?4 AND state IN ('pending', 'approved', 'applying'))",
      plan.playbook, plan.target, plan.subject, plan.remedy, plan.hash);
  if (other != 0) {
    return Status(Code::kBusy, Name(other) + " for " + plan.subject + " on " + plan.target +
                                   " exists already")
        .WithHint("it ends when somebody else approves or denies it, or when it expires: upkeep approvals show " +
                  std::to_string(other));
  }
  database_->Run(
      "INSERT INTO plans (run, fingerprint, playbook, target, subject, remedy, risk, document, hash, "
      "requester_name, requester_source, requester_identity, approvals_needed, created, expires, "
      "state, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?)",
      MaybeRun(plan.run), plan.fingerprint, plan.playbook, plan.target, plan.subject, plan.remedy,
      plan.risk, plan.document.is_null() ? Value::object() : plan.document, plan.hash,
      plan.requester.name, plan.requester.source, plan.requester.identity, plan.approvals_needed,
      transaction.at(), plan.expires, transaction.at());
  const PlanId id = database_->last_id();
  transaction.Append("plan.added", {{"plan", id},
                                    {"run", plan.run},
                                    {"playbook", plan.playbook},
                                    {"target", plan.target},
                                    {"subject", plan.subject},
                                    {"remedy", plan.remedy},
                                    {"risk", plan.risk},
                                    {"hash", plan.hash},
                                    {"document", plan.document},
                                    {"requester", ToValue(plan.requester)},
                                    {"approvals_needed", plan.approvals_needed},
                                    {"expires", Micros(plan.expires)}});
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return id;
}

Result<Plan> SqliteStore::FindPlan(PlanId plan) {
  Query query(*database_, std::string(kPlanColumns) + "WHERE id = ?");
  if (query.With(plan).Next()) return ReadPlan(query);
  UPKEEP_RETURN_IF_ERROR(database_->TakeStatus());
  return Status(Code::kNotFound, "there is no " + Name(plan)).WithHint("`upkeep approvals --all` lists them");
}

Result<std::vector<Plan>> SqliteStore::Plans(const PlanFilter& filter) {
  std::string states;
  for (const PlanState state : filter.states) {
    states += (states.empty() ? "'" : ", '") + std::string(PlanStateName(state)) + "'";
  }
  std::vector<Plan> plans;
  Query query(*database_, std::string(kPlanColumns) +
                              "WHERE (?1 = '' OR playbook = ?1) AND (?2 = '' OR target = ?2) AND "
                              "(?3 = '' OR subject = ?3)" +
                              (states.empty() ? "" : " AND state IN (" + states + ")") +
                              " ORDER BY id DESC LIMIT ?4");
  query.With(filter.playbook, filter.target, filter.subject, filter.limit);
  while (query.Next()) plans.push_back(ReadPlan(query));
  return Checked(std::move(plans));
}

Status SqliteStore::Approve(const Approval& approval) {
  if (approval.reason.empty()) return Status(Code::kInvalid, "a decision needs a reason");
  if (approval.actor.identity.empty()) return Status(Code::kInvalid, "a decision needs a person");
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  auto plan = FindPlan(approval.plan);
  if (!plan.ok()) return plan.status();
  const Actor &actor = approval.actor, &requester = plan->requester;
  if (actor.source == requester.source && actor.identity == requester.identity) {
    return Status(Code::kDenied, Name(approval.plan) + " was made by " + requester.name +
                                     "; nobody decides on a plan of their own")
        .WithHint("somebody else must approve it");
  }
  // What is approved may be approved by more people, and is denied no longer.
  const bool further = plan->state == PlanState::kApproved && approval.approve;
  if (plan->state != PlanState::kPending && !further) {
    return Status(Code::kBusy,
                  Name(approval.plan) + " is " + std::string(PlanStateName(plan->state)));
  }
  if (plan->hash != approval.hash) {
    return Status(Code::kNotApproved, Name(approval.plan) + " is not what was approved: its hash is " +
                                          plan->hash);
  }
  if (plan->expires <= transaction.at()) {
    return Status(Code::kNotApproved, Name(approval.plan) + " expired at " +
                                          FormatRfc3339(plan->expires))
        .WithHint("plan again: the world has moved on");
  }
  if (database_->Number(0,
                        "SELECT count(*) FROM approvals WHERE plan = ? AND actor_source = ? AND "
                        "actor_identity = ?",
                        approval.plan, actor.source, actor.identity) > 0) {
    return Status(Code::kDenied, actor.name + " has decided on " + Name(approval.plan) + " before");
  }
  database_->Run("INSERT INTO approvals (plan, hash, actor_name, actor_source, actor_identity, "
                 "approve, reason, at, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 approval.plan, approval.hash, actor.name, actor.source, actor.identity,
                 approval.approve, approval.reason, transaction.at(), approval.signature);
  const std::int64_t given = database_->Number(
      0, "SELECT count(*) FROM approvals WHERE plan = ? AND approve = 1", approval.plan);
  PlanState state = PlanState::kPending;
  if (!approval.approve) {
    state = PlanState::kDenied;
  } else if (given >= plan->approvals_needed) {
    state = PlanState::kApproved;
  }
  SetState(*database_, approval.plan, state, transaction.at());
  transaction.Append(approval.approve ? "plan.approved" : "plan.denied",
                     {{"plan", approval.plan},
                      {"hash", approval.hash},
                      {"actor", ToValue(actor)},
                      {"reason", approval.reason},
                      {"signature", approval.signature},
                      {"state", PlanStateName(state)}});
  return transaction.Commit();
}

Result<std::vector<Approval>> SqliteStore::Approvals(PlanId plan) {
  std::vector<Approval> approvals;
  Query query(*database_, "SELECT plan, hash, actor_name, actor_source, actor_identity, approve, "
                          "reason, at, signature FROM approvals WHERE plan = ? ORDER BY id");
  query.With(plan);
  while (query.Next()) {
    approvals.push_back({query.Int(0), query.Text(1), {query.Text(2), query.Text(3), query.Text(4)},
                         query.Int(5) != 0, query.Text(6), query.Time(7), query.Text(8)});
  }
  return Checked(std::move(approvals));
}

Status SqliteStore::MovePlan(PlanId id, PlanState to, const Text& outcome, const Actor& actor,
                             RunId verified_by) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  auto plan = FindPlan(id);
  if (!plan.ok()) return plan.status();
  // A plan that needs nobody's approval goes on without one; approval itself is Approve's.
  const bool unasked = to == PlanState::kApproved && plan->approvals_needed > 0;
  if (unasked || to == PlanState::kDenied || !MayMove(plan->state, to)) {
    return Status(Code::kBusy, Name(id) + " is " + std::string(PlanStateName(plan->state)) +
                                   " and can't become " + std::string(PlanStateName(to)));
  }
  if (to == PlanState::kApplying && plan->expires <= transaction.at()) {
    return Status(Code::kNotApproved, Name(id) + " expired at " + FormatRfc3339(plan->expires));
  }
  SetState(*database_, id, to, transaction.at());
  database_->Run("UPDATE plans SET outcome_en = ?, outcome_ko = ?, verified_by = ? WHERE id = ?",
                 outcome.en, outcome.ko, MaybeRun(verified_by), id);
  transaction.Append("plan.moved", {{"plan", id},
                                    {"state", PlanStateName(to)},
                                    {"outcome", upkeep::ToValue(outcome)},
                                    {"actor", ToValue(actor)},
                                    {"verified_by", verified_by}});
  return transaction.Commit();
}

}  // namespace upkeep::store
