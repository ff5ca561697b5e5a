// SPDX-License-Identifier: Apache-2.0
//
// Tables of a terminal's width. Columns of prose are made narrower first and their cells go on below
// themselves; where not even that is enough, the last columns stand on lines of their own, in the
// heading as in each row. Words and names stay whole while they can.
//
// THREADS: any.

#ifndef UPKEEP_RUNNER_CLI_TABLE_LAYOUT_H_
#define UPKEEP_RUNNER_CLI_TABLE_LAYOUT_H_

#include <string>
#include <vector>

namespace upkeep::cli {

/// `rows`, the first of which is the heading, with each column as wide as its widest cell; no line is
/// wider than `columns`, unless that is 0: then each row is one line.
std::string LayOutTable(const std::vector<std::vector<std::string>>& rows, int columns);

}  // namespace upkeep::cli

#endif  // UPKEEP_RUNNER_CLI_TABLE_LAYOUT_H_
