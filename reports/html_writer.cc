// SPDX-License-Identifier: Apache-2.0
#include "reports/html_writer.h"

#include "base/text.h"

namespace upkeep::reports {
namespace {

void AppendEscaped(std::string& out, std::string_view text) {
  for (const char c : PrintableText(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

}  // namespace

HtmlWriter& HtmlWriter::Open(const char* element, Attributes attributes) {
  out_ += '<';
  out_ += element;
  for (const auto& [name, value] : attributes) {
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    AppendEscaped(out_, value);
    out_ += '"';
  }
  out_ += '>';
  open_.push_back(element);
  return *this;
}

HtmlWriter& HtmlWriter::Close() {
  const std::string_view element = open_.back();
  open_.pop_back();
  out_ += "</";
  out_ += element;
  out_ += '>';
  if (element == "tr" || element == "section" || element == "article" || element == "table" ||
      element == "header" || element == "li" || element == "thead" || element == "dl") {
    out_ += '\n';
  }
  return *this;
}

HtmlWriter& HtmlWriter::Text(std::string_view text) {
  AppendEscaped(out_, text);
  return *this;
}

HtmlWriter& HtmlWriter::Element(const char* element, std::string_view text, Attributes attributes) {
  return Open(element, attributes).Text(text).Close();
}

HtmlWriter& HtmlWriter::Constant(std::string_view markup) {
  out_ += markup;
  return *this;
}

}  // namespace upkeep::reports
