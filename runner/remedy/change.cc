// SPDX-License-Identifier: Apache-2.0
#include "runner/remedy/change.h"

#include <cmath>
#include <set>
#include <utility>

#include "base/korean.h"

namespace upkeep::remedy {
namespace {

constexpr double kExactIntegers = 9e15;

/// A value as people read it.
Text Shown(const Value& value) {
  if (value.is_object() && value.contains("en") && value.contains("ko")) return TextFromValue(value);
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    return {text, ValueInKorean(text)};
  }
  std::string text = CanonicalJson(value);
  if (value.is_number_float()) {
    // Lua hands a count over as 3.0.
    const double number = value.get<double>();
    if (number == std::floor(number) && std::fabs(number) < kExactIntegers) {
      text = std::to_string(static_cast<std::int64_t>(number));
    }
  }
  return {text, text};
}

std::string Fill(const std::string& message, const Value& values, bool korean) {
  std::string text;
  std::size_t at = 0;
  while (at < message.size()) {
    const std::size_t open = message.find('{', at);
    const std::size_t close = open == std::string::npos ? open : message.find('}', open);
    if (close == std::string::npos) break;
    const auto value = values.is_object() ? values.find(message.substr(open + 1, close - open - 1))
                                          : values.end();
    text += message.substr(at, open - at);
    if (values.is_object() && value != values.end()) {
      const Text shown = Shown(*value);
      text += korean ? shown.ko : shown.en;
    } else {
      text += message.substr(open, close - open + 1);
    }
    at = close + 1;
  }
  return PrintableText(text + message.substr(at));
}

Status Wrong(const checks::Head& head, const std::string& what) {
  return Status(Code::kInvalid, head.file + ": plan() returned " + what)
      .WithHint("return a list of changes {call, arguments, before, message, values}, or "
                "{refused = MESSAGE, values}; docs/playbook-format.md");
}

/// An object; Lua's empty table arrives as either kind.
Value ObjectAt(const Value& table, const char* key) {
  const auto found = table.find(key);
  if (found == table.end() || found->is_null() || (found->is_array() && found->empty())) {
    return Value::object();
  }
  return *found;
}

Result<Change> ReadChange(const checks::Head& head, const Value& table) {
  static const std::set<std::string> known = {"call",  "arguments", "before", "seen",
                                              "after", "message",   "values"};
  if (!table.is_object()) return Wrong(head, "a change that is no table");
  for (const auto& [key, value] : table.items()) {
    if (!known.contains(key)) return Wrong(head, "a change with the unknown field '" + key + "'");
  }
  Change change;
  const std::string call = StringAt(table, "call");
  const std::size_t dot = call.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == call.size()) {
    return Wrong(head, "a change whose call is not MODULE.FUNCTION");
  }
  change.module = call.substr(0, dot);
  change.function = call.substr(dot + 1);
  change.arguments = table.contains("arguments") ? table["arguments"] : Value::array();
  if (change.arguments.is_object() && change.arguments.empty()) change.arguments = Value::array();
  change.before = ObjectAt(table, "before");
  change.seen = ObjectAt(table, "seen");
  change.after = ObjectAt(table, "after");
  if (!change.arguments.is_array() || !change.before.is_object() || !change.seen.is_object() ||
      !change.after.is_object()) {
    return Wrong(head, "a change whose arguments are no list, or whose before, seen or after is no table");
  }
  if (change.before.empty()) {
    return Wrong(head, "a change without before-values: nobody could tell what it replaced");
  }
  Result<Text> message = MessageOf(head, StringAt(table, "message"), ObjectAt(table, "values"));
  if (!message.ok()) return message.status();
  change.message = std::move(*message);
  return change;
}

std::string Lines(const Change& change, bool korean) {
  std::set<std::string> keys;
  for (const auto& [key, value] : change.before.items()) keys.insert(key);
  for (const auto& [key, value] : change.after.items()) keys.insert(key);
  std::string text = "@@ " + change.Call();
  for (const Value& argument : change.arguments) {
    text += " " + (argument.is_string() ? argument.get<std::string>() : CanonicalJson(argument));
  }
  text += "\n";
  const auto line = [&](char sign, const std::string& key, const Value& value) {
    const Text shown = Shown(value);
    text += std::string(1, sign) + " " + key + ": " + (korean ? shown.ko : shown.en) + "\n";
  };
  for (const std::string& key : keys) {
    const auto before = change.before.find(key), after = change.after.find(key);
    const bool was = before != change.before.end(), will = after != change.after.end();
    if (was && will && *before == *after) {
      line(' ', key, *before);
      continue;
    }
    if (was) line('-', key, *before);
    if (will) line('+', key, *after);
  }
  return PrintableText(text);
}

}  // namespace

bool Change::SameAs(const Change& other) const {
  return module == other.module && function == other.function && arguments == other.arguments &&
         before == other.before;
}

Value Change::Known() const {
  Value known = seen;
  known.update(before);
  return known;
}

Text FillMessage(const Text& message, const Value& values) {
  return {Fill(message.en, values, false), Fill(message.ko, values, true)};
}

Result<Text> MessageOf(const checks::Head& head, const std::string& name, const Value& values) {
  const auto found = head.messages.find(name);
  if (found == head.messages.end()) {
    return Status(Code::kInvalid, head.file + ": the remedy names the message '" + name +
                                      "', which the head does not have")
        .WithHint("add it to messages, in both languages");
  }
  return FillMessage(found->second, values);
}

Result<Proposal> ReadProposal(const checks::Head& head, const Value& returned) {
  Proposal proposal;
  if (returned.is_object() && returned.contains("refused")) {
    Result<Text> why = MessageOf(head, StringAt(returned, "refused"), ObjectAt(returned, "values"));
    if (!why.ok()) return why.status();
    proposal.refused = std::move(*why);
    return proposal;
  }
  if (!returned.is_array() || returned.empty()) return Wrong(head, "no change and no reason");
  for (const Value& table : returned) {
    Result<Change> change = ReadChange(head, table);
    if (!change.ok()) return change.status();
    proposal.changes.push_back(std::move(*change));
  }
  return proposal;
}

Text DiffOf(const Change& change) { return {Lines(change, false), Lines(change, true)}; }

Value DryRunArguments(const Change& change) {
  if (change.module != "kubernetes") return nullptr;
  std::size_t options = 0;
  if (change.function == "delete" || change.function == "create") options = 3;
  if (change.function == "patch") options = 4;
  if (options == 0 || change.arguments.size() > options + 1) return nullptr;
  Value arguments = change.arguments;
  while (arguments.size() <= options) arguments.push_back(nullptr);
  if (!arguments[options].is_object()) arguments[options] = Value::object();
  arguments[options]["dry_run"] = true;
  return arguments;
}

}  // namespace upkeep::remedy
