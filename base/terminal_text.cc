// SPDX-License-Identifier: Apache-2.0
#include "base/terminal_text.h"

#include <algorithm>

namespace upkeep {
namespace {

/// Columns that a terminal gives the character that starts with `byte`.
int WidthOf(unsigned char byte) {
  if ((byte & 0xC0U) == 0x80U) return 0;
  return (byte >= 0xE3 && byte <= 0xED) || byte >= 0xF0 ? 2 : 1;
}

/// How many bytes of `text` stand in `columns`, at least one character; up to the last comma among them.
std::size_t Fitting(std::string_view text, int columns) {
  int width = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const int wide = WidthOf(static_cast<unsigned char>(text[end]));
    if (end > 0 && wide > 0 && width + wide > columns) break;
    width += wide;
    ++end;
  }
  const std::size_t comma = text.substr(0, end).rfind(',');
  return end < text.size() && comma != std::string_view::npos ? comma + 1 : end;
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (const char c : text) width += WidthOf(static_cast<unsigned char>(c));
  return width;
}

std::string Padded(std::string text, int columns) {
  const int width = DisplayWidth(text);
  if (width < columns) text.append(static_cast<std::size_t>(columns - width), ' ');
  return text;
}

std::string Wrapped(std::string_view text, int columns, int indent) {
  std::string out;
  int at = indent;
  const auto begin_line = [&] {
    while (out.ends_with(' ')) out.pop_back();
    out += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
    at = indent;
  };
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = text.find(' ', start);
    if (end == std::string_view::npos) end = text.size();
    std::string_view word = text.substr(start, end - start);
    const int width = DisplayWidth(word), first_part = DisplayWidth(word.substr(0, word.find(',')));
    const bool fits_below = width <= columns - indent;
    const bool part_fits_below = at + 2 + first_part > columns && first_part < columns - indent;
    // The widest character needs two columns behind the blank.
    if (at > indent && at + 1 + width > columns && (fits_below || part_fits_below || at + 2 >= columns)) {
      begin_line();
    } else if (at > indent) {
      out += ' ';
      ++at;
    }
    while (at + DisplayWidth(word) > columns && columns > indent) {
      const std::size_t fits = Fitting(word, columns - at);
      out += word.substr(0, fits);
      word.remove_prefix(fits);
      if (word.empty()) break;
      begin_line();
    }
    out += word;
    at += DisplayWidth(word);
    start = end + 1;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

int WidestPart(std::string_view text) {
  int widest = 0;
  while (!text.empty()) {
    const std::size_t at = text.find_first_of(" ,");
    const std::size_t end = at == std::string_view::npos ? text.size() : text[at] == ',' ? at + 1 : at;
    widest = std::max(widest, DisplayWidth(text.substr(0, end)));
    text.remove_prefix(std::min(text.size(), std::max<std::size_t>(end, at == std::string_view::npos ? 0 : at + 1)));
  }
  return widest;
}

}  // namespace upkeep
