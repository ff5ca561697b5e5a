// SPDX-License-Identifier: Apache-2.0
#include "base/lua/place.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/lua/token.h"

namespace upkeep::lua {
namespace {

class Finder {
 public:
  explicit Finder(std::string_view source) : tokens_(Tokens(source)) {}

  /// The byte of the field, or npos.
  std::size_t Find(std::string_view path) const {
    std::size_t open = 0;
    std::size_t best = PlaybookTable(open);
    while (!path.empty() && best != std::string_view::npos) {
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      std::string_view step = path.substr(0, end);
      path.remove_prefix(std::min(end + 1, path.size()));
      if (!step.empty() && step.back() == ']') step.remove_suffix(1);
      if (step.empty()) continue;
      std::size_t value = 0;
      const std::size_t found = FindField(open, step, value);
      if (found == std::string_view::npos) return best;
      best = tokens_[found].at;
      if (!OpensTable(value, open)) return best;
    }
    return best;
  }

 private:
  /// Sets `open` to the "{" of the constructor that the value at `value` is: `{…}`, `name.name {…}`
  /// as in upkeep.array {…}, or `require "name".name {…}`.
  bool OpensTable(std::size_t value, std::size_t& open) const {
    bool after_require = false, after_its_name = false;
    for (; value < tokens_.size(); ++value) {
      const Token& token = tokens_[value];
      if (token.Is("function")) return false;
      const bool its_name = after_require && token.kind == Token::Kind::kString;
      const bool passed = token.kind == Token::Kind::kName || token.Is(".") || token.Is("(") ||
                          its_name || (after_its_name && token.Is(")"));
      if (!passed) break;
      after_require = token.Is("require") || (after_require && token.Is("("));
      after_its_name = its_name;
    }
    open = value;
    return value < tokens_.size() && tokens_[value].Is("{");
  }

  /// The playbook's constructor: of the last `return` outside of every function, or of the local
  /// that it names. Gives the byte to point at.
  std::size_t PlaybookTable(std::size_t& open) const {
    int depth = 0;
    std::size_t last = tokens_.size();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (depth == 0 && tokens_[i].Is("return")) last = i;
      depth += NestingOf(tokens_[i]);
    }
    if (last + 1 >= tokens_.size()) return std::string_view::npos;
    if (OpensTable(last + 1, open)) return tokens_[last].at;
    const std::string_view name = tokens_[last + 1].text;
    for (std::size_t i = last; i-- > 0;) {
      if (tokens_[i].Is("local") && i + 2 < last && tokens_[i + 1].text == name &&
          tokens_[i + 2].Is("=") && OpensTable(i + 3, open)) {
        return tokens_[i].at;
      }
    }
    return std::string_view::npos;
  }

  /// The token of field `step` of the constructor at `open`, and the first token of its value.
  std::size_t FindField(std::size_t open, std::string_view step, std::size_t& value) const {
    int position = 0;
    std::size_t i = open + 1;
    while (i < tokens_.size() && !tokens_[i].Is("}")) {
      std::string_view key;
      const std::size_t field = i;
      std::string number;
      if (tokens_[i].kind == Token::Kind::kName && i + 1 < tokens_.size() && tokens_[i + 1].Is("=")) {
        key = tokens_[i].text;
        value = i + 2;
      } else if (tokens_[i].Is("[") && i + 3 < tokens_.size() && tokens_[i + 2].Is("]") &&
                 tokens_[i + 3].Is("=")) {
        key = tokens_[i + 1].text;
        value = i + 4;
      } else {
        number = std::to_string(++position);
        key = number;
        value = i;
      }
      if (key == step) return field;
      int depth = 0;
      for (i = value; i < tokens_.size(); ++i) {
        if (depth == 0 && (tokens_[i].Is(",") || tokens_[i].Is(";") || tokens_[i].Is("}"))) break;
        depth += NestingOf(tokens_[i]);
      }
      if (i < tokens_.size() && !tokens_[i].Is("}")) ++i;
    }
    return std::string_view::npos;
  }

  const std::vector<Token> tokens_;
};

}  // namespace

SourcePlace FindPlace(std::string_view source, std::string_view path) {
  const std::size_t byte = Finder(source).Find(path);
  return byte == std::string_view::npos ? SourcePlace{} : PlaceOfByte(source, byte);
}

}  // namespace upkeep::lua
