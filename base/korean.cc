// SPDX-License-Identifier: Apache-2.0
#include "base/korean.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <vector>

namespace upkeep {

extern const std::string_view kKoreanCatalogue[];
extern const unsigned kKoreanCatalogueSize;

namespace {

constexpr std::string_view kHole = "{}";
constexpr std::string_view kPart = ": ", kClause = "; ";
/// Messages within messages: what wraps them is three deep at most.
constexpr int kDeepest = 6;
constexpr std::size_t kLongestValue = 4096;

/// One message with holes: what stands between them, and its Korean.
struct Pattern {
  std::vector<std::string> literals;
  std::string korean;
  std::size_t weight = 0;  ///< Bytes that are not holes: the heavier pattern says more.
};

struct Catalogue {
  std::unordered_map<std::string, std::string> whole;
  std::vector<Pattern> patterns;  ///< Heaviest first.
};

/// "\n" and "\\" of the files.
std::string Unescaped(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      ++i;
      text += line[i] == 'n' ? '\n' : line[i];
    } else {
      text += line[i];
    }
  }
  return text;
}

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> literals;
  std::size_t from = 0;
  for (std::size_t at = text.find(kHole); at != std::string::npos; at = text.find(kHole, from)) {
    literals.push_back(text.substr(from, at - from));
    from = at + kHole.size();
  }
  literals.push_back(text.substr(from));
  return literals;
}

/// A line that begins at the margin is English; the line under it, indented by four, is its
/// Korean. Lines with # and empty ones count for nothing.
void ReadFile(std::string_view file, Catalogue& catalogue) {
  std::string english;
  while (!file.empty()) {
    const std::size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (line.empty() || line.front() == '#') continue;
    if (!line.starts_with("    ")) {
      english = Unescaped(line);
      continue;
    }
    Pattern pattern;
    pattern.korean = Unescaped(line.substr(4));
    pattern.literals = Split(english);
    for (const std::string& literal : pattern.literals) pattern.weight += literal.size();
    if (pattern.literals.size() == 1) {
      catalogue.whole.emplace(english, pattern.korean);
    } else {
      catalogue.patterns.push_back(std::move(pattern));
    }
  }
}

const Catalogue& Messages() {
  static const Catalogue catalogue = [] {
    Catalogue read;
    for (unsigned i = 0; i < kKoreanCatalogueSize; ++i) ReadFile(kKoreanCatalogue[i], read);
    std::stable_sort(read.patterns.begin(), read.patterns.end(),
                     [](const Pattern& a, const Pattern& b) { return a.weight > b.weight; });
    return read;
  }();
  return catalogue;
}

/// What stands in each hole of `pattern` in `text`; nothing when it does not match. A hole in the
/// middle ends where what follows it first occurs; holes inside a text are never empty.
std::optional<std::vector<std::string_view>> Match(const Pattern& pattern, std::string_view text) {
  const std::vector<std::string>& literals = pattern.literals;
  if (text.size() < pattern.weight || !text.starts_with(literals.front()) || !text.ends_with(literals.back())) {
    return std::nullopt;
  }
  text.remove_prefix(literals.front().size());
  std::vector<std::string_view> found;
  for (std::size_t i = 1; i + 1 < literals.size(); ++i) {
    const std::size_t at = text.find(literals[i]);
    if (at == std::string_view::npos) return std::nullopt;
    if (at == 0 && !(i == 1 && literals.front().empty())) return std::nullopt;
    found.push_back(text.substr(0, at));
    text.remove_prefix(at + literals[i].size());
  }
  if (text.size() < literals.back().size()) return std::nullopt;
  found.push_back(text.substr(0, text.size() - literals.back().size()));
  return found;
}

std::optional<std::string> Known(std::string_view english, int depth);

/// Whether what follows `before`, the beginning of a Korean message, is quoted: a mark in it is still
/// open. Only the message's own marks count; a value may hold any.
bool InsideQuotes(std::string_view before) {
  for (const char quote : {'\'', '"', '`'}) {
    if (std::count(before.begin(), before.end(), quote) % 2 == 1) return true;
  }
  const std::size_t opened = before.rfind("“"), closed = before.rfind("”");
  return opened != std::string_view::npos && (closed == std::string_view::npos || closed < opened);
}

