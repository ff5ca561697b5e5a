// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/plan_row.h"

#include "runner/remedy/plan_document.h"

namespace upkeep::remedy {
namespace {

/// What stands at `key`; null where there is none, or where `table` is no table.
Value PartAt(const Value& table, const char* key) {
  const auto found = table.find(key);
  return table.is_object() && found != table.end() ? *found : Value();
}

/// Which of the row's columns the document knows otherwise; "" for none.
std::string ColumnThatDiffers(const store::Plan& plan) {
  const Value& document = plan.document;
  const Value subject = PartAt(PartAt(document, "finding"), "subject");
  const Value requester = PartAt(document, "requester");
  const struct {
    const char* name;
    const std::string& stored;
    std::string approved;
  } columns[] = {{"playbook", plan.playbook, StringAt(document, "playbook")},
                 {"target", plan.target, StringAt(document, "target")},
                 {"remedy", plan.remedy, StringAt(document, "remedy")},
                 {"risk", plan.risk, StringAt(document, "risk")},
                 {"subject", plan.subject, StringAt(subject, "key")},
                 {"requester", plan.requester.source, StringAt(requester, "source")},
                 {"requester", plan.requester.identity, StringAt(requester, "identity")}};
  for (const auto& column : columns) {
    if (column.stored != column.approved) return column.name;
  }
  return PartAt(document, "run") == Value(plan.run) ? "" : "run";
}

}  // namespace

Status CheckRow(store::Store& store, const store::Plan& plan) {
  if (Result<std::vector<Change>> changes = ChangesOf(plan); !changes.ok()) return changes.status();
  if (const std::string column = ColumnThatDiffers(plan); !column.empty()) {
    return Status(Code::kNotApproved, "plan " + std::to_string(plan.id) +
                                          " is not what was approved: its row has another " + column + " than its document")
        .WithHint("somebody changed the store; make the plan again");
  }
  return store.CheckPlan(plan.id);
}

}  // namespace upkeep::remedy
