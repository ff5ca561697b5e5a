// SPDX-License-Identifier: Apache-2.0
#include "runner/authoring/console_text.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/korean.h"

namespace upkeep::authoring {
namespace {

using lua::Shown;

constexpr std::size_t kColumns = 100;
constexpr std::size_t kMostLines = 60;
constexpr std::size_t kMostResults = 100;
/// Of one text. Less than was read of it, so that no part of a secret stands at its cut end.
constexpr std::size_t kMostTextBytes = 4'000, kMostInnerTextBytes = 300;
constexpr int kDeepest = 10;

std::size_t Columns(const std::string& text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) columns += byte >= 0xE1U ? 2 : 1;
  }
  return columns;
}

std::string Quoted(const std::string& text) { return PrintableText(CanonicalJson(Value(text))); }

/// Cuts `text` at a character's end; what was cut is counted in bytes.
std::size_t CutTo(std::size_t most, std::string& text) {
  if (text.size() <= most) return 0;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  const std::size_t cut = text.size() - end;
  text.resize(end);
  return cut;
}

class Writer {
 public:
  Writer(const Redactor& redactor, std::string_view language) : redactor_(redactor), korean_(language == "ko") {}

  std::string Write(const Shown& value) const {
    std::string text;
    for (int depth = kDeepest; depth > 0; --depth) {
      text = Lay(value, 0, depth);
      if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) < kMostLines) break;
    }
    return text + "\n";
  }

 private:
  static bool IsPart(const Shown& value) { return value.kind == Shown::Kind::kList || value.kind == Shown::Kind::kObject; }

  std::string More(std::size_t count) const {
    return "… " + std::to_string(count) + (korean_ ? "개 더" : " more");
  }

  std::string Scalar(const Shown& value, bool inner) const {
    if (value.kind == Shown::Kind::kWord) return value.text;
    std::string text = redactor_.Redact(value.text);
    const std::size_t cut = CutTo(inner ? kMostInnerTextBytes : kMostTextBytes, text) + value.left_out;
    if (cut == 0) return Quoted(text);
    const char* const bytes = korean_ ? "바이트 더" : " bytes more";
    return Quoted(text) + "… " + std::to_string(cut) + bytes;
  }

  std::string Key(const Shown& value, std::size_t item) const {
    return value.kind == Shown::Kind::kObject ? Quoted(redactor_.Redact(value.keys[item])) + ": " : "";
  }

  /// On one line; cut off as soon as it is longer than one is.
  std::string Flat(const Shown& value, int depth) const {
    if (!IsPart(value)) return Scalar(value, true);
    const bool list = value.kind == Shown::Kind::kList;
    std::string text = list ? "[" : "{";
    if (depth <= 0 && !value.items.empty()) {
      text += More(value.items.size() + value.left_out);
      return text + (list ? "]" : "}");
    }
    for (std::size_t i = 0; i < value.items.size() && text.size() <= 4 * kColumns; ++i) {
      text += (i == 0 ? "" : ", ") + Key(value, i) + Flat(value.items[i], depth - 1);
    }
    if (value.left_out > 0) text += (value.items.empty() ? "" : ", ") + More(value.left_out);
    return text + (list ? "]" : "}");
  }

  std::string Lay(const Shown& value, std::size_t indent, int depth) const {
    if (!IsPart(value)) return Scalar(value, indent > 0);
    std::string flat = Flat(value, depth);
    if (value.items.empty() || depth <= 0 || indent + Columns(flat) <= kColumns) return flat;
    const bool list = value.kind == Shown::Kind::kList;
    const std::string margin(indent + 2, ' ');
    std::string text = list ? "[" : "{";
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      text += (i == 0 ? "\n" : ",\n") + margin + Key(value, i) + Lay(value.items[i], indent + 2, depth - 1);
    }
    if (value.left_out > 0) text += "\n" + margin + More(value.left_out);
    return text + "\n" + std::string(indent, ' ') + (list ? "]" : "}");
  }

  const Redactor& redactor_;
  const bool korean_;
};

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.14g", value);
  return text;
}

}  // namespace

std::string ValueText(const Shown& value, const Redactor& redactor, std::string_view language) {
  return Writer(redactor, language).Write(value);
}

std::string PlainText(std::string text, const Redactor& redactor) {
  return PrintableText(redactor.Redact(std::move(text))) + "\n";
}

std::string OutcomeText(const checks::PlaybookOutcome& outcome, std::string_view language) {
  const bool korean = language == "ko";
  std::string text;
  std::size_t shown = 0;
  for (const checks::CheckResult& result : outcome.results) {
    if (++shown > kMostResults) break;
    text += In(language, checks::StateName(result.state)) + "  " + result.subject.Key();
    if (!result.reason.empty()) text += "  " + result.reason;
    text += "  " + result.summary.In(language) + "\n";
  }
  shown = 0;
  for (const checks::Metric& metric : outcome.metrics) {
    if (++shown > kMostResults) break;
    text += PrintableText(metric.name) + "  " + metric.subject + "  " + Number(metric.value) + " " +
            PrintableText(metric.unit) + "\n";
  }
  const std::size_t left_out = outcome.results.size() - std::min(outcome.results.size(), kMostResults) +
                               outcome.metrics.size() - std::min(outcome.metrics.size(), kMostResults);
  if (left_out > 0) text += "… " + std::to_string(left_out) + (korean ? "개 더" : " more") + "\n";
  text += std::string(korean ? "확인" : "observed") + "  " + std::to_string(outcome.coverage.observed) + "/" +
          std::to_string(outcome.coverage.attempted) + "\n";
  return text;
}

std::string NeedsText(const std::map<std::string, ConsoleHost::Used>& used,
                      const std::map<std::string, std::set<std::string>>& read) {
  if (used.empty()) return "";
  std::vector<std::string> entries;
  std::size_t columns = 0;
  for (const auto& [name, one] : used) {
    std::set<std::string> fields;
    for (const std::string& asked : one.asked) {
      if (const auto found = read.find(asked); found != read.end()) fields.insert(found->second.begin(), found->second.end());
    }
    std::string entry = Quoted(name);
    if (!fields.empty()) {
      std::string list;
      for (const std::string& field : fields) list += (list.empty() ? "" : ", ") + Quoted(field);
      entry = "{ " + entry + ", fields = { " + list + " } }";
    }
    columns += entry.size() + 2;
    entries.push_back(std::move(entry));
  }
  const bool one_line = columns <= kColumns;
  std::string text = "needs = {";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    text += one_line ? (i == 0 ? " " : ", ") + entries[i] : "\n  " + entries[i] + ",";
  }
  return text + (one_line ? " },\n" : "\n},\n");
}

}  // namespace upkeep::authoring
