// SPDX-License-Identifier: Apache-2.0
//
// The names that a playbook's head and code share. Only what the tokens say beyond doubt is judged:
// a name that the code puts together while it runs is neither missing nor left over.
#include <algorithm>
#include <set>
#include <string>

#include "base/lua/place.h"
#include "base/lua/token.h"
#include "base/text.h"
#include "runner/authoring/rules.h"

namespace upkeep::authoring {
namespace {

using lua::Token;

std::string Hint(std::string_view name, const std::vector<std::string>& known, const std::string& otherwise) {
  const std::string near = NearestWord(name, known);
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

class Names {
 public:
  Names(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics)
      : playbook_(playbook), tokens_(lua::Tokens(playbook.source)), diagnostics_(diagnostics) {
    for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
      const bool requires_library = tokens_[i].Is("require") && Text(i + 1).starts_with("lib.");
      const bool called = tokens_[i].Is("require") && Is(i + 1, "(") && Text(i + 2).starts_with("lib.");
      shares_code_ |= requires_library || called;
    }
  }

  void Messages() {
    std::vector<std::string> known;
    for (const auto& [name, text] : playbook_.head.messages) known.push_back(name);
    for (std::size_t i = 0; i + 4 < tokens_.size(); ++i) {
      const bool records = Is(i, "run") && Is(i + 1, ":") && (Is(i + 2, "result") || Is(i + 2, "ok") || Is(i + 2, "skip"));
      if (!records) continue;
      const std::size_t open = Is(i + 3, "(") ? i + 4 : i + 3;
      const std::size_t message = FieldOf(open, "message");
      if (message == tokens_.size() || !IsWholeText(message)) continue;
      const std::string name(tokens_[message].text);
      if (playbook_.head.messages.contains(name)) continue;
      Report("undeclared-message", tokens_[message].at, "the head has no message '" + name + "'",
             Hint(name, known, "add it to messages"));
    }
    if (shares_code_) return;
    for (const std::string& name : known) {
      if (!HasText(name)) Report("unused-message", "messages." + name, "nothing says the message '" + name + "'");
    }
  }

  void Parameters() {
    std::vector<std::string> known;
    for (const checks::Parameter& parameter : playbook_.head.params) known.push_back(parameter.name);
    std::set<std::string> read;
    bool read_otherwise = shares_code_;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (Is(i, "local") && Is(i + 1, "params")) return;  // Another table has the name.
      // As well in a loop, or as another argument than the one behind the run object.
      if (Is(i, "params") && (Is(i - 1, "for") || (Is(i - 1, ",") && InLoopHead(i)))) return;
      if (Is(i, "params") && DeclaresArgument(i) && !(Is(i - 1, ",") && Is(i - 2, "run"))) return;
      if (!Is(i, "params") || (i > 0 && (Is(i - 1, ".") || Is(i - 1, ":"))) || Is(i + 1, "=")) continue;
      if (Is(i + 1, ".") && i + 2 < tokens_.size()) {
        const std::string name(tokens_[i + 2].text);
        read.insert(name);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
          Report("undeclared-parameter", tokens_[i + 2].at, "the head has no parameter '" + name + "'",
                 Hint(name, known, "add it to params"));
        }
      } else if (!DeclaresArgument(i)) {
        read_otherwise = true;
      }
    }
    if (read_otherwise) return;
    for (const std::string& name : known) {
      if (!read.contains(name)) Report("unused-parameter", "params." + name, "nothing reads the parameter '" + name + "'");
    }
  }

  void Metrics() {
    if (shares_code_) return;
    std::size_t position = 0;
    for (const checks::Threshold& threshold : playbook_.head.thresholds) {
      const std::string path = "thresholds." + std::to_string(++position) + ".metric";
      if (!HasText(threshold.metric)) {
        Report("unrecorded-metric", path, "nothing records the metric '" + threshold.metric + "'");
      }
    }
  }

 private:
  bool Is(std::size_t i, std::string_view text) const { return i < tokens_.size() && tokens_[i].Is(text); }

  std::string_view Text(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::kString ? tokens_[i].text : std::string_view();
  }

  /// A text that is the whole value, not a part of an expression.
  bool IsWholeText(std::size_t i) const {
    return tokens_[i].kind == Token::Kind::kString && (Is(i + 1, ",") || Is(i + 1, ";") || Is(i + 1, "}"));
  }

  /// The first token of the value of `name = …` in the constructor at `open`; the end without one.
  std::size_t FieldOf(std::size_t open, std::string_view name) const {
    if (!Is(open, "{")) return tokens_.size();
    int depth = 0;
    for (std::size_t i = open; i + 2 < tokens_.size(); ++i) {
      depth += lua::NestingOf(tokens_[i]);
      if (depth == 0) break;
      if (depth == 1 && tokens_[i].Is(name) && Is(i + 1, "=")) return i + 2;
    }
    return tokens_.size();
  }

  /// Whether some text outside of `metric = …` is `name`: the code names it.
  bool HasText(const std::string& name) const {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const bool declares = i >= 2 && Is(i - 1, "=") && Is(i - 2, "metric");
      if (!declares && Text(i) == name) return true;
    }
    return false;
  }

  /// Between `for` and `in`.
  bool InLoopHead(std::size_t i) const {
    while (i > 0 && (Is(i, ",") || (tokens_[i].kind == Token::Kind::kName && !Is(i, "for") && !Is(i, "in")))) --i;
    return Is(i, "for");
  }

  /// `params` between the brackets of `function (run, params)`.
  bool DeclaresArgument(std::size_t i) const {
    while (i > 0 && (Is(i, ",") || (tokens_[i].kind == Token::Kind::kName && !Is(i, "function")))) --i;
    if (!Is(i, "(")) return false;
    // Only a function's own name stands between the word and the bracket.
    do {
      if (i == 0) return false;
      --i;
    } while (!Is(i, "function") && (tokens_[i].kind == Token::Kind::kName || Is(i, ".") || Is(i, ":")));
    return Is(i, "function");
  }

  void Report(std::string_view rule, std::size_t at, std::string message, std::string hint) {
    SourcePlace place = lua::PlaceOfByte(playbook_.source, at);
    place.file = playbook_.path;
    diagnostics_.push_back({RuleNamed(rule), Status(Code::kInvalid, std::move(message)).WithHint(std::move(hint)).At(std::move(place))});
  }

  void Report(std::string_view rule, const std::string& path, std::string message) {
    SourcePlace place = lua::FindPlace(playbook_.source, path);
    place.file = playbook_.path;
    diagnostics_.push_back({RuleNamed(rule), Status(Code::kInvalid, std::move(message)).At(std::move(place))});
  }

  const run::Playbook& playbook_;
  const std::vector<Token> tokens_;
  std::vector<Diagnostic>& diagnostics_;
  bool shares_code_ = false;   ///< A module of the pack may say and read as well.
};

}  // namespace

void InspectNames(const run::Playbook& playbook, std::vector<Diagnostic>& diagnostics) {
  Names names(playbook, diagnostics);
  names.Messages();
  names.Parameters();
  names.Metrics();
}

}  // namespace upkeep::authoring
