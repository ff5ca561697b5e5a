// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "runner/authoring/page.h"

namespace upkeep::authoring {
namespace {

constexpr const char* kStyle =
    "body{font:16px/1.6 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}"
    "h1{line-height:1.25}h2{margin-top:2rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #d0d7de;padding:.35rem .6rem;text-align:left;vertical-align:top}th{background:#f6f8fa}"
    "code{font-size:.9em;overflow-wrap:anywhere}"
    "@media (prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th{background:#161b22}"
    "th,td{border-color:#3d444d}a{color:#4493f8}}";

std::string HtmlEscaped(const std::string& text) {
  std::string escaped;
  for (const char c : PrintableText(text)) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string HtmlOfPiece(const Piece& piece) {
  std::string text = HtmlEscaped(piece.text);
  if (piece.code && !text.empty()) text = "<code>" + text + "</code>";
  return piece.link.empty() ? text : "<a href=\"" + HtmlEscaped(piece.link) + ".html\">" + text + "</a>";
}

std::string Table(const Block& block) {
  std::string html = "<div class=\"wide\"><table>\n";
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    html += row == 0 ? "<thead><tr>" : "<tr>";
    for (const Piece& piece : block.rows[row]) {
      html += row == 0 ? "<th scope=\"col\">" + HtmlOfPiece(piece) + "</th>" : "<td>" + HtmlOfPiece(piece) + "</td>";
    }
    html += row == 0 ? "</tr></thead>\n<tbody>\n" : "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string AsHtml(const Page& page) {
  std::string html = "<!doctype html>\n<html lang=\"" + page.language + "\">\n<head>\n<meta charset=\"utf-8\">\n" +
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
                     HtmlEscaped(page.title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<main>\n<h1>" +
                     HtmlEscaped(page.title) + "</h1>\n";
  for (const Block& block : page.blocks) {
    switch (block.kind) {
      case Block::Kind::kHeading: html += "<h2>" + HtmlEscaped(block.text) + "</h2>\n"; break;
      case Block::Kind::kParagraph: html += "<p>" + HtmlEscaped(block.text) + "</p>\n"; break;
      case Block::Kind::kTable: html += Table(block); break;
    }
  }
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace upkeep::authoring
