// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/shell_words.h"

#include <cstddef>

namespace upkeep::cli {

Result<std::vector<std::string>> ShellWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool begun = false;   // A word of nothing but '' is one, too.
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    // Between double quotes a \ keeps only what would mean something there.
    const bool escapes = c == '\\' && quote != '\'' &&
                         (quote == 0 || (at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')));
    if (escapes) {
      if (++at == text.size()) return Status(Code::kUsage, "there is nothing after the last \\");
      word += text[at];
      begun = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      begun = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (begun) words.push_back(std::move(word));
      word.clear();
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (quote != 0) return Status(Code::kUsage, std::string("a ") + quote + " is never closed");
  if (begun) words.push_back(std::move(word));
  return words;
}

}  // namespace upkeep::cli
