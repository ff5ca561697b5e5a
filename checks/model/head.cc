// SPDX-License-Identifier: Apache-2.0
#include "checks/model/head.h"

#include <algorithm>

#include "checks/model/head_parts.h"
#include "checks/model/playbook_id.h"
#include "checks/model/table_reader.h"

namespace upkeep::checks {
namespace {

constexpr int kFormat = 1;

void ReadFormat(TableReader& reader, HeadErrors& errors) {
  const Value* const format = reader.Take("format");
  if (format == nullptr) {
    errors.Add("", "the head needs the field 'format'", "write format = 1");
  } else if (!format->is_number_integer() || format->get<std::int64_t>() != kFormat) {
    reader.Error("format", "format must be 1, and this is " + KindOf(*format),
                 "this upkeep knows format 1");
  }
}

void CheckRunbook(const std::string& runbook, TableReader& reader) {
  const bool other_scheme = runbook.find("://") != std::string::npos && !runbook.starts_with("https://");
  if (other_scheme || runbook.find_first_of(" \t\n") != std::string::npos) {
    reader.Error("runbook", "runbook must be a path or an https URL, and this is " + Quoted(runbook));
  }
}

}  // namespace

std::string_view RiskName(Risk risk) {
  switch (risk) {
    case Risk::kLow: return "low";
    case Risk::kMedium: return "medium";
    case Risk::kHigh: return "high";
    case Risk::kIrreversible: return "irreversible";
  }
  return "irreversible";
}

Head ReadHead(const Value& data, const PlaceFinder& place_of, std::vector<Status>& errors) {
  Head head;
  HeadErrors found{place_of, errors};
  TableReader reader(data, "", found);
  if (!data.is_object() || IsFunction(data)) return head;

  ReadFormat(reader, found);
  head.id = reader.RequiredString("id");
  if (Status named = CheckPlaybookId(head.id); !head.id.empty() && !named.ok()) {
    reader.Error("id", named.message(), named.hint());
  }
  head.title = reader.RequiredText("title");
  head.fix = reader.RequiredText("fix");
  head.cadence = reader.RequiredChoice(
      "cadence", {"continuous", "daily", "weekly", "monthly", "quarterly", "on_demand"});
  head.covers = ReadCovers(reader);
  head.owner = reader.RequiredString("owner");
  head.runbook = reader.OptionalString("runbook");
  CheckRunbook(head.runbook, reader);
  head.controls = reader.OptionalStrings("controls");
  head.target = reader.RequiredChoice(
      "target", {"kubernetes", "postgres", "redis", "mysql", "http", "tls", "dns", "host", "any"});
  head.expects = reader.OptionalString("expects");
  head.needs = ReadNeeds(reader, false);
  head.params = ReadParameters(reader, found);
  head.thresholds = ReadThresholds(reader, head.params, found);
  head.messages = ReadMessages(reader);
  head.remedies = ReadRemedies(reader, found);
  if (!reader.Function("check")) {
    found.Add("", "the head needs the function 'check'", "write check = function(run, params) … end");
  }
  reader.Finish();
  return head;
}

}  // namespace upkeep::checks
