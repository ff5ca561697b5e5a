// SPDX-License-Identifier: Apache-2.0
//
// The calls that a playbook's code makes, beside the needs that its head declares: what is missing
// would end as unknown(undeclared) on the first real target, and what is left over asks the target's
// owner for a right that nobody uses.
#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string>

#include "base/lua/place.h"
#include "base/lua/token.h"
#include "runner/authoring/need_patterns.h"
#include "runner/authoring/rules.h"

namespace upkeep::authoring {
namespace {

using lua::Token;

bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// GET of SLOWLOG GET, and not a key.
bool IsCommandWord(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isupper(c) != 0; });
}

class Calls {
 public:
  Calls(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics)
      : playbook_(playbook), tokens_(lua::Tokens(playbook.source)), diagnostics_(diagnostics) {}

  void Inspect() {
    FindModules();
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      const auto module = modules_.find(std::string(tokens_[i].text));
      const bool member = module != modules_.end() && tokens_[i].kind == Token::Kind::kName && Is(i + 1, ".") &&
                          !(i > 0 && (Is(i - 1, ".") || Is(i - 1, ":")));
      if (!member) continue;
      const auto pattern = NeedPatterns().find(module->second + "." + std::string(tokens_[i + 2].text));
      if (pattern != NeedPatterns().end()) Judge(i, pattern->second);
    }
    if (!shares_code_) Unused();
  }

 private:
  bool Is(std::size_t i, std::string_view text) const { return i < tokens_.size() && tokens_[i].Is(text); }

  std::optional<std::string> Text(std::size_t i) const {
    if (i >= tokens_.size() || tokens_[i].kind != Token::Kind::kString) return std::nullopt;
    return std::string(tokens_[i].text);
  }

  /// local NAME = require "upkeep.MODULE"
  void FindModules() {
    for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
      if (!Is(i, "require")) continue;
      const std::string module = Text(Is(i + 1, "(") ? i + 2 : i + 1).value_or("");
      shares_code_ |= module.starts_with("lib.");
      if (module.starts_with("upkeep.") && i >= 2 && Is(i - 1, "=")) {
        modules_[std::string(tokens_[i - 2].text)] = module.substr(std::string_view("upkeep.").size());
      }
    }
  }

  /// The function named at `i` is called, or handed on to be called with what stands behind it.
  void Judge(std::size_t i, const std::string& pattern) {
    const std::string prefix = PrefixOfArgument(pattern);
    if (prefix.empty()) {
      Expect(i, {pattern});
      return;
    }
    const bool open = Is(i + 3, "(") || Is(i + 3, ",");
    const std::size_t first = open ? i + 4 : i + 3;
    const std::optional<std::string> argument = Text(first);
    if (!argument || Is(first + 1, "..")) {
      composed_.insert(prefix);
      return;
    }
    std::vector<std::string> needs = {prefix + *argument};
    // The need of a command may name its subcommand: redis:command:SLOWLOG|GET.
    const std::optional<std::string> second = Is(first + 1, ",") ? Text(first + 2) : std::nullopt;
    if (pattern.ends_with("NAME") && second && IsCommandWord(*second)) needs.push_back(needs[0] + "|" + *second);
    Expect(i, needs);
  }

  void Expect(std::size_t i, const std::vector<std::string>& needs) {
    used_.insert(used_.end(), needs.begin(), needs.end());
    const auto is_wanted = [&](const checks::Need& declared) {
      return std::any_of(needs.begin(), needs.end(),
                         [&](const std::string& need) {
                           const Result<checks::Need> one = checks::ParseNeed(Value(need));
                           return SameWord(need, declared.ToString()) || (one.ok() && declared.Covers(*one));
                         });
    };
    bool declared = std::any_of(playbook_.head.needs.begin(), playbook_.head.needs.end(), is_wanted);
    for (const checks::Remedy& remedy : playbook_.head.remedies) {
      declared = declared || std::any_of(remedy.needs.begin(), remedy.needs.end(), is_wanted);
    }
    if (declared) return;
    SourcePlace place = lua::PlaceOfByte(playbook_.source, tokens_[i].at);
    place.file = playbook_.path;
    diagnostics_.push_back({RuleNamed("undeclared-need"), Status(Code::kInvalid, "the head does not declare " + needs.back())
                                                              .WithHint("add \"" + needs.back() + "\" to needs")
                                                              .At(std::move(place))});
  }

  /// Only needs that some function could use are judged: a role of a database is no call.
  void Unused() {
    int position = 0;
    for (const checks::Need& need : playbook_.head.needs) {
      const std::string text = need.ToString(), path = "needs." + std::to_string(++position);
      const bool callable = std::any_of(NeedPatterns().begin(), NeedPatterns().end(), [&](const auto& entry) {
        const std::string prefix = PrefixOfArgument(entry.second);
        return entry.second == text || (!prefix.empty() && text.starts_with(prefix));
      });
      const bool used = std::any_of(used_.begin(), used_.end(), [&](const std::string& one) {
                          return SameWord(one, text) || (need.object == "*" && one.starts_with(text.substr(0, text.size() - 1)));
                        }) ||
                        std::any_of(composed_.begin(), composed_.end(), [&](const std::string& one) { return text.starts_with(one); });
      if (!callable || used) continue;
      SourcePlace place = lua::FindPlace(playbook_.source, path);
      place.file = playbook_.path;
      diagnostics_.push_back({RuleNamed("unused-need"), Status(Code::kInvalid, "nothing uses the need " + text).At(std::move(place))});
    }
  }

  const run::Playbook& playbook_;
  const std::vector<Token> tokens_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, std::string> modules_;   ///< Local name → module.
  std::vector<std::string> used_;
  std::set<std::string> composed_;               ///< Prefixes of calls whose argument is put together.
  bool shares_code_ = false;                     ///< A module of the pack may call as well.
};

}  // namespace

void InspectNeeds(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics) {
  Calls(playbook, diagnostics).Inspect();
}

}  // namespace upkeep::authoring
