// SPDX-License-Identifier: Apache-2.0
#include "checks/model/head_parts.h"

#include <algorithm>
#include <set>

#include "base/clock.h"

namespace upkeep::checks {
namespace {

/// The `{placeholders}` of a message.
std::set<std::string> PlaceholdersOf(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) break;
    std::string name = text.substr(open + 1, close - open - 1);
    if (IsIdentifier(name)) names.insert(std::move(name));
  }
  return names;
}

std::string Missing(const std::set<std::string>& from, const std::set<std::string>& in) {
  for (const std::string& name : from) {
    if (!in.contains(name)) return name;
  }
  return "";
}

Parameter ReadParameter(const std::string& name, const Value& table, const std::string& path,
                        HeadErrors& errors) {
  Parameter parameter;
  parameter.name = name;
  TableReader reader(table, path, errors);
  const Value* const value = reader.Take("default");
  parameter.min = reader.OptionalNumber("min");
  parameter.max = reader.OptionalNumber("max");
  parameter.unit = reader.OptionalString("unit");
  parameter.source = reader.RequiredString("source");
  parameter.doc = reader.RequiredText("doc");
  reader.Finish();
  if (!table.is_object() || IsFunction(table)) return parameter;
  if (value == nullptr) {
    reader.Error("default", path + " needs the field 'default'");
    return parameter;
  }
  parameter.default_value = *value;
  if (value->is_object() && value->empty()) parameter.default_value = Value::array();
  const Value& given = parameter.default_value;
  const bool strings = given.is_array() && std::all_of(given.begin(), given.end(), [](const Value& item) {
    return item.is_string();
  });
  if (!given.is_number() && !given.is_string() && !given.is_boolean() && !strings) {
    reader.Error("default", path + ".default must be a number, a string, a boolean or a list of "
                                   "strings, and this is " + KindOf(given));
    return parameter;
  }
  if ((parameter.min || parameter.max) && !given.is_number()) {
    reader.Error(parameter.min ? "min" : "max", path + " has a range, and its default is no number");
  } else if (parameter.min && parameter.max && *parameter.min > *parameter.max) {
    reader.Error("min", path + ".min is greater than its max");
  } else if (Status wrong = CheckParameterValue(parameter, given); !wrong.ok()) {
    reader.Error("default", "the default of " + wrong.message());
  }
  return parameter;
}

Remedy ReadRemedy(const std::string& name, const Value& table, const std::string& path,
                  HeadErrors& errors) {
  Remedy remedy;
  remedy.name = name;
  TableReader reader(table, path, errors);
  remedy.title = reader.RequiredText("title");
  const std::string risk = reader.RequiredChoice("risk", {"low", "medium", "high", "irreversible"});
  for (const Risk known : {Risk::kLow, Risk::kMedium, Risk::kHigh, Risk::kIrreversible}) {
    if (RiskName(known) == risk) remedy.risk = known;
  }
  remedy.covers = ReadCovers(reader);
  remedy.needs = ReadNeeds(reader, true);
  if (const std::string text = reader.OptionalString("verify_after"); !text.empty()) {
    const auto duration = ParseDuration(text);
    if (duration.ok() && duration->count() >= 0) {
      remedy.verify_after = *duration;
    } else {
      reader.Error("verify_after", path + ".verify_after must be a duration, and this is " + Quoted(text),
                   "write \"30s\", \"5m\" or \"1h30m\"");
    }
  }
  remedy.has_plan = reader.Function("plan");
  remedy.has_verify = reader.Function("verify");
  if (table.is_object() && !remedy.has_plan) {
    reader.Error("plan", path + " needs the function 'plan'");
  }
  reader.Finish();
  return remedy;
}

}  // namespace

bool IsIdentifier(std::string_view text) {
  return !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || text[0] == '_') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::vector<Need> ReadNeeds(TableReader& head, bool for_remedy) {
  std::vector<Need> needs;
  int position = 0;
  for (const Value* item : head.Items("needs")) {
    const std::string key = "needs." + std::to_string(++position);
    Result<Need> need = ParseNeed(*item);
    if (!need.ok()) {
      head.Error(key, need.status().message(), need.status().hint());
    } else if (!for_remedy && need->writes()) {
      head.Error(key, need->ToString() + " changes something, and a check only reads",
                 "move it to the needs of a remedy");
    } else if (std::any_of(needs.begin(), needs.end(),
                           [&](const Need& other) { return other.Matches(*need); })) {
      head.Error(key, need->ToString() + " is there twice");
    } else {
      needs.push_back(std::move(*need));
    }
  }
  return needs;
}

