// SPDX-License-Identifier: Apache-2.0
//
// Writes HTML in which text cannot become markup: Text() and attribute values are always
// escaped, and only constant strings name elements and attributes.

#ifndef UPKEEP_REPORTS_HTML_WRITER_H_
#define UPKEEP_REPORTS_HTML_WRITER_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace upkeep::reports {

class HtmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<const char*, std::string_view>>;

  HtmlWriter& Open(const char* element, Attributes attributes = {});
  HtmlWriter& Close();
  HtmlWriter& Text(std::string_view text);
  /// Open, Text, Close.
  HtmlWriter& Element(const char* element, std::string_view text, Attributes attributes = {});
  /// Markup of ours only: constants, rules of style, and what another writer made.
  HtmlWriter& Constant(std::string_view markup);

  /// What was written since the last Take().
  std::string Take() { return std::exchange(out_, {}); }

 private:
  std::string out_;
  std::vector<const char*> open_;
};

}  // namespace upkeep::reports

#endif  // UPKEEP_REPORTS_HTML_WRITER_H_
