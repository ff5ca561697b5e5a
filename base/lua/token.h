// SPDX-License-Identifier: Apache-2.0
//
// Lua's tokens with their places in the source: for tools that point at a playbook's text, change
// it or read it without running it. Comments are left out; what is no Lua gives tokens, too.

#ifndef UPKEEP_BASE_LUA_TOKEN_H_
#define UPKEEP_BASE_LUA_TOKEN_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace upkeep::lua {

struct Token {
  enum class Kind { kName, kString, kNumber, kSymbol };
  Kind kind;
  std::string_view text;  ///< Of a string: what is between the quotes, as written.
  std::size_t at;         ///< Byte in the source.
  bool Is(std::string_view symbol) const { return kind != Kind::kString && text == symbol; }
};

/// All tokens in order; `source` must outlive them.
std::vector<Token> Tokens(std::string_view source);

/// +1 for what opens a block or bracket, -1 for what closes one, else 0.
int NestingOf(const Token& token);

/// The line, column and text around the byte `at`; the file's name stays empty.
SourcePlace PlaceOfByte(std::string_view source, std::size_t at);

}  // namespace upkeep::lua

#endif  // UPKEEP_BASE_LUA_TOKEN_H_
