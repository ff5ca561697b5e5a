// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "runner/authoring/page.h"

namespace upkeep::authoring {
namespace {

/// Text that Markdown takes as text: its marks lose their meaning, and a line stays one line.
std::string MarkdownEscaped(const std::string& text) {
  std::string escaped;
  for (const char c : PrintableText(text)) {
    if (std::string_view("\\`*_{}[]<>|#~").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

/// Code in a cell of a table; a bar would end the cell, inside code as well.
std::string Code(const std::string& text) {
  std::string code;
  std::size_t longest = 0, ticks = 0;
  for (const char c : PrintableText(text)) {
    ticks = c == '`' ? ticks + 1 : 0;
    longest = std::max(longest, ticks);
    if (c == '|') code += '\\';
    code += c == '\n' ? ' ' : c;
  }
  const std::string fence(longest + 1, '`');
  return longest == 0 ? fence + code + fence : fence + " " + code + " " + fence;
}

std::string MarkdownOfPiece(const Piece& piece) {
  if (piece.text.empty()) return "";
  const std::string text = piece.code ? Code(piece.text) : MarkdownEscaped(piece.text);
  return piece.link.empty() ? text : "[" + text + "](" + piece.link + ".md)";
}

}  // namespace

std::string AsMarkdown(const Page& page) {
  std::string text = "# " + MarkdownEscaped(page.title) + "\n";
  for (const Block& block : page.blocks) {
    if (block.kind == Block::Kind::kHeading) text += "\n## " + MarkdownEscaped(block.text) + "\n";
    if (block.kind == Block::Kind::kParagraph) text += "\n" + MarkdownEscaped(block.text) + "\n";
    if (block.kind != Block::Kind::kTable) continue;
    text += "\n";
    for (std::size_t row = 0; row < block.rows.size(); ++row) {
      text += "|";
      for (const Piece& piece : block.rows[row]) text += " " + MarkdownOfPiece(piece) + " |";
      text += "\n";
      if (row > 0) continue;
      text += "|";
      for (std::size_t i = 0; i < block.rows[row].size(); ++i) text += "---|";
      text += "\n";
    }
  }
  return text;
}

}  // namespace upkeep::authoring
