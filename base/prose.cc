// SPDX-License-Identifier: Apache-2.0
//
// Tells English prose from names: what may stand in a Korean text as it is.
#include <cctype>
#include <string_view>

#include "base/korean.h"

namespace upkeep {
namespace {

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t'; }

/// Where the text goes on after the quotation that begins at `at`, or `at` when none does. An
/// apostrophe inside a word is none.
std::size_t AfterQuotation(std::string_view text, std::size_t at) {
  struct Pair {
    std::string_view open, close;
  };
  static constexpr Pair kPairs[] = {{"\"", "\""}, {"`", "`"}, {"'", "'"}, {"“", "”"}, {"‘", "’"}};
  for (const auto& [open, close] : kPairs) {
    if (text.substr(at, open.size()) != open) continue;
    if (open == "'" && at > 0 && IsLetter(text[at - 1])) return at;
    const std::size_t end = text.find(close, at + open.size());
    if (end != std::string_view::npos) return end + close.size();
  }
  return at;
}

/// A word of prose: letters, with an apostrophe or hyphen inside, and perhaps a mark behind it.
/// "I/O", "--to", "a.b", "app-1", "TLS" and "PostgreSQL" are names.
bool IsProseWord(std::string_view word, bool& ends_clause) {
  ends_clause = false;
  while (!word.empty() && std::string_view("(),.;:!?").find(word.back()) != std::string_view::npos) {
    ends_clause = true;
    word.remove_suffix(1);
  }
  while (!word.empty() && word.front() == '(') word.remove_prefix(1);
  if (word.empty()) return false;
  if (word == "a" || word == "A" || word == "I") return true;
  if (word.size() < 2 || !IsLetter(word.front())) return false;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const char c = word[i];
    const bool inside = (c == '\'' || c == '-') && i + 1 < word.size();
    if (!(c >= 'a' && c <= 'z') && !inside) return false;
  }
  return true;
}

}  // namespace

bool HasEnglishProse(std::string_view text) {
  bool before = false;  // The word before this one was prose, and nothing parts them.
  for (std::size_t at = 0; at < text.size();) {
    if (IsSpace(text[at])) {
      before = before && text[at] == ' ';
      ++at;
      continue;
    }
    const std::size_t after = AfterQuotation(text, at);
    if (after != at) {
      before = false;
      at = after;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !IsSpace(text[end]) && (end == at || AfterQuotation(text, end) == end)) ++end;
    bool ends_clause = false;
    const bool prose = IsProseWord(text.substr(at, end - at), ends_clause);
    if (prose && before) return true;
    before = prose && !ends_clause;  // A list of words ("cpu, memory, disk") is no sentence.
    at = end;
  }
  return false;
}

}  // namespace upkeep
