// SPDX-License-Identifier: Apache-2.0
//
// What a playbook's code names, and what it hands to run: a slip there would be seen on the branch that
// runs, which for a critical one is the night of the incident. Tokens are read without running anything;
// a name that is declared anywhere in the file counts as known in all of it. Which variables exist is
// asked of the sandbox itself.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/lua/sandbox.h"
#include "base/lua/token.h"
#include "base/text.h"
#include "runner/authoring/declared.h"
#include "runner/authoring/rules.h"

namespace upkeep::authoring {
namespace {

using lua::Token;

constexpr std::string_view kKeywords[] = {"and",   "break", "do",  "else", "elseif", "end",    "false", "for",  "function", "goto",  "if",
                                          "in",    "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};

bool IsKeyword(std::string_view word) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords);
}

/// What the sandbox says of each of `uses` ("x", "string.x", "x = 1"): why it can't be had, or
/// nothing; "" of a member that is nil.
Result<std::map<std::string, std::string>> AskSandbox(const std::set<std::string>& uses) {
  // The names of its own are such that nobody asks for them.
  std::string source =
      "local _upkeep_try, _upkeep_said = require('upkeep').try, {}\n"
      "local function _upkeep_ask(use, f) local value, why = _upkeep_try(f) if why then _upkeep_said[use] = why.message "
      "elseif value == nil then _upkeep_said[use] = '' end end\nreturn { check = function()\n";
  for (const std::string& use : uses) {
    const bool assigns = use.ends_with(" = 1");
    source += "_upkeep_ask('" + use + "', function() " + (assigns ? use + " return true" : "return " + use) + " end)\n";
  }
  source += "return _upkeep_said\nend }";
  std::map<std::string, std::string> said;
  const SystemClock clock;
  lua::SandboxOptions options;
  options.clock = &clock;
  auto sandbox = lua::Sandbox::Create(std::move(options));
  if (!sandbox.ok()) return sandbox.status();
  UPKEEP_RETURN_IF_ERROR((*sandbox)->Load(source, "names.lua"));
  Task<Result<Value>> task = (*sandbox)->Call("check", {}, Limits{});
  task.handle().resume();   // Nothing in it waits.
  if (!task.done()) return Status(Code::kInternal, "waits");
  if (!task.handle().promise().value->ok()) return task.handle().promise().value->status();
  const Value& answer = **task.handle().promise().value;
  for (const auto& [use, why] : answer.items()) {
    if (!why.is_string()) continue;
    const std::string text = why.get<std::string>();
    const bool placed = text.starts_with("names.lua:");   // Nobody has that file.
    said[use] = placed ? text.substr(text.find(": ") + 2) : text;
  }
  return said;
}

class CodeReader {
 public:
  CodeReader(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics)
      : playbook_(playbook), tokens_(lua::Tokens(playbook.source)), diagnostics_(diagnostics) {}

  void Inspect() {
    FindDeclared();
    // With another environment every name may be anything.
    if (std::none_of(tokens_.begin(), tokens_.end(), [](const Token& token) { return token.Is("_ENV"); })) Variables();
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      if (!IsName(i) || IsMember(i)) continue;
      if (Is(i, "run") && Is(i + 1, ":")) {
        if (!other_run_) Method(i + 2);
      } else if (Is(i + 1, ".") && IsName(i + 2)) {
        Member(i);
      }
    }
  }

 private:
  bool Is(std::size_t i, std::string_view text) const { return i < tokens_.size() && tokens_[i].Is(text); }
  bool IsName(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::kName && !IsKeyword(tokens_[i].text);
  }
  bool IsMember(std::size_t i) const { return i > 0 && (Is(i - 1, ".") || Is(i - 1, ":")); }
  std::string Text(std::size_t i) const { return std::string(tokens_[i].text); }