std::vector<Parameter> ReadParameters(TableReader& head, HeadErrors& errors) {
  std::vector<Parameter> parameters;
  for (const auto& [name, table] : head.Entries("params")) {
    const std::string key = "params." + name;
    if (!IsIdentifier(name)) {
      head.Error(key, Quoted(name) + " is no name for a parameter", "use lower-case letters, digits and '_'");
    }
    parameters.push_back(ReadParameter(name, *table, key, errors));
  }
  return parameters;
}

std::vector<Threshold> ReadThresholds(TableReader& head, const std::vector<Parameter>& params,
                                      HeadErrors& errors) {
  std::vector<std::string> names;
  for (const Parameter& parameter : params) names.push_back(parameter.name);
  std::vector<Threshold> thresholds;
  int position = 0;
  for (const Value* item : head.Items("thresholds")) {
    const std::string path = "thresholds." + std::to_string(++position);
    TableReader reader(*item, path, errors);
    Threshold threshold;
    threshold.metric = reader.RequiredString("metric");
    threshold.unit = reader.RequiredString("unit");
    threshold.warning = reader.OptionalString("warning");
    threshold.critical = reader.OptionalString("critical");
    threshold.below = reader.OptionalBool("below");
    threshold.source = reader.RequiredString("source");
    reader.Finish();
    if (item->is_object() && threshold.warning.empty() && threshold.critical.empty()) {
      head.Error(path, path + " has neither a warning nor a critical limit");
    }
    for (const auto& [key, name] : {std::pair{"warning", threshold.warning},
                                    std::pair{"critical", threshold.critical}}) {
      const auto found = std::find_if(params.begin(), params.end(),
                                      [&](const Parameter& parameter) { return parameter.name == name; });
      if (name.empty()) continue;
      if (found == params.end()) {
        const std::string near = NearestWord(name, names);
        reader.Error(key, path + "." + key + " names the parameter " + Quoted(name) +
                              ", which params does not have",
                     near.empty() ? "" : "did you mean '" + near + "'?");
      } else if (!found->default_value.is_number()) {
        reader.Error(key, path + "." + key + " names the parameter " + Quoted(name) + ", which is no number");
      }
    }
    thresholds.push_back(std::move(threshold));
  }
  return thresholds;
}

std::map<std::string, Text> ReadMessages(TableReader& head) {
  std::map<std::string, Text> messages;
  for (const auto& [name, table] : head.Entries("messages")) {
    const std::string key = "messages." + name;
    if (!IsIdentifier(name)) {
      head.Error(key, Quoted(name) + " is no name for a message", "use lower-case letters, digits and '_'");
    }
    const Text text = head.ReadText(key, *table);
    const auto en = PlaceholdersOf(text.en), ko = PlaceholdersOf(text.ko);
    if (text.en.empty() || text.ko.empty()) continue;
    if (const std::string name_ko = Missing(en, ko); !name_ko.empty()) {
      head.Error(key + ".ko", "the Korean text of " + key + " lacks {" + name_ko + "}");
    }
    if (const std::string name_en = Missing(ko, en); !name_en.empty()) {
      head.Error(key + ".en", "the English text of " + key + " lacks {" + name_en + "}");
    }
    messages.emplace(name, text);
  }
  return messages;
}

std::vector<Remedy> ReadRemedies(TableReader& head, HeadErrors& errors) {
  std::vector<Remedy> remedies;
  for (const auto& [name, table] : head.Entries("remedies")) {
    const std::string path = "remedies." + name;
    if (!IsIdentifier(name)) {
      head.Error(path, Quoted(name) + " is no name for a remedy", "use lower-case letters, digits and '_'");
    }
    remedies.push_back(ReadRemedy(name, *table, path, errors));
  }
  return remedies;
}

std::vector<std::string> ReadCovers(TableReader& table) {
  std::vector<std::string> covers = table.OptionalStrings("covers");
  for (const std::string& row : covers) {
    const std::size_t dash = row.rfind('-');
    const bool number = dash != std::string::npos && dash + 1 < row.size() &&
                        row.find_first_not_of("0123456789", dash + 1) == std::string::npos;
    const bool group = dash != std::string::npos && dash > 0 && row[0] >= 'A' && row[0] <= 'Z' &&
                       std::all_of(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(dash), [](char c) {
                         return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
                       });
    if (!number || !group) {
      table.Error("covers", Quoted(row) + " is no row of the catalogue", "rows look like S4-D-01 or R-01");
    }
  }
  return covers;
}

}  // namespace upkeep::checks
