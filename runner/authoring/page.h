// SPDX-License-Identifier: Apache-2.0
//
// The page of documentation that a playbook's head and its cases make: an author writes nothing
// twice. A page is plain blocks, so that Markdown and HTML say the same.
//
// THREADS: plain data.

#ifndef UPKEEP_RUNNER_AUTHORING_PAGE_H_
#define UPKEEP_RUNNER_AUTHORING_PAGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "runner/run/case.h"
#include "runner/run/catalog.h"

namespace upkeep::authoring {

/// A piece of text; `code` is shown as it would be typed, `link` leads to a page without its ending.
struct Piece {
  std::string text;
  bool code = false;
  std::string link{};
};

struct Block {
  enum class Kind { kHeading, kParagraph, kTable };
  Kind kind;
  std::string text;                             ///< Of a heading or a paragraph.
  std::vector<std::vector<Piece>> rows;         ///< Of a table; the first is its heading.
};

struct Page {
  std::string title;
  std::string language;                         ///< "en" or "ko".
  std::vector<Block> blocks;
};

/// The page of one playbook. `cases` may be empty.
Page PageOf(const run::Playbook& playbook, const std::vector<run::Case>& cases, const std::string& language);

/// The page that leads to all others.
Page IndexOf(const std::vector<run::Playbook>& playbooks, const std::string& language);

std::string AsMarkdown(const Page& page);
/// A whole document without anything beside it.
std::string AsHtml(const Page& page);

}  // namespace upkeep::authoring

#endif  // UPKEEP_RUNNER_AUTHORING_PAGE_H_