/// Whether a bare word behind `before` (English) says what something is, as "running" in "run 7 is
/// running already" or "list" in "must be a number, not list". Elsewhere it is somebody's name, were
/// it "store" or "list".
bool TakesWord(std::string_view before) {
  for (const std::string_view end : {" is ", " was ", " not ", " a ", " as ", " become ", " be ", "expected ", "got ", " cap "}) {
    if (before.ends_with(end)) return true;
  }
  return false;
}

/// Whether no hole took a colon that parts one message from the next. The first hole may where a
/// colon follows it, and the last one where a colon stands before it.
bool KeepsParts(const Pattern& pattern, const std::vector<std::string_view>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].find(kPart) == std::string_view::npos) continue;
    const bool head = i == 0 && pattern.literals.front().empty() && pattern.literals[1].starts_with(kPart);
    const bool tail = i + 1 == values.size() && pattern.literals.back().empty() &&
                      pattern.literals[i].ends_with(kPart);
    if (!head && !tail) return false;
  }
  return true;
}

bool HasClauses(const Pattern& pattern) {
  return std::any_of(pattern.literals.begin(), pattern.literals.end(),
                     [](const std::string& literal) { return literal.find(kClause) != std::string::npos; });
}

/// The Korean of a text inside another one. A bare word is a name there, unless it `is_word`.
std::optional<std::string> KnownInside(std::string_view text, bool is_word, int depth) {
  const bool bare = text.find(' ') == std::string_view::npos;
  return bare && !is_word ? std::nullopt : Known(text, depth);
}

/// "1h11m", as FormatDuration writes it, is "1시간 11분"; nothing for what is no duration.
std::optional<std::string> DurationInKorean(std::string_view text) {
  struct Unit {
    std::string_view en, ko;
  };
  static constexpr Unit kUnits[] = {{"d", "일"}, {"h", "시간"}, {"m", "분"}, {"s", "초"}, {"ms", "밀리초"}};
  std::string said;
  std::size_t next = 0;  // Larger units stand first, each at most once.
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::size_t end = std::min(text.find_first_of("0123456789", digits), text.size());
    const std::string_view name = text.substr(digits, end - digits);
    while (next < std::size(kUnits) && kUnits[next].en != name) ++next;
    if (digits == 0 || next == std::size(kUnits)) return std::nullopt;
    said += (said.empty() ? "" : " ") + std::string(text.substr(0, digits)) + std::string(kUnits[next++].ko);
    text.remove_prefix(end);
  }
  return said.empty() ? std::nullopt : std::optional(said);
}

/// What is put into a Korean sentence: ours in Korean, names as they are, foreign prose quoted.
std::string PutIn(std::string_view value, bool is_word, int depth) {
  if (auto known = KnownInside(value, is_word, depth)) return std::move(*known);
  if (auto duration = DurationInKorean(value)) return std::move(*duration);
  if (!HasEnglishProse(value)) return std::string(value);
  return "“" + std::string(value) + "”";
}

/// {} takes the values in their order, {1} and {2} by number.
std::string Fill(const Pattern& pattern, const std::vector<std::string_view>& values, int depth) {
  constexpr std::string_view kCommand = "upkeep ";  // The words behind it are typed.
  const std::string_view korean = pattern.korean;
  std::string said;
  std::size_t next = 0;
  for (std::size_t i = 0; i < korean.size(); ++i) {
    std::size_t which = values.size();
    std::size_t length = 0;
    if (korean.compare(i, 2, kHole) == 0) {
      which = next++;
      length = 2;
    } else if (i + 2 < korean.size() && korean[i] == '{' && korean[i + 1] >= '1' && korean[i + 1] <= '9' &&
               korean[i + 2] == '}') {
      which = static_cast<std::size_t>(korean[i + 1] - '1');
      length = 3;
    }
    if (which >= values.size()) {
      said += korean[i];
      continue;
    }
    const std::string_view before = korean.substr(0, i);
    said += InsideQuotes(before) || before.ends_with(kCommand)
                ? std::string(values[which])
                : PutIn(values[which], TakesWord(pattern.literals[which]), depth);
    i += length - 1;
  }
  return said;
}

