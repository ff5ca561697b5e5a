// SPDX-License-Identifier: Apache-2.0
#include "base/lua/token.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace upkeep::lua {
namespace {

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

  /// One of a quoted text, or what stands for one behind a backslash.
  void SkipCharacter() {
    if (source_[at_++] != '\\') return;
    const char escaped = At(at_);
    if (at_ < source_.size()) ++at_;
    if (escaped == '\r' && At(at_) == '\n') ++at_;
    while (escaped == 'z' && at_ < source_.size() && std::isspace(static_cast<unsigned char>(source_[at_])) != 0) ++at_;
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
      while (at_ < source_.size() && source_[at_] != c && source_[at_] != '\n') SkipCharacter();
      at_ = std::min(at_, source_.size());
      const Token token{Token::Kind::kString, source_.substr(from + 1, at_ - from - 1), from};
      ++at_;
      return token;
    }
    std::size_t inside = 0;
    if (const std::size_t end = LongEnd(at_, &inside); end != 0) {
      at_ = end;
      // "[==[" is as long as "]==]"; a line's end right behind the first is no part of the text.
      const std::size_t bracket = inside - from;
      if (At(inside) == '\r') ++inside;
      if (At(inside) == '\n') ++inside;
      const bool closed = end >= inside + bracket && source_[end - 1] == ']';
      return {Token::Kind::kString, source_.substr(inside, end - inside - (closed ? bracket : 0)), from};
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

}  // namespace

std::vector<Token> Tokens(std::string_view source) { return Tokenizer(source).All(); }

int NestingOf(const Token& token) {
  for (const std::string_view open : {"{", "(", "[", "function", "do", "if", "repeat"}) {
    if (token.Is(open)) return 1;
  }
  for (const std::string_view close : {"}", ")", "]", "end", "until"}) {
    if (token.Is(close)) return -1;
  }
  return 0;
}

SourcePlace PlaceOfByte(std::string_view source, std::size_t at) {
  SourcePlace place;
  at = std::min(at, source.size());
  const std::size_t before = at == 0 ? std::string_view::npos : source.rfind('\n', at - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  place.line = 1 + static_cast<int>(std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(start), '\n'));
  place.column = static_cast<int>(at - start) + 1;
  std::string_view line = source.substr(start, source.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  place.text = line;
  return place;
}

}  // namespace upkeep::lua
