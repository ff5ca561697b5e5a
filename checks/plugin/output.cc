// SPDX-License-Identifier: Apache-2.0
#include "checks/plugin/output.h"

#include <algorithm>

#include "base/text.h"

namespace upkeep::plugin {
namespace {

std::string Trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1));
}

}  // namespace

Output ReadOutput(std::string_view bytes) {
  const std::string printable = PrintableText(bytes);
  std::string_view left = printable;
  Output output;
  std::string perfdata;
  bool first = true, only_perfdata = false;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (only_perfdata) {
      perfdata += std::string(line) + "\n";
      continue;
    }
    const std::size_t bar = line.find('|');
    if (bar != std::string_view::npos) {
      perfdata += std::string(line.substr(bar + 1)) + "\n";
      line = line.substr(0, bar);
      only_perfdata = !first;
    }
    if (first) {
      output.text = Trimmed(line);
    } else if (!Trimmed(line).empty() || bar == std::string_view::npos) {
      output.long_text += std::string(line) + "\n";
    }
    first = false;
  }
  output.perfdata = ParsePerfdata(perfdata);
  return output;
}

}  // namespace upkeep::plugin
