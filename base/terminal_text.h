// SPDX-License-Identifier: Apache-2.0
//
// Text on a terminal: how many columns it takes, and where a line breaks. Hangul, Han and other wide
// characters take two.
//
// THREADS: any.

#ifndef UPKEEP_BASE_TERMINAL_TEXT_H_
#define UPKEEP_BASE_TERMINAL_TEXT_H_

#include <string>
#include <string_view>

namespace upkeep {

/// Columns that a terminal gives `text`, which has no line feed.
int DisplayWidth(std::string_view text);

/// `text` with blanks behind it up to `columns`; as it is where it is wider.
std::string Padded(std::string text, int columns);

/// Breaks `text` at blanks so that no line is wider than `columns`; the first line is taken to stand
/// behind `indent` columns already, and the others begin with as many blanks. A word that no line could
/// hold is broken after a comma, or where it must be.
std::string Wrapped(std::string_view text, int columns, int indent);

/// Columns of the widest part of `text` that Wrapped() need not break.
int WidestPart(std::string_view text);

}  // namespace upkeep

#endif  // UPKEEP_BASE_TERMINAL_TEXT_H_