/// `english` taken apart at `mark`, when at least one part is known.
std::optional<std::string> InParts(std::string_view english, std::string_view mark, int depth) {
  const std::size_t at = english.find(mark);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::string_view first = english.substr(0, at), rest = english.substr(at + mark.size());
  const auto known_first = KnownInside(first, false, depth), known_rest = KnownInside(rest, false, depth);
  const bool name = !HasEnglishProse(first);
  if (!known_first && !known_rest && !name) return std::nullopt;
  return (known_first ? *known_first : PutIn(first, false, depth)) + std::string(mark) +
         (known_rest ? *known_rest : PutIn(rest, false, depth));
}

/// The Korean of a whole text of ours; nothing when it is not ours.
std::optional<std::string> Known(std::string_view english, int depth) {
  if (english.empty() || depth <= 0) return std::nullopt;
  const Catalogue& messages = Messages();
  if (const auto found = messages.whole.find(std::string(english)); found != messages.whole.end()) {
    return found->second;
  }
  const Pattern* loose = nullptr;
  for (const Pattern& pattern : messages.patterns) {
    const auto values = Match(pattern, english);
    if (!values) continue;
    if (KeepsParts(pattern, *values)) return Fill(pattern, *values, depth - 1);
    if (loose == nullptr) loose = &pattern;
  }
  // What fits a message of two clauses as a whole is not two messages.
  if (loose != nullptr && HasClauses(*loose)) return Fill(*loose, *Match(*loose, english), depth - 1);
  // A place or a name, and then a message that may itself consist of parts.
  if (const std::size_t at = english.find(kPart); at != std::string_view::npos && english.find(' ') > at) {
    const std::string_view rest = english.substr(at + kPart.size());
    if (const auto known = KnownInside(rest, false, depth - 1)) return std::string(english.substr(0, at)) + std::string(kPart) + *known;
  }
  for (const std::string_view mark : {kClause, kPart}) {
    if (auto parts = InParts(english, mark, depth - 1)) return parts;
  }
  if (loose != nullptr) return Fill(*loose, *Match(*loose, english), depth - 1);
  return std::nullopt;
}

std::string LineInKorean(std::string_view line) {
  if (auto known = Known(line, kDeepest)) return std::move(*known);
  if (!HasEnglishProse(line)) return std::string(line);
  return "“" + std::string(line) + "”";
}

}  // namespace

std::string InKorean(std::string_view english) {
  constexpr std::string_view kHint = "  hint: ";
  if (const auto found = Messages().whole.find(std::string(english)); found != Messages().whole.end()) {
    return found->second;
  }
  // Several errors at once stand on lines of their own, with the file's lines between them.
  std::string said;
  for (;;) {
    const std::size_t end = english.find('\n');
    const std::string_view line = english.substr(0, end);
    if (line.starts_with(kHint)) {
      said += "  힌트: " + LineInKorean(line.substr(kHint.size()));
    } else if (line.starts_with("  ")) {
      said += line;
    } else {
      said += LineInKorean(line);
    }
    if (end == std::string_view::npos) return said;
    said += '\n';
    english.remove_prefix(end + 1);
  }
}

std::string In(std::string_view language, std::string_view english) {
  return language == "ko" ? InKorean(english) : std::string(english);
}

std::string ValueInKorean(std::string_view value) {
  // No message of ours is that long, and a target could send any length.
  if (value.size() > kLongestValue) return "“" + std::string(value) + "”";
  return HasEnglishProse(value) ? InKorean(value) : std::string(value);
}

Text InBoth(std::string english) {
  std::string korean = InKorean(english);
  return {std::move(english), std::move(korean)};
}

std::string Describe(const Status& status, std::string_view language) {
  if (language != "ko") return status.Describe();
  Status said(status.code(), InKorean(status.message()));
  if (auto place = status.place()) {
    // A text that stands in no file has words in a file's place: "cron expression".
    if (auto words = KnownInside(place->file, false, kDeepest)) place->file = std::move(*words);
    said = Status(std::move(said).At(*place));
  }
  std::string text = said.Describe();
  if (!status.hint().empty()) text += "\n  힌트: " + InKorean(status.hint());
  return text;
}

}  // namespace upkeep
