// SPDX-License-Identifier: Apache-2.0
#include "base/lua/syntax.h"

#include <algorithm>
#include <cstdlib>
#include <lua.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/lua/token.h"

namespace upkeep::lua {
namespace {

constexpr std::string_view kNear = " near ";
constexpr std::string_view kStarting = "(starting at line ";

/// The word after "near", without its quotes; "" when the message names none.
std::string_view WordIn(std::string_view message) {
  const std::size_t at = message.rfind(kNear);
  if (at == std::string_view::npos) return "";
  std::string_view word = message.substr(at + kNear.size());
  if (word.size() >= 2 && word.front() == '\'' && word.back() == '\'') word = word.substr(1, word.size() - 2);
  return word;
}

struct Line {
  std::size_t begin = 0, end = 0;   ///< Bytes of the source, without the line's end.
};

std::optional<Line> FindLine(std::string_view source, int number) {
  Line line;
  for (int at = 1; at < number; ++at) {
    const std::size_t end = source.find('\n', line.begin);
    if (end == std::string_view::npos) return std::nullopt;
    line.begin = end + 1;
  }
  line.end = std::min(source.find('\n', line.begin), source.size());
  return line;
}

/// What Lua says of the first `size` bytes; "" when it compiles them. Nothing is run.
std::string Complaint(std::string_view source, std::size_t size) {
  const std::unique_ptr<lua_State, decltype(&lua_close)> scratch(luaL_newstate(), &lua_close);
  if (!scratch) return "";
  if (luaL_loadbufferx(scratch.get(), source.data(), size, "=s", "t") == LUA_OK) return "";
  const char* const text = lua_tostring(scratch.get(), -1);
  return text == nullptr ? "" : text;
}

/// Of several places of the word, in order, the one that Lua stopped at: what ends before it is only
/// incomplete, and what ends at it or later stops there.
std::size_t ChooseByReading(std::string_view source, const std::vector<std::size_t>& places, std::string_view word) {
  const auto found = std::partition_point(places.begin(), places.end(), [&](std::size_t place) {
    return WordIn(Complaint(source, place + word.size())) != word;
  });
  return found == places.end() ? places.back() : *found;
}

std::optional<std::size_t> FindWord(std::string_view source, const Line& line, std::string_view word) {
  std::vector<std::size_t> places;
  for (const Token& token : Tokens(source.substr(0, line.end))) {
    if (token.at >= line.begin && token.kind != Token::Kind::kString && token.text == word) places.push_back(token.at);
  }
  if (places.empty()) {   // Part of a string or a number, as written.
    for (std::size_t at = source.find(word, line.begin); at < line.end; at = source.find(word, at + 1)) {
      places.push_back(at);
    }
  }
  if (places.empty()) return std::nullopt;
  return places.size() == 1 ? places.front() : ChooseByReading(source, places, word);
}

std::size_t PlaceOf(std::string_view message, std::string_view source, int number) {
  // A long string or comment that is not closed: where it begins says more than the file's end.
  if (const std::size_t at = message.find(kStarting); at != std::string_view::npos) {
    number = std::atoi(std::string(message.substr(at + kStarting.size())).c_str());
    if (const auto line = FindLine(source, number)) {
      const std::size_t bracket = source.find('[', line->begin);
      return bracket < line->end ? bracket : line->begin;
    }
  }
  const std::string_view word = WordIn(message);
  if (word == "<eof>") {
    const std::size_t last = source.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ? 0 : last + 1;
  }
  const auto line = FindLine(source, number);
  if (!line) return source.size();
  if (!word.empty()) {
    if (const auto place = FindWord(source, *line, word)) return *place;
  }
  return std::min(source.find_first_not_of(" \t", line->begin), line->end);
}

const char* HintFor(std::string_view message) {
  const auto has = [&](std::string_view text) { return message.find(text) != std::string_view::npos; };
  const std::string_view word = WordIn(message);
  const bool at_end = word == "<eof>";
  if (has("unfinished string")) return "end the text with the quote that it begins with; [[text]] may span lines";
  if (has("unfinished long")) return "close it with ]]";
  if (has("invalid escape") || has("hexadecimal digit expected")) return "double each backslash that stands for itself";
  if (has("malformed number")) return "a name can't begin with a digit, and text needs quotes";
  if (has("'}' expected") && !at_end) return "put a comma behind the entry before it";
  if (has("'}' expected")) return "close the table with }";
  if (has("<eof> expected near 'end'")) return "there is an end too many above";
  if (has("'end' expected")) return "close each function, if, for, while and do with end";
  if (has("'then' expected")) return "write if CONDITION then";
  if (has("'do' expected")) return "write for … do, or while CONDITION do";
  if (has("')' expected")) return "close the ( or put a comma before this";
  if (has("'=' or 'in' expected")) return "write for i = 1, 10 do, or for key, value in pairs(t) do";
  if (has("'=' expected") || has("syntax error")) return "a statement is an assignment or a call: name = value, or name(value)";
  if (has("<name> or '...' expected")) return "close the parameters with )";
  if (has("<name> expected")) return "a word of the language, such as end or for, can't be a name";
  if (has("outside loop")) return "break ends a for, while or repeat, and stands inside of one";
  if (word == "=") return "equal is written ==";
  if (word == "!") return "not equal is written ~=, and not is a word: not x";
  return "look at what stands just before it: a comma, a bracket or an end may be missing";
}

}  // namespace

Status SyntaxError(std::string message, const std::string& file, std::string_view source, int line) {
  SourcePlace place = PlaceOfByte(source, PlaceOf(message, source, line));
  place.file = file;
  const char* const hint = HintFor(message);
  return Status(Code::kInvalid, std::move(message)).WithHint(hint).At(std::move(place));
}

}  // namespace upkeep::lua
