// SPDX-License-Identifier: Apache-2.0
//
// Text that people read exists in English and Korean from the moment it is made, so that a
// report in either language is a pure function of stored rows. Secrets are removed by value
// before text leaves the process.

#ifndef UPKEEP_BASE_TEXT_H_
#define UPKEEP_BASE_TEXT_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace upkeep {

struct Text {
  std::string en, ko;
  bool empty() const { return en.empty() && ko.empty(); }
  const std::string& In(std::string_view language) const { return language == "ko" ? ko : en; }
  bool operator==(const Text&) const = default;
};

Value ToValue(const Text& text);
Text TextFromValue(const Value& value);

/// Knows secrets by value and replaces each with "[redacted]", in clear, base64 and percent
/// encoding. Values shorter than 4 bytes are not replaced, since they would redact everything.
///
/// THREADS: Add() and Redact() of one Redactor belong to one thread.
class Redactor {
 public:
  void Add(std::string_view secret);
  std::string Redact(std::string text) const;
  /// Strings and keys at every depth.
  Value Redact(Value value) const;

 private:
  // Longest first, so that a secret that contains another is replaced whole.
  struct LongestFirst {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    }
  };
  std::set<std::string, LongestFirst> forms_;
};

/// `text` with control characters (but line feed and tab) and bidirectional overrides shown as
/// "\u{202E}", and invalid UTF-8 replaced: names and log lines from targets are hostile.
std::string PrintableText(std::string_view text);

/// The candidate nearest to `word` by edit distance (at most a third of its length, at least
/// one), for "did you mean"; "" when none is near.
std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace upkeep

#endif  // UPKEEP_BASE_TEXT_H_
