// SPDX-License-Identifier: Apache-2.0
#include "runner/cli/table_layout.h"

#include <algorithm>
#include <numeric>
#include <sstream>

#include "base/terminal_text.h"

namespace upkeep::cli {
namespace {

using Row = std::vector<std::string>;

constexpr int kGap = 2;
constexpr int kReadable = 20, kComfortable = 40;   ///< Prose is made no narrower; long prose has more room.
constexpr int kMostIndent = 8;    ///< Of lines that go on.

struct Column {
  std::size_t index = 0;
  int natural = 0;   ///< Of the widest cell.
  int least = 0;     ///< Without breaking a word.
  int width = 0;
};

/// Columns that stand on one line.
struct Band {
  std::vector<Column> columns;
  int indent = 0;
};

std::vector<Column> Measure(const std::vector<Row>& rows) {
  std::vector<Column> columns;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == columns.size()) columns.push_back({i});
      columns[i].natural = std::max(columns[i].natural, DisplayWidth(row[i]));
      columns[i].least = std::max(columns[i].least, WidestPart(row[i]));
    }
  }
  for (Column& column : columns) {
    const int readable = std::clamp(column.natural / 3, kReadable, kComfortable);
    column.least = std::max(column.least, std::min(column.natural, readable));
    column.width = column.natural;
  }
  return columns;
}

int WidthOf(const Band& band) {
  const int sum = std::accumulate(band.columns.begin(), band.columns.end(), 0,
                                  [](int before, const Column& column) { return before + column.width; });
  return band.indent + sum + kGap * (static_cast<int>(band.columns.size()) - 1);
}

/// Takes from the widest columns first, so that short ones stay as they are.
void Shrink(Band& band, int columns) {
  while (WidthOf(band) > columns) {
    const auto widest = std::max_element(band.columns.begin(), band.columns.end(), [](const Column& a, const Column& b) {
      const bool a_may = a.width > a.least, b_may = b.width > b.least;
      return a_may != b_may ? b_may : a.width < b.width;
    });
    if (widest->width <= 1) return;   // No terminal is so narrow.
    --widest->width;
  }
}

std::vector<Band> Divide(const std::vector<Column>& all, int columns) {
  std::vector<Band> bands(1);
  int used = 0;
  for (const Column& column : all) {
    const int gap = bands.back().columns.empty() ? 0 : kGap;
    if (gap > 0 && bands.back().indent + used + gap + column.least > columns) {
      bands.push_back({{}, std::min(all.front().natural + kGap, kMostIndent)});
      used = 0;
    }
    used += (bands.back().columns.empty() ? 0 : kGap) + column.least;
    bands.back().columns.push_back(column);
  }
  for (Band& band : bands) Shrink(band, columns);
  return bands;
}

std::vector<std::string> LinesOf(const std::string& cell, int width) {
  std::vector<std::string> lines;
  std::istringstream in(Wrapped(cell, width, 0));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void AddRow(std::string& text, const Row& row, const Band& band) {
  std::vector<std::vector<std::string>> cells;
  std::size_t height = 0;
  for (const Column& column : band.columns) {
    cells.push_back(column.index < row.size() ? LinesOf(row[column.index], column.width) : std::vector<std::string>());
    height = std::max(height, cells.back().size());
  }
  for (std::size_t at = 0; at < height; ++at) {
    std::string line(static_cast<std::size_t>(band.indent), ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += Padded(at < cells[i].size() ? cells[i][at] : "", band.columns[i].width + kGap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
}

}  // namespace

std::string LayOutTable(const std::vector<Row>& rows, int columns) {
  Band whole{Measure(rows), 0};
  std::string text;
  if (columns > 0 && WidthOf(whole) > columns) {
    const std::vector<Band> bands = Divide(whole.columns, columns);
    for (const Row& row : rows) {
      for (const Band& band : bands) AddRow(text, row, band);
    }
    return text;
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += i + 1 < row.size() ? Padded(row[i], whole.columns[i].width + kGap) : row[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace upkeep::cli
