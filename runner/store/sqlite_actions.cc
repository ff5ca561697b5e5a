// SPDX-License-Identifier: Apache-2.0
// Actions: the intent before the call, the outcome after it.
#include <utility>

#include "runner/store/sqlite_store.h"

namespace upkeep::store {
namespace {

ActionState ReadActionState(std::string_view word) {
  for (const ActionState state : {ActionState::kDone, ActionState::kFailed, ActionState::kUnknown}) {
    if (ActionStateName(state) == word) return state;
  }
  return ActionState::kIntended;
}

}  // namespace

Result<ActionId> SqliteStore::BeginAction(const ActionIntent& intent) {
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  auto plan = FindPlan(intent.plan);
  if (!plan.ok()) return plan.status();
  if (plan->state != PlanState::kApplying) {
    return Status(Code::kBusy, "plan " + std::to_string(intent.plan) + " is " +
                                   std::string(PlanStateName(plan->state)) +
                                   "; actions belong to a plan being applied");
  }
  if (database_->Number(0, "SELECT count(*) FROM actions WHERE plan = ? AND step = ?", intent.plan,
                        intent.step) > 0) {
    return Status(Code::kBusy, "step " + std::to_string(intent.step) + " of plan " +
                                   std::to_string(intent.plan) + " was begun before")
        .WithHint("no action is repeated; look at what it did");
  }
  const auto object = [](const Value& value) { return value.is_null() ? Value::object() : value; };
  database_->Run("INSERT INTO actions (plan, step, call, before, actor_name, actor_source, "
                 "actor_identity, begun) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                 intent.plan, intent.step, object(intent.call), object(intent.before),
                 intent.actor.name, intent.actor.source, intent.actor.identity, transaction.at());
  const ActionId id = database_->last_id();
  transaction.Append("action.begun", {{"action", id},
                                      {"plan", intent.plan},
                                      {"step", intent.step},
                                      {"call", intent.call},
                                      {"before", intent.before},
                                      {"actor", ToValue(intent.actor)}});
  UPKEEP_RETURN_IF_ERROR(transaction.Commit());
  return id;
}

Status SqliteStore::EndAction(ActionId action, ActionState state, const Value& after,
                              const std::string& detail) {
  if (state == ActionState::kIntended) return Status(Code::kInvalid, "an outcome is not an intent");
  Transaction transaction(*this);
  UPKEEP_RETURN_IF_ERROR(transaction.Begin());
  database_->Run("UPDATE actions SET state = ?, after = ?, detail = ?, ended = ? WHERE id = ? AND "
                 "ended IS NULL",
                 Raw{ActionStateName(state)}, after, detail, transaction.at(), action);
  if (!database_->failed() && database_->changes() == 0) {
    return Status(Code::kBusy, "action " + std::to_string(action) + " has its outcome already");
  }
  transaction.Append("action.ended", {{"action", action},
                                      {"state", ActionStateName(state)},
                                      {"after", after},
                                      {"detail", detail}});
  return transaction.Commit();
}

Result<std::vector<Action>> SqliteStore::ActionsWhere(std::string_view condition,
                                                      std::int64_t value) {
  std::vector<Action> actions;
  Query query(*database_, "SELECT id, plan, step, call, before, actor_name, actor_source, "
                          "actor_identity, state, after, detail, begun, ended FROM actions WHERE " +
                              std::string(condition) + " ORDER BY id");
  query.With(value);
  while (query.Next()) {
    Action action;
    action.id = query.Int(0);
    action.intent = {query.Int(1), static_cast<int>(query.Int(2)), query.Json(3),
                     query.Json(4), {query.Text(5), query.Text(6), query.Text(7)}};
    action.state = ReadActionState(query.View(8));
    action.after = query.Json(9);
    action.detail = query.Text(10);
    action.begun = query.Time(11);
    action.ended = query.MaybeTime(12);
    actions.push_back(std::move(action));
  }
  return Checked(std::move(actions));
}

Result<std::vector<Action>> SqliteStore::Actions(PlanId plan) {
  return ActionsWhere("plan = ?", plan);
}

Result<std::vector<Action>> SqliteStore::OpenActions() { return ActionsWhere("ended IS NULL AND id > ?", 0); }

}  // namespace upkeep::store
