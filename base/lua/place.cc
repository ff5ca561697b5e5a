// SPDX-License-Identifier: Apache-2.0
#include "base/lua/place.h"

#include <cctype>
#include <cstddef>
#include <string>
#include <vector>

namespace upkeep::lua {
namespace {

struct Token {
  enum class Kind { kName, kString, kNumber, kSymbol };
  Kind kind;
  std::string_view text;  ///< Of a string: what is between the quotes.
  std::size_t at;         ///< Byte in the source.
  bool Is(std::string_view symbol) const { return kind != Kind::kString && text == symbol; }
};

bool IsNameByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view source) : source_(source) {}

  std::vector<Token> All() {
    std::vector<Token> tokens;
    while (SkipBlanks()) tokens.push_back(Next());
    return tokens;
  }

 private:
  char At(std::size_t i) const { return i < source_.size() ? source_[i] : '\0'; }

  /// The byte behind a long bracket that opens at `at_`, or 0 when none opens there.
  std::size_t LongEnd(std::size_t from, std::size_t* inside) const {
    if (At(from) != '[') return 0;
    std::size_t level = 0;
    while (At(from + 1 + level) == '=') ++level;
    if (At(from + 1 + level) != '[') return 0;
    *inside = from + level + 2;
    const std::string close = "]" + std::string(level, '=') + "]";
    const std::size_t end = source_.find(close, *inside);
    return end == std::string_view::npos ? source_.size() : end + close.size();
  }

  /// False at the end.
  bool SkipBlanks() {
    for (;;) {
      while (at_ < source_.size() && std::isspace(static_cast<unsigned char>(source_[at_])) != 0) ++at_;
      if (at_ >= source_.size()) return false;
      if (source_.compare(at_, 2, "--") != 0) return true;
      std::size_t inside = 0;
      const std::size_t end = LongEnd(at_ + 2, &inside);
      at_ = end != 0 ? end : std::min(source_.find('\n', at_), source_.size());
    }
  }

  Token Next() {
    const std::size_t from = at_;
    const char c = source_[at_];
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      while (IsNameByte(At(at_)) || At(at_) == '.') ++at_;
      return {Token::Kind::kNumber, source_.substr(from, at_ - from), from};
    }
    if (IsNameByte(c)) {
      while (IsNameByte(At(at_))) ++at_;
      return {Token::Kind::kName, source_.substr(from, at_ - from), from};
    }
    if (c == '"' || c == '\'') {
      ++at_;
      while (at_ < source_.size() && source_[at_] != c && source_[at_] != '\n') {
        at_ += source_[at_] == '\\' ? 2 : 1;
      }
      at_ = std::min(at_, source_.size());
      const Token token{Token::Kind::kString, source_.substr(from + 1, at_ - from - 1), from};
      ++at_;
      return token;
    }
    std::size_t inside = 0;
    if (const std::size_t end = LongEnd(at_, &inside); end != 0) {
      at_ = end;
      return {Token::Kind::kString, source_.substr(inside, end - inside), from};
    }
    for (const std::string_view two : {"==", "~=", "<=", ">=", "..", "::", "//"}) {
      if (source_.compare(at_, 2, two) == 0) {
        at_ += 2;
        return {Token::Kind::kSymbol, two, from};
      }
    }
    ++at_;
    return {Token::Kind::kSymbol, source_.substr(from, 1), from};
  }

  const std::string_view source_;
  std::size_t at_ = 0;
};

/// +1 for what opens a block or bracket, -1 for what closes one.
int NestingOf(const Token& token) {
  for (const std::string_view open : {"{", "(", "[", "function", "do", "if", "repeat"}) {
    if (token.Is(open)) return 1;
  }
  for (const std::string_view close : {"}", ")", "]", "end", "until"}) {
    if (token.Is(close)) return -1;
  }
  return 0;
}

class Finder {
 public:
  explicit Finder(std::string_view source) : tokens_(Tokenizer(source).All()) {}

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
  SourcePlace place;
  const std::size_t byte = Finder(source).Find(path);
  if (byte == std::string_view::npos) return place;
  place.line = 1;
  std::size_t start = 0;
  for (std::size_t i = 0; i < byte; ++i) {
    if (source[i] == '\n') {
      ++place.line;
      start = i + 1;
    }
  }
  place.column = static_cast<int>(byte - start) + 1;
  return place;
}

}  // namespace upkeep::lua