  /// Names of locals, arguments, loops and labels; and what each `local x = require "upkeep.m"` stands for.
  void FindDeclared() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (Is(i, "local") && Is(i + 1, "function")) {
        Declare(i + 2);
      } else if (Is(i, "local") || Is(i, "for")) {
        std::size_t at = i + 1;
        for (;; at += 2) {
          Declare(at);
          other_run_ = other_run_ || Is(at, "run");
          if (Is(at + 1, "<")) at += 3;   // <const>
          if (!Is(at + 1, ",")) break;
        }
        if (at == i + 1) FindModule(at + 1);
      } else if (Is(i, "function")) {
        std::size_t at = i + 1;
        for (; at < tokens_.size() && !Is(at, "("); ++at) {
          if (Is(at, ":")) ++declared_["self"];
        }
        const std::size_t first = at + 1;
        for (++at; at < tokens_.size() && !Is(at, ")"); ++at) {
          Declare(at);
          other_run_ = other_run_ || (at != first && Is(at, "run"));   // The run object comes first.
        }
      } else if (Is(i, "goto") || Is(i, "::")) {
        Declare(i + 1);
      }
    }
  }

  void Declare(std::size_t i) {
    if (IsName(i)) ++declared_[Text(i)];
  }

  /// `=` of `local NAME = require "upkeep.MODULE"`.
  void FindModule(std::size_t equals) {
    if (!Is(equals, "=") || !Is(equals + 1, "require")) return;
    const std::size_t at = Is(equals + 2, "(") ? equals + 3 : equals + 2;
    if (at >= tokens_.size() || tokens_[at].kind != Token::Kind::kString) return;
    const std::string module = Text(at), name = Text(equals - 1);
    if (module == "upkeep") {
      modules_[name] = "upkeep";
    } else if (module.starts_with("upkeep.")) {
      modules_[name] = module.substr(std::string_view("upkeep.").size());
    }
  }

  /// `const` of `local name <const>`.
  bool IsAttribute(std::size_t i) const {
    return (Is(i, "const") || Is(i, "close")) && i > 0 && Is(i - 1, "<") && Is(i + 1, ">");
  }

  /// `name =` in a constructor, and not in a statement.
  bool IsKey(std::size_t i, const std::vector<bool>& in_table) const {
    return Is(i + 1, "=") && in_table.back() && i > 0 && (Is(i - 1, "{") || Is(i - 1, ",") || Is(i - 1, ";"));
  }

  void Variables() {
    std::map<std::string, std::size_t> first;   // Where each use stands first.
    std::vector<bool> in_table = {false};
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (Is(i, "{")) {
        in_table.push_back(true);
      } else if (Is(i, "function")) {
        in_table.push_back(false);
        // `function name()` without local makes a global of it.
        if (IsName(i + 1) && !(i > 0 && Is(i - 1, "local")) && !declared_.contains(Text(i + 1))) first.try_emplace(Text(i + 1) + " = 1", i + 1);
        while (i + 1 < tokens_.size() && !Is(i + 1, "(")) ++i;
        continue;
      } else if (Is(i, "if") || Is(i, "do") || Is(i, "repeat")) {
        in_table.push_back(false);
      } else if ((Is(i, "}") || Is(i, "end") || Is(i, "until")) && in_table.size() > 1) {
        in_table.pop_back();
      }
      if (!IsName(i) || IsMember(i) || declared_.contains(Text(i)) || IsKey(i, in_table) || Is(i - 1, "goto") || Is(i - 1, "::") || IsAttribute(i)) continue;
      const std::string name = Text(i);
      const bool assigned = Is(i + 1, "=") && !in_table.back();
      first.try_emplace(assigned ? name + " = 1" : name, i);
      if (Is(i + 1, ".") && IsName(i + 2)) first.try_emplace(name + "." + Text(i + 2), i + 2);
    }
    std::set<std::string> uses;
    for (const auto& [use, at] : first) uses.insert(use);
    const auto asked = AskSandbox(uses);
    if (!asked.ok()) {
      Report("unknown-name", 0, "which variables exist could not be told", "");
      return;
    }
    for (const auto& [use, why] : *asked) {
      const std::size_t dot = use.find('.');
      if (dot != std::string::npos) {
        // Of a variable that is not there its members are no matter.
        if (why.empty()) Report("unknown-name", first[use], use.substr(0, dot) + " has no '" + use.substr(dot + 1) + "'", "");
      } else if (!why.empty()) {
        Report("unknown-name", first[use], why, "");
      }
    }
  }

  void Member(std::size_t i) {
    const auto module = modules_.find(Text(i));
    if (module == modules_.end() || declared_[Text(i)] != 1) return;
    const auto known = DeclaredNames().functions.find(module->second);
    if (known != DeclaredNames().functions.end()) Known(i + 2, known->second, Text(i) + " has no function");
  }

  void Method(std::size_t i) {
    if (!IsName(i)) return;
    const Declared& all = DeclaredNames();
    const auto methods = all.functions.find("run");
    if (methods == all.functions.end() || !Known(i, methods->second, "run has no function")) return;
    const auto table = all.run_tables.find(Text(i));
    const std::size_t open = Is(i + 1, "(") ? i + 2 : i + 1;
    if (table != all.run_tables.end() && Is(open, "{")) Fields(i, open, table->second);
  }

  /// False, and a finding, where `names` lack the one at `i`.
  bool Known(std::size_t i, const std::vector<std::string>& names, const std::string& without) {
    const std::string name = Text(i);
    if (std::find(names.begin(), names.end(), name) != names.end()) return true;
    const std::string near = NearestWord(name, names);
    Report("unknown-name", i, without + " '" + name + "'", near.empty() ? "" : "did you mean '" + near + "'?");
    return false;
  }

  /// Top-level keys of the constructor at `open`, each with where its value begins; nothing when it has
  /// other parts, which may be anything.
  std::map<std::string, std::size_t> KeysOf(std::size_t open, bool& all_known) const {
    std::map<std::string, std::size_t> keys;
    int depth = 0;
    all_known = true;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      depth += lua::NestingOf(tokens_[i]);
      if (depth == 0) break;
      const bool begins = depth == 1 && (i == open || Is(i, ",") || Is(i, ";"));
      if (!begins || Is(i + 1, "}")) continue;
      if (tokens_[i + 1].kind == Token::Kind::kName && Is(i + 2, "=")) {
        keys[Text(i + 1)] = i + 3;
      } else {
        all_known = false;
      }
    }
    return keys;
  }

  bool IsWholeText(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::kString && (Is(i + 1, ",") || Is(i + 1, ";") || Is(i + 1, "}"));
  }

  void Fields(std::size_t method, std::size_t open, const DeclaredTable& table) {
    bool all_known = true;
    const auto keys = KeysOf(open, all_known);
    for (const auto& [key, value] : keys) {
      if (!Known(value - 2, table.fields, "run:" + Text(method) + " has no field")) continue;
      const auto words = table.words.find(key);
      if (words != table.words.end() && IsWholeText(value)) Known(value, words->second, key + " is never");
    }
    if (!all_known) return;
    for (const std::string& field : table.required) {
      if (!keys.contains(field)) Report("missing-field", method, "run:" + Text(method) + " needs the field '" + field + "'", "");
    }
    Values(keys);
  }

  /// Each {placeholder} of the message that is named has its value.
  void Values(const std::map<std::string, std::size_t>& keys) {
    const auto named = keys.find("message");
    if (named == keys.end() || !IsWholeText(named->second)) return;
    const auto message = playbook_.head.messages.find(Text(named->second));
    if (message == playbook_.head.messages.end()) return;
    std::map<std::string, std::size_t> values;
    bool all_known = true;
    if (const auto given = keys.find("values"); given != keys.end()) {
      if (!Is(given->second, "{")) return;
      values = KeysOf(given->second, all_known);
    }
    if (!all_known) return;
    for (const std::string* const text : {&message->second.en, &message->second.ko}) {
      for (std::size_t at = text->find('{'); at != std::string::npos; at = text->find('{', at + 1)) {
        const std::size_t end = text->find('}', at);
        if (end == std::string::npos) break;
        const std::string name = text->substr(at + 1, end - at - 1);
        if (name.empty() || values.contains(name) || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") != std::string::npos) continue;
        Report("missing-field", named->second, "the message '" + message->first + "' needs the value '" + name + "'", "");
        return;
      }
    }
  }

  void Report(std::string_view rule, std::size_t i, std::string message, std::string hint) {
    SourcePlace place = lua::PlaceOfByte(playbook_.source, tokens_[i].at);
    place.file = playbook_.path;
    diagnostics_.push_back({RuleNamed(rule), Status(Code::kInvalid, std::move(message)).WithHint(std::move(hint)).At(std::move(place))});
  }

  const run::Playbook& playbook_;
  const std::vector<Token> tokens_;
  std::vector<Diagnostic>& diagnostics_;
  bool other_run_ = false;                         ///< Something else has the name.
  std::map<std::string, int> declared_;            ///< How often.
  std::map<std::string, std::string> modules_;     ///< By the name of the variable.
};

}  // namespace

void InspectCode(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics) {
  CodeReader(playbook, diagnostics).Inspect();
}

}  // namespace upkeep::authoring
